import { useState } from 'react';
import type { Wallet } from '../api/resources.ts';
import { useAct } from '../api/use-act.ts';
import { isZero, showAmount } from '../format/money.ts';
import { ActionButton } from '../parts/action-button.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { useMay } from '../session/session.ts';

/** The buttons of a wallet, for keys that may write wallets. A closed wallet stays as it is. */
export function WalletActions({ wallet }: { wallet: Wallet }) {
  const mayWrite = useMay('wallets:write');
  if (!mayWrite || wallet.status === 'closed') return null;
  const isEmpty = isZero(wallet.balance) && isZero(wallet.held);
  return (
    <>
      {wallet.status === 'active' ? (
        <ActionButton
          label="Freeze"
          isDestructive
          render={(close) => <StatusDialog {...FREEZE} {...{ wallet, close }} />}
        />
      ) : (
        <ActionButton label="Unfreeze" render={(close) => <StatusDialog {...UNFREEZE} {...{ wallet, close }} />} />
      )}
      <ActionButton label="Credit limit" render={(close) => <CreditDialog wallet={wallet} onClose={close} />} />
      {isEmpty && (
        <ActionButton
          label="Close wallet"
          isDestructive
          render={(close) => <StatusDialog {...CLOSE} {...{ wallet, close }} />}
        />
      )}
    </>
  );
}

interface Change {
  readonly status: Wallet['status'];
  readonly title: string;
  readonly action: string;
  readonly isDestructive: boolean;
  readonly text: string;
}

const FREEZE: Change = {
  status: 'frozen',
  title: 'Freeze this wallet?',
  action: 'Freeze',
  isDestructive: true,
  text:
    'From now on its operations fail with wallet_frozen, including those that are already waiting: nothing goes in or out ' +
    'until it is unfrozen. Holds can still be released, but not captured.',
};
const UNFREEZE: Change = {
  status: 'active',
  title: 'Unfreeze this wallet?',
  action: 'Unfreeze',
  isDestructive: false,
  text: 'Its operations are applied again. Operations that failed while it was frozen stay failed.',
};
const CLOSE: Change = {
  status: 'closed',
  title: 'Close this wallet?',
  action: 'Close wallet',
  isDestructive: true,
  text: 'Closing is permanent: its operations fail from then on, and it cannot be reopened. Its history stays.',
};

function StatusDialog({ wallet, close, ...change }: Change & { wallet: Wallet; close: () => void }) {
  const request = { params: { id: wallet.id }, body: { status: change.status } };
  const set = useAct((api) => api.ask('patch', '/wallets/{id}', request));
  return (
    <ConfirmDialog
      title={change.title}
      action={change.action}
      isDestructive={change.isDestructive}
      onConfirm={() => set.mutateAsync()}
      onClose={close}
    >
      <p>{change.text}</p>
    </ConfirmDialog>
  );
}

function CreditDialog({ wallet, onClose }: { wallet: Wallet; onClose: () => void }) {
  const [limit, setLimit] = useState(wallet.credit_limit);
  const request = { params: { id: wallet.id }, body: { credit_limit: limit } };
  const set = useAct((api) => api.ask('patch', '/wallets/{id}', request));
  return (
    <ConfirmDialog
      title="Change the credit limit"
      action="Change"
      onConfirm={() => set.mutateAsync()}
      onClose={onClose}
    >
      <p>
        The balance, now {showAmount(wallet.balance)} {wallet.asset}, may go this far below zero. The limit cannot be
        lower than the credit in use.
      </p>
      <Field label={`Credit limit, ${wallet.asset}`} value={limit} onChange={setLimit} inputMode="decimal" isRequired />
    </ConfirmDialog>
  );
}
