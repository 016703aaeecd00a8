import type { Leg } from '../api/resources.ts';
import { showAmount } from '../format/money.ts';
import { WalletLink } from '../parts/links.tsx';
import { Table } from '../parts/table.tsx';

type End = Leg['from'];

/** What a posting moves, in the order in which it does. */
export function OperationLegs({ legs }: { legs: readonly Leg[] }) {
  return (
    <Table
      label="Legs"
      items={legs.map((leg, index) => ({ ...leg, number: index + 1 }))}
      keyOf={({ number }) => String(number)}
      columns={[
        { title: 'Leg', cell: ({ number }) => number },
        { title: 'From', cell: ({ from }) => <EndOf end={from} /> },
        { title: 'To', cell: ({ to }) => <EndOf end={to} /> },
        { title: 'Amount', isNumber: true, cell: ({ amount, asset }) => `${showAmount(amount)} ${asset}` },
      ]}
    />
  );
}

function EndOf({ end }: { end: End }) {
  return 'wallet_id' in end ? <WalletLink id={end.wallet_id} /> : <>{end.account}</>;
}
