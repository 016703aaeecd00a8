import { type UseQueryResult, keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRefresh } from '../parts/refresh.ts';
import { useSession } from '../session/session.ts';
import type { Answer, PathOf, Request } from './document.ts';
import type { ApiProblem } from './problem.ts';

/** How often a page that is looked at asks again, in ms. */
export const OFTEN = 1_000;
const SOMETIMES = 5_000;

/** When something is asked again. */
interface Asking<Result> {
  /** After so many ms, unless refreshing is paused; it may depend on the last answer. `false` is never. */
  readonly every?: number | false | ((answer: Result | undefined) => number | false);
  /** Another mark asks anew: the version of what is asked about. */
  readonly mark?: number;
  /** Nothing is asked if it is false. */
  readonly isWanted?: boolean;
}

/** What the API answers at a path. */
export function useResource<P extends PathOf<'get'>>(
  path: P,
  request: Request<P, 'get'>,
  { every = SOMETIMES, mark = 0, isWanted = true }: Asking<Answer<P>> = {},
): UseQueryResult<Answer<P>, ApiProblem> {
  const { api } = useSession();
  const { isPaused } = useRefresh();
  return useQuery<Answer<P>, ApiProblem>({
    queryKey: ['api', path, request, mark],
    queryFn: ({ signal }) => api.ask('get', path, { ...request, signal }),
    enabled: isWanted,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => {
      if (isPaused) return false;
      return typeof every === 'function' ? every(query.state.data) : every;
    },
  });
}
