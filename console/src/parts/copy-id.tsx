import { CopyButton } from './copy-button.tsx';

/** An id in full, with a button that copies it. */
export function CopyId({ id }: { id: string }) {
  return (
    <span className="copy-id">
      <span className="id">{id}</span>
      <CopyButton text={id} label={`Copy ${id}`} />
    </span>
  );
}
