import type { Status } from '../api/resources.ts';

const WORDS = {
  ok: 'Everything is well.',
  degraded: 'It works, but not as it should.',
  down: 'It does not work.',
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
