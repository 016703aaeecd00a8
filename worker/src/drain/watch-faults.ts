import { logErrors } from '@wallet/shared/process/log-errors';
import type { Logger } from '@wallet/shared/process/logger';
import type { WorkerMetrics } from '../metrics.ts';
import type { Drain } from './drain-partitions.ts';

/**
 * Logs problems of partitions. A ledger that breaks the law affects one partition. A program that does not fit the
 * database affects this process: it leaves everything pending for one that fits, and reports that until a drain
 * succeeds.
 */
export function watchFaults(
  metrics: Pick<WorkerMetrics, 'brokenPartition'>,
  log: Logger,
): { readonly note: (drain: Drain) => void; readonly fitsDatabase: () => boolean } {
  const logLedger = logErrors(log, 'partition breaks the law of the ledger', 'fatal');
  const logProgram = logErrors(log, 'this program does not fit the database: operations stay pending', 'fatal');
  let fits = true;
  return {
    note({ faults, applied, appliedInSets }) {
      for (const { kind, partition, error } of faults) {
        if (kind === 'ledger') metrics.brokenPartition();
        (kind === 'ledger' ? logLedger : logProgram)(error, { partition });
      }
      if (faults.some(({ kind }) => kind === 'program')) fits = false;
      else if (applied.length + appliedInSets.length > 0) fits = true;
    },
    fitsDatabase: () => fits,
  };
}
