import { Link } from 'wouter';
import { useResource } from '../api/use-resource.ts';
import { showCode } from '../format/words.ts';
import { Facts } from '../parts/facts.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useSections } from '../shell/sections.ts';
import { Verdict } from './verdict.tsx';

/** What `/health` says, for keys that may not read operations. */
export function HealthOverview() {
  const { data, error, refetch } = useResource('/health', {});
  const sections = useSections().filter(({ path }) => path !== '/');
  return (
    <>
      {error !== null && <ProblemNote problem={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loading />}
      {data !== undefined && (
        <>
          <Verdict status={data.status} reasons={data.reasons.map((code) => ({ code, message: showCode(code) }))} />
          <Facts
            facts={[
              ['Database', showCode(data.database)],
              ['Queue', showCode(data.queue)],
            ]}
          />
        </>
      )}
      {sections.length > 0 && (
        <p>
          Your key shows more:{' '}
          {sections.map(({ path, title }, index) => (
            <span key={path}>
              {index > 0 && ', '}
              <Link href={path}>{title}</Link>
            </span>
          ))}
          . Rates and lag need the scope <code>operations:read</code>.
        </p>
      )}
    </>
  );
}
