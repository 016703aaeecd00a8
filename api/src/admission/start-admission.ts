import type { Database } from '@wallet/shared/database/pool';
import type { Logger } from '@wallet/shared/process/logger';
import type { Accepted } from '../http/endpoint.ts';
import { type Admission, type AdmissionLimits, type RefusalReason, createAdmission } from './admission.ts';
import { type LoadWatch, watchLoad } from './watch-load.ts';

/** Overload is logged when it begins, and when nothing was rejected for this long. */
const CALM_MS = 5_000;

/** Admission by the load of this process and of the database, which is watched until `stop`. */
export function startAdmission(
  limits: AdmissionLimits,
  dependencies: {
    database: Database;
    storing: Database;
    partitions: number;
    onRefused: (kind: Accepted, reason: RefusalReason) => void;
    log: Logger;
  },
): {
  readonly admission: Admission;
  readonly watch: LoadWatch;
  stop(): Promise<void>;
} {
  const { onRefused, log } = dependencies;
  const watch = watchLoad({ ...dependencies, pendingLimit: limits.pendingOperations });
  let refusals = 0;
  let calm: NodeJS.Timeout | undefined;
  const admission = createAdmission(limits, watch, (kind, reason) => {
    onRefused(kind, reason);
    refusals += 1;
    if (calm !== undefined) {
      calm.refresh();
      return;
    }
    log.warn({ kind, reason }, 'overload began');
    calm = setTimeout(() => {
      log.info({ refusals }, 'overload ended');
      calm = undefined;
      refusals = 0;
    }, CALM_MS);
  });
  return {
    admission,
    watch,
    async stop() {
      clearTimeout(calm);
      await watch.stop();
    },
  };
}
