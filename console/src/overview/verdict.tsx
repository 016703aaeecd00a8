import type { Status } from '../api/resources.ts';

const WORDS = {
  ok: 'Everything is working.',
  degraded: 'Working, with problems:',
  down: 'Not working:',
} as const;

/** Whether everything is well, and if not, why. */
export function Verdict({ status, reasons }: Pick<Status, 'status' | 'reasons'>) {
  return (
    <div className={`verdict verdict-${status}`} role="status">
      <p>
        <strong>{WORDS[status]}</strong>
      </p>
      {reasons.length > 0 && (
        <ul>
          {reasons.map(({ code, message }) => (
            <li key={code}>{message}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
