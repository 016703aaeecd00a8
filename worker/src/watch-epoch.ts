import type { Database } from '@wallet/shared/database/pool';
import { type Epoch, readEpoch } from '@wallet/shared/database/tables/epochs';
import { logErrors } from '@wallet/shared/process/log-errors';
import type { Logger } from '@wallet/shared/process/logger';
import { repeat } from '@wallet/shared/process/repeat';

/**
 * How long after a promotion its epoch begins at the latest, also while there are no events: `complete_until` is what the server
 * says, as long as it is not restarted before.
 */
const INTERVAL_MS = 2_000;

/** Has the epoch begin when a standby was promoted or a backup restored, and logs what that means. */
export function watchEpoch(options: { database: Database; log: Logger }): { stop(): Promise<void> } {
  const { database, log } = options;
  const onError = logErrors(log, 'the epoch could not be read');
  let seen: string | null = null;

  async function look(): Promise<void> {
    const epoch = await readEpoch(database);
    if (epoch === null || epoch.id === seen) return;
    const isFirstLook = seen === null;
    seen = epoch.id;
    if (isFirstLook) log.info(fieldsOf(epoch), 'epoch');
    else log.warn(fieldsOf(epoch), 'another epoch began: what was acknowledged after complete_until can be missing');
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
    ...(showsPromotions ? {} : { hint: 'the server does not tell its timeline: see docs/failover.md' }),
  };
}
