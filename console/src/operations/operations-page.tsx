import { useSearch } from 'wouter';
import { OPERATION_STATUSES, OPERATION_TYPES } from '../api/words.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { Filters } from '../parts/filters.tsx';
import { OPERATION_COLUMNS } from '../parts/operation-columns.tsx';
import { PageFrame } from '../parts/page.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import { readQuery } from '../url/query.ts';

const FILTERS = [
  { name: 'status', label: 'Status', options: OPERATION_STATUSES },
  { name: 'type', label: 'Type', options: OPERATION_TYPES },
  { name: 'wallet_id', label: 'Wallet' },
  { name: 'batch_id', label: 'Batch' },
  { name: 'reference_id', label: 'Reference' },
  { name: 'idempotency_key', label: 'Idempotency key' },
  { name: 'from', label: 'From', isMoment: true },
  { name: 'to', label: 'To', isMoment: true },
] as const;

/** Links lead here with these as well; there is no field for them. */
const NAMES = [...FILTERS.map(({ name }) => name), 'hold_id', 'reversal_of'] as const;

export function OperationsPage() {
  const query = readQuery(useSearch(), NAMES);
  const isFiltered = Object.keys(query).length > 0;
  return (
    <PageFrame title="Operations">
      <Filters filters={FILTERS} />
      <PagedList
        label="Operations"
        path="/operations"
        query={query}
        columns={OPERATION_COLUMNS}
        keyOf={({ id }) => id}
        empty={
          isFiltered ? (
            <EmptyState title="No operation matches these filters.">
              <p>Clear a filter, or widen the time. Old operations may have been moved to the archives.</p>
            </EmptyState>
          ) : (
            <EmptyState title="No operation has been accepted yet.">
              <p>
                Send one with <code>POST /operations</code> (see <a href="../docs">the API</a>), or upload a batch.
              </p>
            </EmptyState>
          )
        }
      />
    </PageFrame>
  );
}
