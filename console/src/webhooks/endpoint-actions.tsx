import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Delivery, WebhookEndpoint } from '../api/resources.ts';
import { useAct } from '../api/use-act.ts';
import { fromLocalField, toLocalField } from '../format/time.ts';
import { ActionButton } from '../parts/action-button.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { SecretDialog } from '../parts/secret.tsx';

const DAY_MS = 86_400_000;

interface Given {
  readonly endpoint: WebhookEndpoint;
  readonly onClose: () => void;
}

/** What can be done to an endpoint. Nothing is sent to one that is disabled. */
export function EndpointActions({ endpoint }: { endpoint: WebhookEndpoint }) {
  const isEnabled = endpoint.status === 'enabled';
  const given = (onClose: () => void): Given => ({ endpoint, onClose });
  return (
    <>
      {isEnabled ? (
        <>
          <ActionButton label="Send failed again" isMain render={(close) => <RecoverDialog {...given(close)} />} />
          <ActionButton label="Send test event" render={(close) => <TestDialog {...given(close)} />} />
          <ActionButton label="Disable" isDestructive render={(close) => <SwitchDialog {...given(close)} />} />
        </>
      ) : (
        <ActionButton label="Enable" isMain render={(close) => <SwitchDialog {...given(close)} />} />
      )}
      <ActionButton label="Change URL" render={(close) => <UrlDialog {...given(close)} />} />
      <ActionButton label="Rotate secret" render={(close) => <RotateDialog {...given(close)} />} />
      <ActionButton label="Delete" isDestructive render={(close) => <DeleteDialog {...given(close)} />} />
    </>
  );
}

const pathOf = ({ id }: WebhookEndpoint): string => `/webhook-endpoints/${id}`;

function SwitchDialog({ endpoint, onClose }: Given) {
  const isEnabled = endpoint.status === 'enabled';
  const next = isEnabled ? 'disabled' : 'enabled';
  const change = useAct((api) => api.ask(pathOf(endpoint), { method: 'PATCH', json: { status: next } }));
  return (
    <ConfirmDialog
      title={isEnabled ? 'Disable this endpoint?' : 'Enable this endpoint?'}
      action={isEnabled ? 'Disable' : 'Enable'}
      isDestructive={isEnabled}
      onConfirm={() => change.mutateAsync()}
      onClose={onClose}
    >
      <p>
        {isEnabled
          ? 'Nothing is sent to it until it is enabled again. What happens meanwhile is kept for it.'
          : 'What was kept for it while it was disabled is sent now, then what happens.'}
      </p>
    </ConfirmDialog>
  );
}

function TestDialog({ endpoint, onClose }: Given) {
  const [, navigate] = useLocation();
  const test = useAct((api) => api.ask<Delivery>(`${pathOf(endpoint)}/test`, { method: 'POST' }));
  return (
    <ConfirmDialog
      title="Send a test event?"
      action="Send test event"
      onConfirm={async () => navigate(`/webhooks/${endpoint.id}/deliveries/${(await test.mutateAsync()).event_id}`)}
      onClose={onClose}
    >
      <p>
        An event of type <code>webhook_endpoint.test</code> is sent at once, before all that waits. A pause of the
        endpoint ends.
      </p>
    </ConfirmDialog>
  );
}

function RecoverDialog({ endpoint, onClose }: Given) {
  const [since, setSince] = useState(() => toLocalField(new Date(Date.now() - DAY_MS).toISOString()));
  const recover = useAct((api) =>
    api.ask(`${pathOf(endpoint)}/recover`, { method: 'POST', json: { since: fromLocalField(since) } }),
  );
  return (
    <ConfirmDialog
      title="Send again what failed?"
      action="Send failed again"
      onConfirm={() => recover.mutateAsync()}
      onClose={onClose}
    >
      <p>
        All that has not succeeded of the events since this moment is sent at once: what has used up its attempts, and
        what waits for another. A pause of the endpoint ends.
      </p>
      <Field label="Since" type="datetime-local" value={since} onChange={setSince} isRequired />
    </ConfirmDialog>
  );
}

function UrlDialog({ endpoint, onClose }: Given) {
  const [url, setUrl] = useState(endpoint.url);
  const change = useAct((api) => api.ask(pathOf(endpoint), { method: 'PATCH', json: { url } }));
  return (
    <ConfirmDialog title="Change the URL" action="Change" onConfirm={() => change.mutateAsync()} onClose={onClose}>
      <p>What waits for the endpoint is sent there too. The secret stays the same.</p>
      <Field label="URL" type="url" value={url} onChange={setUrl} isRequired />
    </ConfirmDialog>
  );
}

function RotateDialog({ endpoint, onClose }: Given) {
  const [secret, setSecret] = useState<string | null>(null);
  const rotate = useAct((api) => api.ask<{ secret: string }>(`${pathOf(endpoint)}/rotate-secret`, { method: 'POST' }));
  if (secret !== null) {
    return (
      <SecretDialog title="The secret is rotated" secret={secret} onClose={onClose}>
        Give it to the receiver within 24 hours: until then the previous one signs too. It is shown this once.
      </SecretDialog>
    );
  }
  return (
    <ConfirmDialog
      title="Rotate the secret?"
      action="Rotate secret"
      isDestructive
      staysOpen
      onConfirm={async () => setSecret((await rotate.mutateAsync()).secret)}
      onClose={onClose}
    >
      <p>
        Requests are signed with another secret, and for 24 hours with the present one too. Then only the new one is
        valid.
      </p>
    </ConfirmDialog>
  );
}

function DeleteDialog({ endpoint, onClose }: Given) {
  const [, navigate] = useLocation();
  const remove = useAct((api) => api.ask(pathOf(endpoint), { method: 'DELETE' }));
  return (
    <ConfirmDialog
      title="Delete this endpoint?"
      action="Delete"
      isDestructive
      onConfirm={async () => {
        await remove.mutateAsync();
        navigate('/webhooks');
      }}
      onClose={onClose}
    >
      <p>Nothing more is sent to it, not even what it is still owed. This cannot be undone.</p>
    </ConfirmDialog>
  );
}
