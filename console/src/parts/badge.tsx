import { showCode } from '../format/words.ts';

const TONES: Readonly<Record<string, string>> = {
  ...{ succeeded: 'good', active: 'good', enabled: 'good', ok: 'good', good: 'good', completed: 'good', open: 'good' },
  ...{ running: 'good', gone: 'bad' },
  ...{ failed: 'bad', down: 'bad', disabled: 'bad', revoked: 'bad', closed: 'still', expired: 'bad' },
  ...{ pending: 'busy', applying: 'busy', accepted: 'busy', scheduled: 'busy', cancelling: 'busy', processing: 'busy' },
  ...{ frozen: 'warn', degraded: 'warn', paused: 'warn', failing: 'warn' },
};

/** A status, with its colour. The word says everything: the colour repeats it. */
export function Badge({ status }: { status: string }) {
  return <span className={`badge badge-${TONES[status] ?? 'still'}`}>{showCode(status)}</span>;
}
