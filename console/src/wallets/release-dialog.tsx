import { useRef, useState } from 'react';
import { newKey } from '../api/new-key.ts';
import { useAct } from '../api/use-act.ts';
import { showAmount } from '../format/money.ts';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { type HoldDialog, tellRelease } from './tell-hold.ts';

/** Returns an amount of a hold to its wallet. */
export function ReleaseDialog({ hold, onAccepted, onClose }: HoldDialog) {
  const key = useRef<string>(newKey());
  const [amount, setAmount] = useState('');
  const [description, setDescription] = useState('');
  const release = useAct((api) =>
    api.ask('post', '/holds/{id}/release', {
      params: { id: hold.id },
      idempotencyKey: key.current,
      body: { ...(amount !== '' && { amount }), ...(description !== '' && { description }) },
    }),
  );
  return (
    <ConfirmDialog
      title="Release this hold?"
      action="Release"
      isDestructive
      onConfirm={async () => {
        await release.mutateAsync();
        onAccepted();
      }}
      onClose={onClose}
    >
      <Field
        label={`Amount, ${hold.asset}`}
        hint={`Empty releases all that remains: ${showAmount(hold.remaining)} ${hold.asset}.`}
        value={amount}
        onChange={setAmount}
        inputMode="decimal"
      />
      <Field label="Description" value={description} onChange={setDescription} />
      <p className="note" role="status">
        {tellRelease(hold, amount)}
      </p>
    </ConfirmDialog>
  );
}
