import type { Delivery } from '../api/resources.ts';
import { useAct } from '../api/use-act.ts';
import { ActionButton } from '../parts/action-button.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';

/** Sends one event to an endpoint again. */
export function ReplayButton({ endpointId, delivery }: { endpointId: string; delivery: Delivery }) {
  return (
    <ActionButton
      label="Send again"
      render={(close) => <ReplayDialog endpointId={endpointId} delivery={delivery} onClose={close} />}
    />
  );
}

function ReplayDialog({
  endpointId,
  delivery: { event_id, event_type, status },
  onClose,
}: {
  endpointId: string;
  delivery: Delivery;
  onClose: () => void;
}) {
  const replay = useAct((api) =>
    api.ask('post', '/webhook-endpoints/{id}/deliveries/{event_id}/replay', { params: { id: endpointId, event_id } }),
  );
  return (
    <ConfirmDialog title="Send it again?" action="Send again" onConfirm={() => replay.mutateAsync()} onClose={onClose}>
      <p>
        The event <code>{event_type}</code> is sent at once, with the same id and body as before
        {status === 'succeeded' && ', although its receiver has already accepted it'}. If the endpoint is paused, the
        pause ends.
      </p>
    </ConfirmDialog>
  );
}
