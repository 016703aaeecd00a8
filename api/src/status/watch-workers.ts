import type { Database } from '@wallet/shared/database/pool';
import { type SeenWorker, readWorkers } from '@wallet/shared/database/tables/workers';
import { logErrors } from '@wallet/shared/process/log-errors';
import type { Logger } from '@wallet/shared/process/logger';
import { repeat } from '@wallet/shared/process/repeat';

const LOOK_MS = 1_000;
/** A worker that was not seen for this long is gone. */
const UNSEEN_MS = 10_000;
/** Workers are listed for this long after they were last seen. */
const LISTED_MS = 600_000;

export interface WorkersWatch {
  /** Those of the last ten minutes that have not stopped, running or not. */
  readonly listed: () => readonly SeenWorker[];
  /** Those of them that were seen in the last ten seconds. */
  readonly present: () => readonly SeenWorker[];
  /**
   * Whether no worker was seen for ten seconds, including ones that have stopped since. False before the first look.
   */
  readonly areAway: () => boolean;
  stop(): Promise<void>;
}

/** Watches the workers' signs of life. While the database cannot be read, the last signs grow old. */
export function watchWorkers(database: Database, log: Logger): WorkersWatch {
  const onError = logErrors(log, 'reading the workers failed');
  let workers: readonly SeenWorker[] | null = null;
  let lookedAt = 0;

  async function look(): Promise<void> {
    workers = await readWorkers(database, LISTED_MS);
    lookedAt = performance.now();
  }

  const isRecent = ({ unseenMs }: SeenWorker): boolean => unseenMs + performance.now() - lookedAt < UNSEEN_MS;
  const listed = (): readonly SeenWorker[] => (workers ?? []).filter(({ isStopped }) => !isStopped);
  const first = look().catch(onError);
  const looking = repeat(
    () => LOOK_MS,
    () => look().catch(onError),
  );
  return {
    listed,
    present: () => listed().filter(isRecent),
    areAway: () => workers !== null && !workers.some(isRecent),
    async stop() {
      await first;
      await looking.stop();
    },
  };
}
