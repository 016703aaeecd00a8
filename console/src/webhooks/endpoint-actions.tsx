import { useState } from 'react';
import { useLocation } from 'wouter';
import type { WebhookEndpoint } from '../api/resources.ts';
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

/** The buttons of an endpoint. Nothing is sent to one that is disabled. */
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

function SwitchDialog({ endpoint, onClose }: Given) {
  const isEnabled = endpoint.status === 'enabled';
  const next = isEnabled ? 'disabled' : 'enabled';
  const request = { params: { id: endpoint.id }, body: { status: next } } as const;
  const change = useAct((api) => api.ask('patch', '/webhook-endpoints/{id}', request));
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
          ? 'Nothing is sent to it until it is enabled again. Its events are kept until then.'
          : 'The events that were kept while it was disabled are sent now, and later ones as they happen.'}
      </p>
    </ConfirmDialog>
  );
}

function TestDialog({ endpoint, onClose }: Given) {
  const [, navigate] = useLocation();
  const test = useAct((api) => api.ask('post', '/webhook-endpoints/{id}/test', { params: { id: endpoint.id } }));
  return (
    <ConfirmDialog
      title="Send a test event?"
      action="Send test event"
      onConfirm={async () => navigate(`/webhooks/${endpoint.id}/deliveries/${(await test.mutateAsync()).event_id}`)}
      onClose={onClose}
    >
      <p>
        An event of type <code>webhook_endpoint.test</code> is sent at once, ahead of its backlog. If the endpoint is
        paused, the pause ends.
      </p>
    </ConfirmDialog>
  );
}

function RecoverDialog({ endpoint, onClose }: Given) {
  const [since, setSince] = useState(() => toLocalField(new Date(Date.now() - DAY_MS).toISOString()));
  const recover = useAct((api) =>
    api.ask('post', '/webhook-endpoints/{id}/recover', {
      params: { id: endpoint.id },
      body: { since: fromLocalField(since) ?? since },
    }),
  );
  return (
    <ConfirmDialog
      title="Send again what failed?"
      action="Send failed again"
      onConfirm={() => recover.mutateAsync()}
      onClose={onClose}
    >
      <p>
        Every delivery since then that has not succeeded is sent at once, whether it has used up its attempts or waits
        for the next one. If the endpoint is paused, the pause ends.
      </p>
      <Field label="Since" type="datetime-local" value={since} onChange={setSince} isRequired />
    </ConfirmDialog>
  );
}

function UrlDialog({ endpoint, onClose }: Given) {
  const [url, setUrl] = useState(endpoint.url);
  const request = { params: { id: endpoint.id }, body: { url } };
  const change = useAct((api) => api.ask('patch', '/webhook-endpoints/{id}', request));
  return (
    <ConfirmDialog title="Change the URL" action="Change" onConfirm={() => change.mutateAsync()} onClose={onClose}>
      <p>Its backlog is sent there too. The secret stays the same.</p>
      <Field label="URL" type="url" value={url} onChange={setUrl} isRequired />
    </ConfirmDialog>
  );
}

function RotateDialog({ endpoint, onClose }: Given) {
  const [secret, setSecret] = useState<string | null>(null);
  const request = { params: { id: endpoint.id } };
  const rotate = useAct((api) => api.ask('post', '/webhook-endpoints/{id}/rotate-secret', request));
  if (secret !== null) {
    return (
      <SecretDialog title="Secret rotated" secret={secret} onClose={onClose}>
        Give it to the receiver within 24 hours: until then requests are signed with the previous one as well. It is
        shown only once.
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
        Requests are signed with a new secret, and for 24 hours with the present one as well. After that, only the new
        one is valid.
      </p>
    </ConfirmDialog>
  );
}

function DeleteDialog({ endpoint, onClose }: Given) {
  const [, navigate] = useLocation();
  const remove = useAct((api) => api.ask('delete', '/webhook-endpoints/{id}', { params: { id: endpoint.id } }));
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
      <p>Nothing more is sent to it, not even its backlog. This cannot be undone.</p>
    </ConfirmDialog>
  );
}
