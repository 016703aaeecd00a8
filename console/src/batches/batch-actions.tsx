import { useLocation } from 'wouter';
import type { Batch } from '../api/resources.ts';
import { useAct } from '../api/use-act.ts';
import { showCount, showNumberOf } from '../format/words.ts';
import { ActionButton } from '../parts/action-button.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { useMay } from '../session/session.ts';

/** The buttons of a batch: what its state allows, for keys that may write operations. */
export function BatchActions({ batch }: { batch: Batch }) {
  const mayWrite = useMay('operations:write');
  if (!mayWrite) return null;
  if (batch.finished_at === null) {
    return batch.cancelled_at === null ? (
      <ActionButton
        label="Cancel batch"
        isDestructive
        render={(close) => <CancelDialog batch={batch} onClose={close} />}
      />
    ) : null;
  }
  return batch.failed > 0 ? (
    <ActionButton label="Retry failed lines" isMain render={(close) => <RetryDialog batch={batch} onClose={close} />} />
  ) : null;
}

interface Given {
  readonly batch: Batch;
  readonly onClose: () => void;
}

function CancelDialog({ batch, onClose }: Given) {
  const cancel = useAct((api) => api.ask('post', '/batches/{id}/cancel', { params: { id: batch.id } }));
  return (
    <ConfirmDialog
      title="Cancel this batch?"
      action="Cancel batch"
      isDestructive
      onConfirm={() => cancel.mutateAsync()}
      onClose={onClose}
    >
      <p>
        The lines that are still pending ({showCount(batch.pending)} now) fail with <code>cancelled</code>. Lines that
        were applied stay applied. Failed lines can be retried in another batch.
      </p>
    </ConfirmDialog>
  );
}

function RetryDialog({ batch, onClose }: Given) {
  const [, navigate] = useLocation();
  const retry = useAct((api) => api.ask('post', '/batches/{id}/retry', { params: { id: batch.id } }));
  return (
    <ConfirmDialog
      title="Retry the lines that failed?"
      action="Retry failed lines"
      onConfirm={async () => navigate(`/batches/${(await retry.mutateAsync()).id}`)}
      onClose={onClose}
    >
      <p>
        A new batch is accepted with {showNumberOf(batch.failed, 'line')}, as they were sent. A line fails again if the
        reason is still there. Retrying this batch again later returns the same new batch.
      </p>
    </ConfirmDialog>
  );
}
