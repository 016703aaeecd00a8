import { CopyButton } from './copy-button.tsx';
import { Modal } from './dialog.tsx';

/** Shows a secret that the API answers only once. */
export function SecretDialog({
  title,
  secret,
  children,
  onClose,
}: {
  title: string;
  secret: string;
  children: string;
  onClose: () => void;
}) {
  return (
    <Modal title={title} onClose={onClose}>
      <div className="dialog-body">
        <p>{children}</p>
        <p className="copy-id">
          <code className="secret">{secret}</code>
          <CopyButton text={secret} label="Copy the secret" />
        </p>
      </div>
      <div className="actions">
        <button type="button" className="button button-main" onClick={onClose}>
          I have saved it
        </button>
      </div>
    </Modal>
  );
}
