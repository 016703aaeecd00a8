import type { Status } from '../api/resources.ts';

const WORDS = {
  ok: 'Everything is working.',
  degraded: 'Working, with problems:',
  down: 'Not working:',
} as const;

/** Whether everything is well, and if not, why. `hasWorkers` is whether any is seen; nothing may wait for one yet. */
export function Verdict({
  status,
  reasons,
  hasWorkers = true,
}: Pick<Status, 'status' | 'reasons'> & { hasWorkers?: boolean }) {
  const isIdle = status === 'ok' && !hasWorkers;
  return (
    <div className={`verdict verdict-${isIdle ? 'degraded' : status}`} role="status">
      <p>
        <strong>{isIdle ? 'Nothing waits, but no worker runs.' : WORDS[status]}</strong>
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
