import type { Database } from '../database/pool.ts';
import { type Epoch, readEpoch } from '../database/tables/epochs.ts';
import { logErrors } from './log-errors.ts';
import type { Logger } from './logger.ts';
import { repeat } from './repeat.ts';

/**
 * The latest time after a promotion at which its epoch begins, even without events: `complete_until` is what the server
 * reports, unless it was restarted before.
 */
const INTERVAL_MS = 2_000;

/**
 * Starts an epoch after a promotion or a restore, and logs its meaning. Before that, `onOther` is called, and again if
 * it failed: earlier reads may include operations that were lost.
 */
export function watchEpoch(options: { database: Database; log: Logger; onOther: () => Promise<void> }): {
  stop(): Promise<void>;
} {
  const { database, log, onOther } = options;
  const onError = logErrors(log, 'the epoch could not be read');
  let seen: string | null = null;

  async function look(): Promise<void> {
    const epoch = await readEpoch(database);
    if (epoch === null || epoch.id === seen) return;
    if (seen === null) log.info(fieldsOf(epoch), 'epoch');
    else {
      await onOther();
      log.warn(fieldsOf(epoch), 'another epoch began: operations acknowledged after complete_until may be missing');
    }
    seen = epoch.id;
  }

  const first = look().catch(onError);
  const looking = repeat(
    () => INTERVAL_MS,
    () => look().catch(onError),
  );
  return {
    async stop() {
      await first;
      await looking.stop();
    },
  };
}

function fieldsOf(epoch: Epoch): Record<string, unknown> {
  const { id, number, reason, beganAt, completeUntil, showsPromotions } = epoch;
  return {
    ...{ epoch: id, number, reason, began_at: beganAt, complete_until: completeUntil },
    ...(showsPromotions ? {} : { hint: 'the server does not report its timeline: see docs/failover.md' }),
  };
}
