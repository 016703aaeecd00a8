import { useState } from 'react';
import type { Wallet } from '../api/resources.ts';
import { fromLocalField, toLocalField } from '../format/time.ts';
import { ActionButton } from '../parts/action-button.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { useSession } from '../session/session.ts';

/** Saves what moved in a time, with the balances at its ends. */
export function StatementForm({ wallet }: { wallet: Wallet }) {
  return (
    <ActionButton label="Download statement" render={(close) => <StatementDialog wallet={wallet} onClose={close} />} />
  );
}

function StatementDialog({ wallet, onClose }: { wallet: Wallet; onClose: () => void }) {
  const { api } = useSession();
  const [from, setFrom] = useState(() => toLocalField(startOfMonth()));
  const [to, setTo] = useState(() => toLocalField(new Date().toISOString()));
  const save = (): Promise<void> => {
    const request = { params: { id: wallet.id }, query: { from: fromLocalField(from), to: fromLocalField(to) } };
    const name = `statement-${wallet.id}-${from.slice(0, 10)}-${to.slice(0, 10)}.csv`;
    return api.saveCsv('/wallets/{id}/statement', request, name);
  };
  return (
    <ConfirmDialog title="Download a statement" action="Download CSV" onConfirm={save} onClose={onClose}>
      <p>Every movement of the time, with the balance before the first and after the last.</p>
      <Field label="From" type="datetime-local" value={from} onChange={setFrom} isRequired />
      <Field label="To" type="datetime-local" value={to} onChange={setTo} isRequired />
    </ConfirmDialog>
  );
}

function startOfMonth(): string {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), 1).toISOString();
}
