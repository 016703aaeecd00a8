import { type UseQueryResult, keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRefresh } from '../parts/refresh.ts';
import { useSession } from '../session/session.ts';
import type { ApiProblem } from './problem.ts';

/** How often a page that is looked at asks again, in ms. */
export const OFTEN = 1_000;
export const SOMETIMES = 5_000;

/**
 * What the API answers at a path, asked again every so often, unless refreshing is paused. Null as the path asks nothing;
 * `every` may depend on the last answer, false asks no more. Another `mark` asks anew: the version of what is asked about.
 */
export function useResource<Answer>(
  path: string | null,
  every: number | false | ((answer: Answer | undefined) => number | false) = SOMETIMES,
  mark = 0,
): UseQueryResult<Answer, ApiProblem> {
  const { api } = useSession();
  const { isPaused } = useRefresh();
  return useQuery<Answer, ApiProblem>({
    queryKey: ['api', path, mark],
    queryFn: ({ signal }) => api.ask<Answer>(path ?? '', { signal }),
    enabled: path !== null,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => {
      if (isPaused) return false;
      return typeof every === 'function' ? every(query.state.data) : every;
    },
  });
}
