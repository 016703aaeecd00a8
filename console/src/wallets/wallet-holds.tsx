import type { Hold, Wallet } from '../api/resources.ts';
import { showAmount } from '../format/money.ts';
import { Badge } from '../parts/badge.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { OperationLink } from '../parts/links.tsx';
import { Moment } from '../parts/moment.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import type { Column } from '../parts/table.tsx';

const COLUMNS: readonly Column<Hold>[] = [
  { title: 'Hold', cell: ({ id }) => <OperationLink id={id} /> },
  { title: 'Status', cell: ({ status }) => <Badge status={status} /> },
  { title: 'Amount', isNumber: true, cell: ({ amount }) => showAmount(amount) },
  { title: 'Remaining', isNumber: true, cell: ({ remaining }) => showAmount(remaining) },
  { title: 'Captured', isNumber: true, isExtra: true, cell: ({ captured }) => showAmount(captured) },
  { title: 'Released', isNumber: true, isExtra: true, cell: ({ released }) => showAmount(released) },
  { title: 'Expires', cell: ({ expires_at }) => <Moment at={expires_at} /> },
];

export function WalletHolds({ wallet: { id } }: { wallet: Wallet }) {
  return (
    <PagedList<Hold>
      label="Holds"
      path={`/wallets/${id}/holds`}
      query={{}}
      columns={COLUMNS}
      keyOf={(hold) => hold.id}
      cursorName="holds"
      limit={10}
      empty={
        <EmptyState title="Nothing was ever held of this wallet.">
          <p>
            <code>POST /wallets/{'{id}'}/holds</code> sets an amount aside until it is captured or released.
          </p>
        </EmptyState>
      }
    />
  );
}
