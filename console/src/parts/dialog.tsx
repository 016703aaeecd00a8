import { Dialog, DialogDescription, DialogDismiss, DialogHeading } from '@ariakit/react';
import { type ReactNode, useState } from 'react';
import { ProblemNote } from './problem-note.tsx';

/** A dialog that is there while it is rendered. The focus stays in it, and goes back to where it was. */
export function Modal({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  return (
    <Dialog
      open
      onClose={onClose}
      backdrop={<div className="backdrop" />}
      className="dialog"
      // A click beside it loses nothing that was typed.
      hideOnInteractOutside={false}
    >
      <DialogHeading className="dialog-title">{title}</DialogHeading>
      {children}
    </Dialog>
  );
}

export interface Confirmation {
  readonly title: string;
  /** What will happen. */
  readonly children: ReactNode;
  readonly action: string;
  readonly isDestructive?: boolean;
  /** Whether `onConfirm` closes the dialog itself, since it may have more to ask. */
  readonly staysOpen?: boolean;
  /** The dialog closes when it has succeeded, and shows why it has not. */
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Says what an act will do, and does it when told to. */
export function ConfirmDialog({ title, children, action, onConfirm, onClose, ...looks }: Confirmation) {
  const { isDestructive = false, staysOpen = false } = looks;
  const [problem, setProblem] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const confirm = (): void => {
    setBusy(true);
    setProblem(null);
    onConfirm().then(
      () => {
        if (staysOpen) setBusy(false);
        else onClose();
      },
      (error: unknown) => {
        setProblem(error instanceof Error ? error : new Error(String(error)));
        setBusy(false);
      },
    );
  };
  return (
    <Modal title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          confirm();
        }}
      >
        <DialogDescription render={<div className="dialog-body" />}>{children}</DialogDescription>
        {problem !== null && <ProblemNote problem={problem} />}
        <div className="actions">
          <DialogDismiss className="button">Cancel</DialogDismiss>
          <button
            type="submit"
            className={`button ${isDestructive ? 'button-danger' : 'button-main'}`}
            disabled={isBusy}
          >
            {action}
          </button>
        </div>
      </form>
    </Modal>
  );
}
