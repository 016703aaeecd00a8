import type { ReactNode } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import type { ItemOf, ListPath, Page, ParamsOf, Query, Request } from '../api/document.ts';
import { useResource } from '../api/use-resource.ts';
import { changeQuery } from '../url/query.ts';
import { Loading } from './loading.tsx';
import { ProblemNote } from './problem-note.tsx';
import { type Column, Table } from './table.tsx';

const LIMIT = 50;

/**
 * A list of the API in pages: the cursor stands in the URL. `cursorName` where a page of the console has several lists.
 */
export function PagedList<P extends ListPath>({
  label,
  path,
  params,
  query,
  columns,
  keyOf,
  empty,
  cursorName = 'cursor',
  limit = LIMIT,
}: {
  label: string;
  path: P;
  params?: ParamsOf<P, 'get'>;
  query?: Query<P>;
  columns: readonly Column<ItemOf<P>>[];
  keyOf: (item: ItemOf<P>) => string;
  empty: ReactNode;
  cursorName?: string;
  limit?: number;
}) {
  const search = useSearch();
  const cursor = new URLSearchParams(search).get(cursorName);
  const request = { params, query: { ...query, limit, cursor } } as unknown as Request<P, 'get'>;
  const { data, error, refetch } = useResource(path, request);
  const page = data as Page<ItemOf<P>> | undefined;
  if (error !== null && page === undefined) return <ProblemNote problem={error} onRetry={() => void refetch()} />;
  if (page === undefined) return <Loading />;
  const isFirst = cursor === null;
  return (
    <>
      {error !== null && <ProblemNote problem={error} />}
      {page.data.length === 0 && isFirst ? (
        empty
      ) : (
        <Table label={label} columns={columns} items={page.data} keyOf={keyOf} />
      )}
      <Pager label={label} cursorName={cursorName} isFirst={isFirst} next={page.next_cursor} />
    </>
  );
}

function Pager({
  label,
  cursorName,
  isFirst,
  next,
}: {
  label: string;
  cursorName: string;
  isFirst: boolean;
  next: string | null;
}) {
  const [location] = useLocation();
  const search = useSearch();
  if (isFirst && next === null) return null;
  const to = (cursor: string | null): string => {
    const query = changeQuery(search, { [cursorName]: cursor });
    return query === '' ? location : `${location}?${query}`;
  };
  return (
    <nav className="pager" aria-label={`Pages of ${label}`}>
      {isFirst ? null : (
        <Link href={to(null)} className="button">
          First page
        </Link>
      )}
      {next !== null && (
        <Link href={to(next)} className="button">
          Next page
        </Link>
      )}
    </nav>
  );
}
