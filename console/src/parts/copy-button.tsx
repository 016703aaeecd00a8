import { useState } from 'react';

/** Copies a text. Browsers allow that on https and on this machine only; elsewhere there is no button. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [isCopied, setCopied] = useState(false);
  if (!window.isSecureContext) return null;
  return (
    <button
      type="button"
      className="button button-small"
      aria-label={label}
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
    >
      <span role="status">{isCopied ? 'Copied' : 'Copy'}</span>
    </button>
  );
}
