import { useLocation } from 'wouter';
import type { Hold } from '../api/resources.ts';
import { ActionButton } from '../parts/action-button.tsx';
import { useMay } from '../session/session.ts';
import { CaptureDialog } from './capture-dialog.tsx';
import { ReleaseDialog } from './release-dialog.tsx';

/**
 * The buttons of a hold from which something can still be captured or released, for keys that may write operations. Afterwards
 * the page of the hold shows how the operation ends.
 */
export function HoldActions({ hold }: { hold: Hold }) {
  const [location, navigate] = useLocation();
  const mayWrite = useMay('operations:write');
  if (!mayWrite || hold.status !== 'open') return null;
  const path = `/holds/${hold.id}`;
  const onAccepted = (): void => {
    if (location !== path) navigate(path);
  };
  return (
    <>
      <ActionButton
        label="Capture"
        isDestructive
        render={(onClose) => <CaptureDialog {...{ hold, onAccepted, onClose }} />}
      />
      <ActionButton
        label="Release"
        isDestructive
        render={(onClose) => <ReleaseDialog {...{ hold, onAccepted, onClose }} />}
      />
    </>
  );
}
