import { useState } from 'react';
import { useAct } from '../api/use-act.ts';
import { Checkbox } from '../parts/checkbox.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';

export function NewAccountDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [mayGoNegative, setMayGoNegative] = useState(false);
  const add = useAct((api) => api.ask('post', '/accounts', { body: { name, may_go_negative: mayGoNegative } }));
  return (
    <ConfirmDialog
      title="New house account"
      action="Add house account"
      onConfirm={() => add.mutateAsync()}
      onClose={onClose}
    >
      <p>
        It gets a balance in every asset, and captures and postings can name it at once. It is permanent: neither its
        name nor its limit can be changed, and it cannot be deleted.
      </p>
      <Field
        label="Name"
        value={name}
        onChange={setName}
        isRequired
        hint="1 to 63 of a-z, 0-9, _ and -, beginning with a letter: fees."
      />
      <Checkbox
        label="May go below zero: it can pay out more than it has"
        isChecked={mayGoNegative}
        onChange={setMayGoNegative}
      />
    </ConfirmDialog>
  );
}
