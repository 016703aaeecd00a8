import type { PolledBatch } from '../api/resources.ts';
import { OFTEN, useResource } from '../api/use-resource.ts';
import { showAmount } from '../format/money.ts';
import { showAgo, showBetween } from '../format/time.ts';
import { showCount, showRate } from '../format/words.ts';
import { Badge } from '../parts/badge.tsx';
import { CopyId } from '../parts/copy-id.tsx';
import { Facts } from '../parts/facts.tsx';
import { BatchLink } from '../parts/links.tsx';
import { Moment } from '../parts/moment.tsx';
import { ResourcePage } from '../parts/resource-page.tsx';
import { Section } from '../parts/section.tsx';
import { Table } from '../parts/table.tsx';
import { useNow } from '../parts/use-now.ts';
import { tellWaiting } from '../parts/waiting-reason.ts';
import { BatchActions } from './batch-actions.tsx';
import { BatchLines } from './batch-lines.tsx';
import { ProgressBar } from './progress-bar.tsx';
import { ProgressPlot } from './progress-plot.tsx';

export function BatchPage({ id }: { id: string }) {
  const request = { params: { id } };
  const every = (batch?: PolledBatch) => (batch?.finished_at == null ? OFTEN : false);
  const resource = useResource('/batches/{id}', request, { every });
  return (
    <ResourcePage
      title="Batch"
      lead={<CopyId id={id} />}
      resource={resource}
      actions={(batch) => <BatchActions batch={batch} />}
    >
      {(batch) => (
        <>
          <BatchProgress batch={batch} />
          <BatchFacts batch={batch} />
          <Section title="Sums">
            <Sums batch={batch} />
          </Section>
          <BatchLines batch={batch} />
        </>
      )}
    </ResourcePage>
  );
}

function BatchProgress({ batch }: { batch: PolledBatch }) {
  const now = useNow();
  const { finished_at, estimated_finish_at, operations_per_second, succeeded, failed, pending, status } = batch;
  const reasons = finished_at === null ? tellWaiting(batch, now) : [];
  return (
    <>
      <p className="summary" role="status">
        <Badge status={status} /> {showCount(succeeded)} succeeded, {showCount(failed)} failed, {showCount(pending)}{' '}
        pending
      </p>
      <ProgressBar batch={batch} isLarge />
      {finished_at === null && (
        <p className="quiet">
          {operations_per_second !== null && `${showRate(operations_per_second)} operations a second. `}
          {estimated_finish_at !== null && batch.estimated_completion === undefined
            ? `It is expected to end ${showAgo(estimated_finish_at, now)}. `
            : ''}
          {reasons.join(' ')}
        </p>
      )}
      <ProgressPlot batch={batch} />
    </>
  );
}

function BatchFacts({ batch }: { batch: PolledBatch }) {
  const { started_at, cancelled_at, finished_at, operations_per_second } = batch;
  return (
    <Facts
      facts={[
        ['Lines', showCount(batch.total)],
        ['Accepted before, under their own keys', batch.replayed > 0 && showCount(batch.replayed)],
        ['Accepted', <Moment key="accepted" at={batch.accepted_at} />],
        ['Started', started_at && <Moment at={started_at} />],
        ['Cancelled', cancelled_at && <Moment at={cancelled_at} />],
        ['Finished', finished_at && <Moment at={finished_at} />],
        ['Took', started_at && finished_at && showBetween(started_at, finished_at)],
        ['Rate', operations_per_second !== null && `${showRate(operations_per_second)} operations a second`],
        ['Priority', batch.priority],
        ['Atomic', batch.atomic && 'all lines succeed, or all fail'],
        ['Retry of', batch.retry_of && <BatchLink id={batch.retry_of} isWhole />],
        [
          'Idempotency key',
          <span key="key" className="id">
            {batch.idempotency_key}
          </span>,
        ],
      ]}
    />
  );
}

function Sums({ batch: { sums } }: { batch: PolledBatch }) {
  return (
    <Table
      label="Sums"
      items={sums}
      keyOf={({ asset }) => asset}
      columns={[
        { title: 'Asset', cell: ({ asset }) => asset },
        { title: 'Total', isNumber: true, cell: ({ total }) => showAmount(total) },
        { title: 'Succeeded', isNumber: true, cell: ({ succeeded }) => showAmount(succeeded) },
        { title: 'Failed', isNumber: true, cell: ({ failed }) => showAmount(failed) },
        { title: 'Pending', isNumber: true, cell: ({ pending }) => showAmount(pending) },
      ]}
    />
  );
}
