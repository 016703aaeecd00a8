import type { ApiKey } from '../api/resources.ts';
import { ActionButton } from '../parts/action-button.tsx';
import { Badge } from '../parts/badge.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { Moment } from '../parts/moment.tsx';
import { PageFrame } from '../parts/page.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import { Section } from '../parts/section.tsx';
import type { Column } from '../parts/table.tsx';
import { useMay } from '../session/session.ts';
import { AuditLog } from './audit-log.tsx';
import { NewKeyDialog } from './new-key-dialog.tsx';
import { RevokeButton } from './revoke-button.tsx';

const COLUMNS: readonly Column<ApiKey>[] = [
  { title: 'Name', cell: ({ name }) => name },
  { title: 'Status', cell: ({ status }) => <Badge status={status} /> },
  { title: 'Scopes', cell: ({ scopes }) => scopes.join(', ') },
  { title: 'Requests a second', isNumber: true, isExtra: true, cell: ({ rate_limit }) => rate_limit ?? 'no limit' },
  { title: 'Created', isExtra: true, cell: ({ created_at }) => <Moment at={created_at} /> },
  { title: 'Expires', cell: ({ expires_at }) => <Moment at={expires_at} ago /> },
  { title: 'Action', cell: (key) => <RevokeButton apiKey={key} /> },
];

/** API keys, and the log of administrative acts. */
export function AccessPage() {
  const may = useMay('access:admin');
  if (!may) {
    return (
      <PageFrame title="Access">
        <EmptyState title="Your key may not see this.">
          <p>
            Keys and the audit log need the scope <code>access:admin</code>.
          </p>
        </EmptyState>
      </PageFrame>
    );
  }
  return (
    <PageFrame
      title="Access"
      actions={<ActionButton label="New key" isMain render={(close) => <NewKeyDialog onClose={close} />} />}
    >
      <Section title="Keys">
        <PagedList
          label="Keys"
          path="/access/keys"
          columns={COLUMNS}
          keyOf={({ id }) => id}
          cursorName="keys"
          empty={
            <EmptyState title="There are no keys: every caller that reaches the API may do everything.">
              <p>Create the first key. From then on every request needs one, including those of this console.</p>
            </EmptyState>
          }
        />
      </Section>
      <Section title="Audit log">
        <AuditLog />
      </Section>
    </PageFrame>
  );
}
