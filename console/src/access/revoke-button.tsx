import type { ApiKey } from '../api/resources.ts';
import { useAct } from '../api/use-act.ts';
import { ActionButton } from '../parts/action-button.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { useSession } from '../session/session.ts';

/** Revokes a key, which is permanent. */
export function RevokeButton({ apiKey }: { apiKey: ApiKey }) {
  if (apiKey.status === 'revoked') return null;
  return (
    <ActionButton label="Revoke" isDestructive render={(close) => <RevokeDialog apiKey={apiKey} onClose={close} />} />
  );
}

function RevokeDialog({ apiKey: { id, name }, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { me } = useSession();
  const revoke = useAct((api) => api.ask('post', '/access/keys/{id}/revoke', { params: { id } }));
  return (
    <ConfirmDialog
      title={`Revoke the key ${name}?`}
      action="Revoke"
      isDestructive
      onConfirm={() => revoke.mutateAsync()}
      onClose={onClose}
    >
      <p>
        Within about a second, requests with it are refused. A revoked key cannot be restored.
        {me.key?.id === id && ' It is the key that you are signed in with: you are signed out.'}
      </p>
    </ConfirmDialog>
  );
}
