import { useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { newKey } from '../api/new-key.ts';
import type { Operation } from '../api/resources.ts';
import { useAct } from '../api/use-act.ts';
import { isReversible } from '../api/words.ts';
import { showAmount, subtract } from '../format/money.ts';
import { showCode } from '../format/words.ts';
import { ActionButton } from '../parts/action-button.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { useMay } from '../session/session.ts';

/** The buttons of an operation: what its state allows, for keys that may write operations. */
export function OperationActions({ operation }: { operation: Operation }) {
  const mayWrite = useMay('operations:write');
  if (!mayWrite) return null;
  return (
    <>
      {operation.status === 'scheduled' && (
        <ActionButton
          label="Cancel operation"
          isDestructive
          render={(close) => <CancelDialog operation={operation} onClose={close} />}
        />
      )}
      {operation.status === 'succeeded' && isReversible(operation.type) && (
        <ActionButton
          label="Reverse"
          isDestructive
          render={(close) => <ReverseDialog operation={operation} onClose={close} />}
        />
      )}
    </>
  );
}

interface Given {
  readonly operation: Operation;
  readonly onClose: () => void;
}

function CancelDialog({ operation, onClose }: Given) {
  const cancel = useAct((api) => api.ask('post', '/operations/{id}/cancel', { params: { id: operation.id } }));
  return (
    <ConfirmDialog
      title="Cancel this operation?"
      action="Cancel operation"
      isDestructive
      onConfirm={() => cancel.mutateAsync()}
      onClose={onClose}
    >
      <p>
        The {showCode(operation.type)} will not be executed. It ends as failed, with the code <code>cancelled</code>,
        and cannot be scheduled again: create another one instead.
      </p>
    </ConfirmDialog>
  );
}

function ReverseDialog({ operation, onClose }: Given) {
  const [, navigate] = useLocation();
  const key = useRef<string>(newKey());
  const [amount, setAmount] = useState('');
  const [description, setDescription] = useState('');
  const reverse = useAct((api) =>
    api.ask('post', '/operations/{id}/reversal', {
      params: { id: operation.id },
      idempotencyKey: key.current,
      body: { ...(amount !== '' && { amount }), ...(description !== '' && { description }) },
    }),
  );
  const left = leftOf(operation);
  return (
    <ConfirmDialog
      title="Reverse this operation?"
      action="Reverse"
      isDestructive
      onConfirm={async () => navigate(`/operations/${(await reverse.mutateAsync()).id}`)}
      onClose={onClose}
    >
      <p>
        A new operation moves {left === null ? 'what it moved' : `at most ${showAmount(left)} ${operation.asset}`} back
        the way it went. It waits its turn, and fails if the wallet that pays back has insufficient funds.
      </p>
      {left !== null && (
        <Field
          label="Amount"
          hint={`Empty reverses all that is left: ${showAmount(left)} ${operation.asset}.`}
          value={amount}
          onChange={setAmount}
          inputMode="decimal"
        />
      )}
      <Field label="Description" value={description} onChange={setDescription} />
    </ConfirmDialog>
  );
}

/** What can still be reversed; null where the API does not say, as of a posting. */
function leftOf({ amount, reversed_amount }: Operation): string | null {
  if (amount === null) return null;
  return reversed_amount == null ? amount : subtract(amount, reversed_amount);
}
