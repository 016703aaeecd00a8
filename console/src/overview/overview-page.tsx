import { ApiProblem } from '../api/problem.ts';
import { useResource } from '../api/use-resource.ts';
import { Loading } from '../parts/loading.tsx';
import { PageFrame } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useMay } from '../session/session.ts';
import { HealthOverview } from './health-overview.tsx';
import { StatusOverview } from './status-overview.tsx';

/** Is everything well? */
export function OverviewPage() {
  const mayRead = useMay('operations:read');
  const { data, error, refetch } = useResource('/status', {}, { isWanted: mayRead });
  const hasNoStatus = !mayRead || (error instanceof ApiProblem && error.code === 'route_not_found');
  return (
    <PageFrame title="Overview">
      {hasNoStatus ? (
        <HealthOverview />
      ) : (
        <>
          {error !== null && <ProblemNote problem={error} onRetry={() => void refetch()} />}
          {data === undefined ? error === null && <Loading /> : <StatusOverview status={data} />}
        </>
      )}
    </PageFrame>
  );
}
