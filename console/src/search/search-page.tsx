import { useQuery } from '@tanstack/react-query';
import { Redirect, useSearch } from 'wouter';
import { Link } from 'wouter';
import { EmptyState } from '../parts/empty-state.tsx';
import { Loading } from '../parts/loading.tsx';
import { PageFrame } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useSession } from '../session/session.ts';
import { findEverywhere } from './find-everywhere.ts';

/** What a text names. A single thing is gone to at once. */
export function SearchPage() {
  const text = new URLSearchParams(useSearch()).get('q') ?? '';
  const { api, me } = useSession();
  const { data, error } = useQuery({
    queryKey: ['search', text],
    queryFn: () => findEverywhere(api, me.scopes, text),
    gcTime: 0,
  });
  if (data?.length === 1 && data[0] !== undefined) return <Redirect to={data[0].path} replace />;
  return (
    <PageFrame title="Search" lead={<code>{text}</code>}>
      {error !== null && <ProblemNote problem={error} />}
      {data === undefined && error === null && <Loading />}
      {data?.length === 0 && (
        <EmptyState title="Nothing was found.">
          <p>
            Search for the id of an operation, a wallet, a batch or a webhook endpoint, for an idempotency key or a
            reference as it was sent, or for the login of a client. Only what your key may read is found.
          </p>
        </EmptyState>
      )}
      {data !== undefined && data.length > 1 && (
        <ul className="found">
          {data.map(({ path, what, detail }) => (
            <li key={path + what}>
              <Link href={path}>{what}</Link> <span className="quiet">{detail}</span>
            </li>
          ))}
        </ul>
      )}
    </PageFrame>
  );
}
