import { useState } from 'react';
import { useAct } from '../api/use-act.ts';
import { Checkbox } from '../parts/checkbox.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';

export function NewAssetDialog({ onClose }: { onClose: () => void }) {
  const [code, setCode] = useState('');
  const [name, setName] = useState('');
  const [scale, setScale] = useState('2');
  const [isTransferable, setTransferable] = useState(true);
  const add = useAct((api) =>
    api.ask('post', '/assets', { body: { code, name, scale: Number(scale), transferable: isTransferable } }),
  );
  return (
    <ConfirmDialog title="New asset" action="Add asset" onConfirm={() => add.mutateAsync()} onClose={onClose}>
      <p>
        Wallets can be created in it at once. An asset is permanent: it can be neither changed nor deleted. Its smallest
        amount is {showSmallest(Number(scale))}.
      </p>
      <Field
        label="Code"
        value={code}
        onChange={(value) => setCode(value.toUpperCase())}
        isRequired
        hint="2 to 16 of A-Z and 0-9, beginning with a letter: EUR."
      />
      <Field label="Name" value={name} onChange={setName} isRequired hint="As people call it: Euro." />
      <Field label="Decimals" type="number" value={scale} onChange={setScale} isRequired hint="0 to 9." />
      <Checkbox
        label="Transferable: may move from wallet to wallet"
        isChecked={isTransferable}
        onChange={setTransferable}
      />
    </ConfirmDialog>
  );
}

const SCALE_MOST = 9;

/** The smallest amount at a scale, as far as the scale is one. */
function showSmallest(scale: number): string {
  if (!Number.isInteger(scale) || scale < 0 || scale > SCALE_MOST) return 'set by the decimals';
  return scale === 0 ? '1' : `0.${'1'.padStart(scale, '0')}`;
}
