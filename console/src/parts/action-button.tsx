import { type ReactNode, useState } from 'react';

/** A button that opens a dialog: `render` makes it, and is told how to close it. */
export function ActionButton({
  label,
  isDestructive = false,
  isMain = false,
  isDisabled = false,
  render,
}: {
  label: string;
  isDestructive?: boolean;
  isMain?: boolean;
  isDisabled?: boolean;
  render: (close: () => void) => ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  const tone = isDestructive ? ' button-danger' : isMain ? ' button-main' : '';
  return (
    <>
      <button type="button" className={`button${tone}`} disabled={isDisabled} onClick={() => setOpen(true)}>
        {label}
      </button>
      {isOpen && render(() => setOpen(false))}
    </>
  );
}
