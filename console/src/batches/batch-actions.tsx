import { useLocation } from 'wouter';
import type { Batch } from '../api/resources.ts';
import { useAct } from '../api/use-act.ts';
import { showNumberOf } from '../format/words.ts';
import { ActionButton } from '../parts/action-button.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { useMay } from '../session/session.ts';

/** What can be done to a batch as it stands, by who may. */
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
  const cancel = useAct((api) => api.ask(`/batches/${batch.id}/cancel`, { method: 'POST' }));
  return (
    <ConfirmDialog
      title="Cancel this batch?"
      action="Cancel batch"
      isDestructive
      onConfirm={() => cancel.mutateAsync()}
      onClose={onClose}
    >
      <p>
        What is still pending, {showNumberOf(batch.pending, 'line')} at present, fails with <code>cancelled</code>. What
        was applied stays applied. The lines that failed can be retried as another batch.
      </p>
    </ConfirmDialog>
  );
}

function RetryDialog({ batch, onClose }: Given) {
  const [, navigate] = useLocation();
  const retry = useAct((api) => api.ask<Batch>(`/batches/${batch.id}/retry`, { method: 'POST' }));
  return (
    <ConfirmDialog
      title="Retry the lines that failed?"
      action="Retry failed lines"
      onConfirm={async () => navigate(`/batches/${(await retry.mutateAsync()).id}`)}
      onClose={onClose}
    >
      <p>
        A new batch is accepted with {showNumberOf(batch.failed, 'line')}, as they were sent. Lines fail again whose
        reason is still there. Retrying this batch again later leads to the same new batch.
      </p>
    </ConfirmDialog>
  );
}
