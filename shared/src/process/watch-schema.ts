import { misfitOf } from '../database/migrate/check-schema.ts';
import { placeOf } from '../database/explain-failure.ts';
import type { Database } from '../database/pool.ts';
import { NEWEST_MIGRATION } from '../database/program.ts';
import { readSchemaVersion } from '../database/tables/schema-version.ts';
import { logErrors } from './log-errors.ts';
import type { Logger } from './logger.ts';
import { repeat } from './repeat.ts';

/** How often a process checks whether the schema has changed. The law judges what it writes meanwhile. */
const LOOK_MS = 1_000;

export interface SchemaWatch {
  /** Checks now: something suggests that the schema has changed. */
  readonly look: () => void;
  stop(): Promise<void>;
}

/**
 * Watches the version of the schema while a process runs. A newer one that this program still fits is logged once; for
 * one that it does not fit, `onMisfit` is called once with what is wrong and what to do: then the process has to end.
 */
export function watchSchema(options: {
  database: Database;
  url: string;
  log: Logger;
  onMisfit: (sentence: string) => void;
}): SchemaWatch {
  const { database, log, onMisfit } = options;
  const onError = logErrors(log, 'reading the schema version failed');
  let known = NEWEST_MIGRATION;
  let isTold = false;
  let looking: Promise<void> | null = null;

  async function read(): Promise<void> {
    const found = await readSchemaVersion(database);
    const misfit = misfitOf(found, placeOf(options.url));
    if (misfit !== null && !isTold) {
      isTold = true;
      onMisfit(misfit);
    } else if (found.version > known) {
      known = found.version;
      log.info({ schema: known, program: NEWEST_MIGRATION }, 'the schema is newer, and this program fits it');
    }
  }

  function look(): Promise<void> {
    looking ??= read()
      .catch(onError)
      .finally(() => {
        looking = null;
      });
    return looking;
  }

  const watching = repeat(() => LOOK_MS, look);
  return {
    look: () => void look(),
    async stop() {
      await watching.stop();
      await looking;
    },
  };
}
