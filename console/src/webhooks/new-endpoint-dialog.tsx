import { useState } from 'react';
import type { EventType } from '../api/resources.ts';
import { useAct } from '../api/use-act.ts';
import { EVENT_TYPES } from '../api/words.ts';
import { Checkbox } from '../parts/checkbox.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { SecretDialog } from '../parts/secret.tsx';

export function NewEndpointDialog({ onClose }: { onClose: () => void }) {
  const [url, setUrl] = useState('');
  const [description, setDescription] = useState('');
  const [types, setTypes] = useState<readonly EventType[]>([]);
  const [made, setMade] = useState<string | null>(null);
  const make = useAct((api) =>
    api.ask('post', '/webhook-endpoints', {
      body: {
        url,
        ...(description !== '' && { description }),
        ...(types.length > 0 && { event_types: [...types] }),
      },
    }),
  );
  if (made !== null) {
    return (
      <SecretDialog title="Endpoint created" secret={made} onClose={onClose}>
        Its receiver verifies requests with this secret. It is shown only once.
      </SecretDialog>
    );
  }
  return (
    <ConfirmDialog
      title="New webhook endpoint"
      action="Create endpoint"
      staysOpen
      onConfirm={async () => setMade((await make.mutateAsync()).secret)}
      onClose={onClose}
    >
      <Field
        label="URL"
        type="url"
        value={url}
        onChange={setUrl}
        isRequired
        hint="It must be reachable from the workers."
      />
      <Field label="Description" value={description} onChange={setDescription} />
      <fieldset>
        <legend>Events (none chosen: all)</legend>
        {EVENT_TYPES.map((type) => (
          <Checkbox
            key={type}
            label={type}
            isChecked={types.includes(type)}
            onChange={(is) => setTypes(is ? [...types, type] : types.filter((each) => each !== type))}
          />
        ))}
      </fieldset>
    </ConfirmDialog>
  );
}
