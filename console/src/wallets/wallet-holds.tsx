import type { Hold, Wallet } from '../api/resources.ts';
import { showAmount } from '../format/money.ts';
import { Badge } from '../parts/badge.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { HoldLink } from '../parts/links.tsx';
import { Moment } from '../parts/moment.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import type { Column } from '../parts/table.tsx';
import { useMay } from '../session/session.ts';
import { HoldActions } from './hold-actions.tsx';

const COLUMNS: readonly Column<Hold>[] = [
  { title: 'Hold', cell: ({ id }) => <HoldLink id={id} /> },
  { title: 'Status', cell: ({ status }) => <Badge status={status} /> },
  { title: 'Amount', isNumber: true, cell: ({ amount }) => showAmount(amount) },
  { title: 'Remaining', isNumber: true, cell: ({ remaining }) => showAmount(remaining) },
  { title: 'Captured', isNumber: true, isExtra: true, cell: ({ captured }) => showAmount(captured) },
  { title: 'Released', isNumber: true, isExtra: true, cell: ({ released }) => showAmount(released) },
  { title: 'Expires', cell: ({ expires_at }) => <Moment at={expires_at} /> },
];

const WITH_ACTIONS: readonly Column<Hold>[] = [
  ...COLUMNS,
  {
    title: 'Action',
    cell: (hold) => (
      <div className="actions">
        <HoldActions hold={hold} />
      </div>
    ),
  },
];

export function WalletHolds({ wallet: { id } }: { wallet: Wallet }) {
  const mayWrite = useMay('operations:write');
  return (
    <PagedList
      label="Holds"
      path="/wallets/{id}/holds"
      params={{ id }}
      columns={mayWrite ? WITH_ACTIONS : COLUMNS}
      keyOf={(hold) => hold.id}
      cursorName="holds"
      limit={10}
      empty={
        <EmptyState title="This wallet has no holds.">
          <p>
            Set an amount aside with <code>POST /wallets/{'{id}'}/holds</code>. It can then be captured or released
            here.
          </p>
        </EmptyState>
      }
    />
  );
}
