import { useRef, useState } from 'react';
import { newKey } from '../api/new-key.ts';
import { useAct } from '../api/use-act.ts';
import { useResource } from '../api/use-resource.ts';
import { showAmount } from '../format/money.ts';
import { Checkbox } from '../parts/checkbox.tsx';
import { Choice } from '../parts/choice.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { type Destination, type HoldDialog, tellCapture } from './tell-hold.ts';

/** There are at most 100 house accounts. */
const ACCOUNTS_MOST = 100;

const DESTINATIONS: Readonly<Record<Destination['kind'], string>> = {
  treasury: 'The treasury',
  account: 'Another house account',
  wallet: 'A wallet',
};

/** Takes an amount out of a hold for good. */
export function CaptureDialog({ hold, onAccepted, onClose }: HoldDialog) {
  const key = useRef<string>(newKey());
  const [amount, setAmount] = useState('');
  const [kind, setKind] = useState<Destination['kind']>('treasury');
  const [name, setName] = useState('');
  const [isFinal, setFinal] = useState(true);
  const [description, setDescription] = useState('');
  const destination: Destination = { kind, name: name.trim() };
  const capture = useAct((api) =>
    api.ask('post', '/holds/{id}/capture', {
      params: { id: hold.id },
      idempotencyKey: key.current,
      body: {
        final: isFinal,
        ...(amount !== '' && { amount }),
        ...(kind === 'wallet' && { to_wallet_id: destination.name }),
        ...(kind === 'account' && { to_account: destination.name }),
        ...(description !== '' && { description }),
      },
    }),
  );
  return (
    <ConfirmDialog
      title="Capture this hold?"
      action="Capture"
      isDestructive
      onConfirm={async () => {
        await capture.mutateAsync();
        onAccepted();
      }}
      onClose={onClose}
    >
      <Field
        label={`Amount, ${hold.asset}`}
        hint={`Empty captures all that remains: ${showAmount(hold.remaining)} ${hold.asset}.`}
        value={amount}
        onChange={setAmount}
        inputMode="decimal"
      />
      <Choice
        label="Destination"
        options={DESTINATIONS}
        value={kind}
        onChange={(next) => {
          setKind(next);
          setName('');
        }}
      />
      {kind === 'account' && <AccountChoice value={name} onChange={setName} />}
      {kind === 'wallet' && (
        <Field
          label="Wallet"
          hint={`The id of a wallet in ${hold.asset}.`}
          value={name}
          onChange={setName}
          isRequired
        />
      )}
      <Checkbox label="Final: release what the capture leaves" isChecked={isFinal} onChange={setFinal} />
      <Field label="Description" value={description} onChange={setDescription} />
      <p className="note" role="status">
        {tellCapture(hold, { amount, destination, isFinal })}
      </p>
    </ConfirmDialog>
  );
}

function AccountChoice({ value, onChange }: { value: string; onChange: (name: string) => void }) {
  const { data } = useResource('/accounts', { query: { limit: ACCOUNTS_MOST } }, { every: false });
  const names = (data?.data ?? []).map(({ name }) => name).filter((name) => name !== 'treasury');
  return (
    <Choice
      label="House account"
      options={Object.fromEntries(names.map((name) => [name, name]))}
      value={value}
      onChange={onChange}
      placeholder={names.length === 0 ? 'There is no other house account' : 'Choose one'}
    />
  );
}
