import type { Status } from '../api/resources.ts';
import { showSeconds } from '../format/time.ts';
import { showCount } from '../format/words.ts';
import { Badge } from '../parts/badge.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { Moment } from '../parts/moment.tsx';
import { Table } from '../parts/table.tsx';
import { workerState } from './worker-state.ts';

export function Workers({ workers, at }: Pick<Status, 'workers' | 'at'>) {
  if (workers.length === 0) {
    return (
      <EmptyState title="There are no workers.">
        <p>
          Start one with <code>npm run start:worker</code>, or scale the workers up.
        </p>
      </EmptyState>
    );
  }
  return (
    <Table
      label="Workers"
      items={workers}
      keyOf={({ name }) => name}
      columns={[
        { title: 'Worker', cell: ({ name }) => name },
        { title: 'State', cell: (worker) => <Badge status={workerState(worker, at)} /> },
        { title: 'Seen', cell: ({ seen_at }) => <Moment at={seen_at} ago /> },
        {
          title: 'Applied last minute',
          isNumber: true,
          cell: ({ applied_last_minute }) => showCount(applied_last_minute),
        },
        { title: 'Version', cell: ({ version }) => version },
        { title: 'Started', isExtra: true, cell: ({ started_at }) => <Moment at={started_at} ago /> },
      ]}
    />
  );
}

export function Partitions({ partitions }: { partitions: Status['partitions'] }) {
  if (partitions.length === 0) return <EmptyState title="Nothing is waiting." />;
  return (
    <Table
      label="Partitions"
      items={partitions}
      keyOf={({ partition }) => String(partition)}
      columns={[
        { title: 'Partition', cell: ({ partition }) => partition },
        { title: 'Waiting', isNumber: true, cell: ({ pending }) => showCount(pending) },
        { title: 'Oldest', isNumber: true, cell: ({ oldest_age_seconds: age }) => showSeconds(age) },
      ]}
    />
  );
}
