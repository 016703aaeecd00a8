import { useSearch } from 'wouter';
import type { Batch } from '../api/resources.ts';
import { BATCH_STATUSES, PRIORITIES } from '../api/words.ts';
import { showCount } from '../format/words.ts';
import { ActionButton } from '../parts/action-button.tsx';
import { Badge } from '../parts/badge.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { Filters } from '../parts/filters.tsx';
import { BatchLink } from '../parts/links.tsx';
import { Moment } from '../parts/moment.tsx';
import { PageFrame } from '../parts/page.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import type { Column } from '../parts/table.tsx';
import { useMay } from '../session/session.ts';
import { readQuery } from '../url/query.ts';
import { ProgressBar } from './progress-bar.tsx';
import { UploadDialog } from './upload-dialog.tsx';

const FILTERS = [
  { name: 'status', label: 'Status', options: BATCH_STATUSES },
  { name: 'priority', label: 'Priority', options: PRIORITIES },
  { name: 'from', label: 'From', isMoment: true },
  { name: 'to', label: 'To', isMoment: true },
] as const;

const COLUMNS: readonly Column<Batch>[] = [
  { title: 'Batch', cell: ({ id }) => <BatchLink id={id} /> },
  { title: 'Status', cell: ({ status }) => <Badge status={status} /> },
  { title: 'Progress', cell: (batch) => <ProgressBar batch={batch} /> },
  { title: 'Lines', isNumber: true, cell: ({ total }) => showCount(total) },
  { title: 'Failed', isNumber: true, cell: ({ failed }) => showCount(failed) },
  { title: 'Accepted', cell: ({ accepted_at }) => <Moment at={accepted_at} /> },
  { title: 'Finished', isExtra: true, cell: ({ finished_at }) => <Moment at={finished_at} /> },
];

export function BatchesPage() {
  const mayWrite = useMay('operations:write');
  const query = readQuery(
    useSearch(),
    FILTERS.map(({ name }) => name),
  );
  const isFiltered = Object.keys(query).length > 0;
  const upload = mayWrite && (
    <ActionButton label="Upload CSV" isMain render={(close) => <UploadDialog onClose={close} />} />
  );
  return (
    <PageFrame title="Batches" actions={upload}>
      <Filters filters={FILTERS} />
      <PagedList
        label="Batches"
        path="/batches"
        query={query}
        columns={COLUMNS}
        keyOf={({ id }) => id}
        empty={
          isFiltered ? (
            <EmptyState title="No batch matches these filters.">
              <p>Clear a filter, or widen the time.</p>
            </EmptyState>
          ) : (
            <EmptyState title="No batch has been accepted yet.">
              <p>
                {mayWrite ? 'Upload a CSV file whose header is ' : 'Send a CSV file to POST /batches, with the header '}
                <code>type,wallet_id,amount</code>. Each line becomes an operation; all are accepted, or none.
              </p>
            </EmptyState>
          )
        }
      />
    </PageFrame>
  );
}
