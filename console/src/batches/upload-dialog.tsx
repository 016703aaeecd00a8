import { useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { newKey } from '../api/new-key.ts';
import type { CheckedBatch } from '../api/resources.ts';
import { useAct } from '../api/use-act.ts';
import { showAmount } from '../format/money.ts';
import { showNumberOf } from '../format/words.ts';
import { Checkbox } from '../parts/checkbox.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';

/** Reads a file, says what it would do, and does it when told to. */
export function UploadDialog({ onClose }: { onClose: () => void }) {
  const [, navigate] = useLocation();
  const [file, setFile] = useState<File | null>(null);
  const [isHigh, setHigh] = useState(false);
  const [isAtomic, setAtomic] = useState(false);
  const [checked, setChecked] = useState<CheckedBatch | null>(null);
  // The same file sent again from here is the same batch.
  const key = useRef<string>(newKey());
  const send = useAct((api, isCheck: boolean) => {
    if (file === null) throw new Error('Choose a file first.');
    const query = { priority: isHigh ? 'high' : 'low', atomic: isAtomic, validate_only: isCheck };
    return api.ask('post', '/batches', { query, csv: file, ...(!isCheck && { idempotencyKey: key.current }) });
  });
  const change = (act: () => void): void => {
    act();
    setChecked(null);
    key.current = newKey();
  };
  const confirm = async (): Promise<void> => {
    const answer = await send.mutateAsync(checked === null);
    if ('valid' in answer) {
      setChecked(answer);
      return;
    }
    navigate(`/batches/${answer.id}`);
    onClose();
  };
  return (
    <ConfirmDialog
      title="Upload a batch"
      action={checked === null ? 'Check file' : `Accept ${showNumberOf(checked.total, 'operation')}`}
      staysOpen
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>
        A CSV file whose header names the fields, such as <code>type,wallet_id,amount</code>. It is checked first: all
        lines are accepted, or none.
      </p>
      <div className="field">
        <label htmlFor="file">CSV file</label>
        <input
          id="file"
          type="file"
          accept=".csv,text/csv"
          required
          onChange={(event) => change(() => setFile(event.target.files?.[0] ?? null))}
        />
      </div>
      <Checkbox
        label="High priority: single operations wait for it"
        isChecked={isHigh}
        onChange={(is) => change(() => setHigh(is))}
      />
      <Checkbox
        label="Atomic: all lines succeed or all fail (at most 1,000)"
        isChecked={isAtomic}
        onChange={(is) => change(() => setAtomic(is))}
      />
      {checked !== null && <Foreseen checked={checked} />}
    </ConfirmDialog>
  );
}

function Foreseen({ checked: { total, replayed, sums } }: { checked: CheckedBatch }) {
  return (
    <div className="note" role="status">
      <p>
        The file is valid: {showNumberOf(total, 'operation')}
        {replayed > 0 && `, and ${showNumberOf(replayed, 'line')} accepted before under the same keys`}.
      </p>
      <ul>
        {sums.map(({ asset, total: sum }) => (
          <li key={asset}>
            {showAmount(sum)} {asset}
          </li>
        ))}
      </ul>
    </div>
  );
}
