import type { Operation } from '../api/resources.ts';
import { showAmount } from '../format/money.ts';
import { showCode } from '../format/words.ts';
import { Badge } from './badge.tsx';
import { BatchLink, OperationLink, WalletLink } from './links.tsx';
import { Moment } from './moment.tsx';
import type { Column } from './table.tsx';

/** Operations as they stand in a list. */
export const OPERATION_COLUMNS: readonly Column<Operation>[] = [
  { title: 'Operation', cell: ({ id }) => <OperationLink id={id} /> },
  { title: 'Type', cell: ({ type }) => showCode(type) },
  {
    title: 'Status',
    cell: ({ status, error }) => (
      <>
        <Badge status={status} />
        {error !== null && <span className="quiet"> {showCode(error.code)}</span>}
      </>
    ),
  },
  {
    title: 'Amount',
    isNumber: true,
    cell: ({ amount, asset }) => (amount === null ? '–' : `${showAmount(amount)} ${asset}`),
  },
  { title: 'Wallet', cell: (operation) => <WalletsOf operation={operation} /> },
  { title: 'Accepted', cell: ({ created_at }) => <Moment at={created_at} /> },
  { title: 'Batch', isExtra: true, cell: ({ batch_id }) => (batch_id === null ? '–' : <BatchLink id={batch_id} />) },
  { title: 'Key', isExtra: true, cell: ({ idempotency_key }) => <span className="cut">{idempotency_key ?? '–'}</span> },
];

function WalletsOf({ operation: { wallet_id, from_wallet_id, to_wallet_id, to_account } }: { operation: Operation }) {
  const from = wallet_id ?? from_wallet_id;
  if (from === undefined && to_wallet_id === undefined) return <>–</>;
  return (
    <>
      {from !== undefined && <WalletLink id={from} />}
      {to_wallet_id !== undefined && (
        <>
          {' → '}
          <WalletLink id={to_wallet_id} />
        </>
      )}
      {to_account !== undefined && ` → ${to_account}`}
    </>
  );
}
