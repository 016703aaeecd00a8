import type { Health } from '../api/resources.ts';
import { showNumberOf } from '../format/words.ts';

const WORDS = {
  ok: 'Everything is working.',
  degraded: 'Working, with problems:',
  down: 'Not working:',
} as const satisfies Record<Health['status'], string>;

/** Whether everything is well, and if not, why. */
export function Verdict({
  status,
  reasons,
  lacksWorkers = false,
  waiting = 0,
}: {
  status: Health['status'];
  reasons: readonly { readonly code: string; readonly message: string }[];
  /** The API calls that a problem only once something has waited for 10 s. */
  lacksWorkers?: boolean;
  waiting?: number;
}) {
  const isIdle = status === 'ok' && lacksWorkers;
  return (
    <div className={`verdict verdict-${isIdle ? 'degraded' : status}`} role="status">
      <p>
        <strong>{isIdle ? 'No worker is running.' : WORDS[status]}</strong>
      </p>
      {isIdle && (
        <p>
          {waiting === 0
            ? 'Nothing is waiting yet. '
            : `${showNumberOf(waiting, 'operation')} ${waiting === 1 ? 'is' : 'are'} waiting. `}
          Operations are accepted, and stay pending until a worker starts.
        </p>
      )}
      {reasons.length > 0 && (
        <ul>
          {reasons.map(({ code, message }) => (
            <li key={code}>
              <WithCode text={message} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The API writes commands between backticks. */
function WithCode({ text }: { text: string }) {
  return <>{text.split('`').map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}</>;
}
