import type { HistoryLine, Wallet } from '../api/resources.ts';
import { isNegative, showAmount, showChange } from '../format/money.ts';
import { showCode } from '../format/words.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { OperationLink } from '../parts/links.tsx';
import { Moment } from '../parts/moment.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import type { Column } from '../parts/table.tsx';

const COLUMNS: readonly Column<HistoryLine>[] = [
  { title: 'When', cell: ({ created_at }) => <Moment at={created_at} /> },
  { title: 'Type', cell: ({ type }) => showCode(type) },
  {
    title: 'Change',
    isNumber: true,
    cell: ({ amount }) => <span className={isNegative(amount) ? 'minus' : 'plus'}>{showChange(amount)}</span>,
  },
  { title: 'Balance', isNumber: true, cell: ({ balance_after }) => showAmount(balance_after) },
  { title: 'Operation', cell: ({ operation_id }) => <OperationLink id={operation_id} /> },
  { title: 'Description', isExtra: true, cell: ({ description }) => <span className="cut">{description ?? '–'}</span> },
];

export function WalletHistory({ wallet: { id } }: { wallet: Wallet }) {
  return (
    <PagedList
      label="History"
      path="/wallets/{id}/transactions"
      params={{ id }}
      columns={COLUMNS}
      keyOf={({ version }) => String(version)}
      limit={20}
      empty={
        <EmptyState title="This wallet has no movements yet.">
          <p>
            Credit the wallet with <code>POST /wallets/{'{id}'}/operation</code>, or with a line of a batch.
          </p>
        </EmptyState>
      }
    />
  );
}
