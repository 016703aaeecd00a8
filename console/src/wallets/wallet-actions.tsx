import { useState } from 'react';
import type { Wallet } from '../api/resources.ts';
import { useAct } from '../api/use-act.ts';
import { isZero, showAmount } from '../format/money.ts';
import { ActionButton } from '../parts/action-button.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { useMay } from '../session/session.ts';

/** What can be done to a wallet as it stands, by who may. A closed one stays as it is. */
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
    'What is applied to it from now on fails with wallet_frozen, what waits already included: nothing goes in or out until it is ' +
    'unfrozen. Holds can still be released, not captured.',
};
const UNFREEZE: Change = {
  status: 'active',
  title: 'Unfreeze this wallet?',
  action: 'Unfreeze',
  isDestructive: false,
  text: 'Operations of it are applied again. What failed while it was frozen stays failed.',
};
const CLOSE: Change = {
  status: 'closed',
  title: 'Close this wallet?',
  action: 'Close wallet',
  isDestructive: true,
  text: 'It is closed for good: no operation of it succeeds again, and it cannot be opened again. Its history stays.',
};

function StatusDialog({ wallet, close, ...change }: Change & { wallet: Wallet; close: () => void }) {
  const set = useAct((api) => api.ask(`/wallets/${wallet.id}`, { method: 'PATCH', json: { status: change.status } }));
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
  const set = useAct((api) => api.ask(`/wallets/${wallet.id}`, { method: 'PATCH', json: { credit_limit: limit } }));
  return (
    <ConfirmDialog
      title="Change the credit limit"
      action="Change"
      onConfirm={() => set.mutateAsync()}
      onClose={onClose}
    >
      <p>
        The balance, {showAmount(wallet.balance)} {wallet.asset}, may go this far below zero. The limit cannot be less
        than what is used.
      </p>
      <Field label={`Credit limit, ${wallet.asset}`} value={limit} onChange={setLimit} inputMode="decimal" isRequired />
    </ConfirmDialog>
  );
}
