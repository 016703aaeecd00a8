import type { ReactNode } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import type { Page } from '../api/resources.ts';
import { useResource } from '../api/use-resource.ts';
import { changeQuery, withQuery } from '../url/query.ts';
import { Loading } from './loading.tsx';
import { ProblemNote } from './problem-note.tsx';
import { type Column, Table } from './table.tsx';

const LIMIT = 50;

/**
 * A list of the API in pages: the cursor stands in the URL. `cursorName` where a page of the console has several lists.
 */
export function PagedList<Item>({
  label,
  path,
  query,
  columns,
  keyOf,
  empty,
  cursorName = 'cursor',
  limit = LIMIT,
}: {
  label: string;
  path: string;
  query: Readonly<Record<string, string | null | undefined>>;
  columns: readonly Column<Item>[];
  keyOf: (item: Item) => string;
  empty: ReactNode;
  cursorName?: string;
  limit?: number;
}) {
  const search = useSearch();
  const cursor = new URLSearchParams(search).get(cursorName);
  const { data, error, refetch } = useResource<Page<Item>>(withQuery(path, { ...query, limit, cursor }));
  if (error !== null && data === undefined) return <ProblemNote problem={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Loading />;
  const isFirst = cursor === null;
  return (
    <>
      {error !== null && <ProblemNote problem={error} />}
      {data.data.length === 0 && isFirst ? (
        empty
      ) : (
        <Table label={label} columns={columns} items={data.data} keyOf={keyOf} />
      )}
      <Pager label={label} cursorName={cursorName} isFirst={isFirst} next={data.next_cursor} />
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
