import type { HouseAccount } from '../api/resources.ts';
import { showAmount } from '../format/money.ts';
import { ActionButton } from '../parts/action-button.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { Moment } from '../parts/moment.tsx';
import { PageFrame } from '../parts/page.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import type { Column } from '../parts/table.tsx';
import { useMay } from '../session/session.ts';
import { NewAccountDialog } from './new-account-dialog.tsx';

const COLUMNS: readonly Column<HouseAccount>[] = [
  { title: 'House account', cell: ({ name }) => <span className="name">{name}</span> },
  { title: 'Balances', isNumber: true, cell: ({ balances }) => <Balances balances={balances} /> },
  { title: 'May go below zero', cell: ({ may_go_negative }) => (may_go_negative ? 'yes' : 'no') },
  { title: 'Created', isExtra: true, cell: ({ created_at }) => <Moment at={created_at} /> },
];

/** The accounts that belong to the house, with their balance in each asset. */
export function AccountsPage() {
  const mayAdd = useMay('assets:admin');
  const add = mayAdd && (
    <ActionButton label="New house account" isMain render={(close) => <NewAccountDialog onClose={close} />} />
  );
  return (
    <PageFrame title="House accounts" actions={add}>
      <p className="quiet">
        Deposits come from the treasury, and withdrawals go to it. Captures and postings can name any house account.
      </p>
      <PagedList
        label="House accounts"
        path="/accounts"
        columns={COLUMNS}
        keyOf={({ name }) => name}
        empty={
          <EmptyState title="There are no house accounts.">
            <p>
              The treasury is missing: run <code>npm run migrate</code>.
            </p>
          </EmptyState>
        }
      />
    </PageFrame>
  );
}

function Balances({ balances }: Pick<HouseAccount, 'balances'>) {
  if (balances.length === 0) return <>zero in every asset</>;
  return (
    <>
      {balances.map(({ asset, balance }) => (
        <span key={asset} className="outcome">
          {showAmount(balance)} {asset}
        </span>
      ))}
    </>
  );
}
