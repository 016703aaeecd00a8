import { useState } from 'react';
import type { WebhookEndpoint } from '../api/resources.ts';
import { useAct } from '../api/use-act.ts';
import { Checkbox } from '../parts/checkbox.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { SecretDialog } from '../parts/secret.tsx';
import { EVENT_TYPES } from './event-types.ts';

/** An endpoint as it is answered once: with what its requests are signed with. */
type WithSecret = WebhookEndpoint & { readonly secret: string };

export function NewEndpointDialog({ onClose }: { onClose: () => void }) {
  const [url, setUrl] = useState('');
  const [description, setDescription] = useState('');
  const [types, setTypes] = useState<readonly string[]>([]);
  const [made, setMade] = useState<WithSecret | null>(null);
  const make = useAct((api) =>
    api.ask<WithSecret>('/webhook-endpoints', {
      method: 'POST',
      json: {
        url,
        ...(description !== '' && { description }),
        ...(types.length > 0 && { event_types: types }),
      },
    }),
  );
  if (made !== null) {
    return (
      <SecretDialog title="The endpoint is made" secret={made.secret} onClose={onClose}>
        Its receiver verifies requests with this secret. It is shown this once.
      </SecretDialog>
    );
  }
  return (
    <ConfirmDialog
      title="New webhook endpoint"
      action="Make endpoint"
      staysOpen
      onConfirm={async () => setMade(await make.mutateAsync())}
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
