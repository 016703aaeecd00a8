import type { Act } from '../api/resources.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { WalletLink } from '../parts/links.tsx';
import { Moment } from '../parts/moment.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import type { Column } from '../parts/table.tsx';

const COLUMNS: readonly Column<Act>[] = [
  { title: 'When', cell: ({ at }) => <Moment at={at} /> },
  { title: 'Act', cell: ({ action }) => action },
  {
    title: 'By',
    cell: ({ actor, key_id }) =>
      key_id === null ? (
        actor.replace('_', ' ')
      ) : (
        <span className="id" title={key_id}>
          …{key_id.slice(-12)}
        </span>
      ),
  },
  { title: 'Subject', cell: (act) => <Subject act={act} /> },
  { title: 'Detail', cell: ({ detail }) => <code className="cut">{JSON.stringify(detail)}</code> },
];

/** Administrative acts, the latest first. */
export function AuditLog() {
  return (
    <PagedList
      label="Audit log"
      path="/access/log"
      columns={COLUMNS}
      keyOf={({ at, action, subject_id }) => `${at} ${action} ${subject_id}`}
      limit={20}
      empty={
        <EmptyState title="There are no administrative acts yet.">
          <p>Freezing a wallet, changing a webhook endpoint or creating a key is recorded here.</p>
        </EmptyState>
      }
    />
  );
}

function Subject({ act: { subject_type, subject_id } }: { act: Act }) {
  if (subject_id === null) return <>{subject_type.replace('_', ' ')}</>;
  if (subject_type === 'wallet') return <WalletLink id={subject_id} />;
  return (
    <>
      {subject_type.replace('_', ' ')} <span className="id">…{subject_id.slice(-12)}</span>
    </>
  );
}
