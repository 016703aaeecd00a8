import { type Answer, type Call, type Path, type Query, call } from './call.ts';
import { PAGE_LIMIT, Pages } from './pages.ts';
import type { CallOptions, Sender } from './sender.ts';

type PageOf<P extends Path> = Extract<
  Answer<P, 'get'>,
  { readonly data: readonly unknown[]; readonly next_cursor: string | null }
>;
/** What a list can be narrowed to, and how it is called. */
export type Filter<P extends Path> = Query<P, 'get'> & CallOptions;

/** The list at a path. It is read when it is iterated. */
export function list<P extends Path>(
  sender: Sender,
  path: P,
  filter: Filter<P>,
  { params, after = 'cursor' }: { readonly params?: Call<P, 'get'>['params']; readonly after?: string } = {},
): Pages<PageOf<P>['data'][number], PageOf<P>> {
  const [said, options] = splitCallOptions<CallOptions>(filter);
  return new Pages(async (cursor) => {
    const query = { limit: PAGE_LIMIT, ...said, ...(cursor === undefined ? {} : { [after]: cursor }) };
    const page: unknown = await call(sender, 'get', path, { params, query } as Call<P, 'get'>, options);
    return page as PageOf<P>;
  });
}

/** Tells what a request says from how it is called. */
export function splitCallOptions<Given extends CallOptions>(
  given: Given,
): [Omit<Given, keyof CallOptions>, CallOptions] {
  const { signal, timeoutMs, deadlineMs, onAnswer, ...said } = given;
  return [said, { signal, timeoutMs, deadlineMs, onAnswer }];
}
