import type { PendingOperation } from '@wallet/shared/database/tables/pending-operations';
import type { Logger } from '@wallet/shared/process/logger';
import { traceIdOf } from '@wallet/shared/process/tracing';
import type { Announcer } from '@wallet/shared/queue/announcements';
import type { RejectionCode } from '@wallet/shared/words/rejection';
import type { Drain } from './drain-partitions.ts';

/** The applied operations, as they are counted: lines applied in sets have all succeeded. */
export function countOutcomes({ applied, appliedInSets }: Drain): { succeeded: number; failed: RejectionCode[] } {
  const failed = applied.flatMap(({ outcome }) => outcome.rejection ?? []);
  const inSets = appliedInSets.reduce((sum, set) => sum + set.lines, 0);
  return { succeeded: inSets + applied.length - failed.length, failed };
}

/** A request without an id from its caller has the id of its operation. Lines have that of their batch. */
function fieldsOf({ id, walletId, partition, part, origin }: PendingOperation) {
  const whence = part === null ? { request_id: origin?.requestId ?? id } : { batch_id: part.batchId };
  const trace = origin?.traceparent == null ? {} : { trace_id: traceIdOf(origin.traceparent) };
  return { operation_id: id, wallet_id: walletId, partition, ...whence, ...trace };
}

/** Announces and logs what was applied. */
export function reportDrain(
  drain: Drain,
  milliseconds: number,
  announcer: Pick<Announcer, 'announce'>,
  log: Logger,
): void {
  const { applied, appliedInSets } = drain;
  const partitions = [
    ...new Set([...applied.map(({ operation }) => operation.partition), ...appliedInSets.map((set) => set.partition)]),
  ];
  announcer.announce(partitions).catch((error: unknown) => {
    log.debug({ err: error }, 'announcement failed');
  });
  let failed = 0;
  for (const { operation, outcome } of applied) {
    if (outcome.rejection !== null) failed += 1;
    const fields = fieldsOf(operation);
    if (outcome.rejection === 'internal_error') log.fatal(fields, 'operation could not be applied');
    else if (outcome.rejection !== null) log.debug({ ...fields, code: outcome.rejection }, 'operation refused');
    else log.debug(fields, 'operation applied');
  }
  const size = appliedInSets.reduce((sum, set) => sum + set.lines, applied.length);
  const duration = Math.round(milliseconds * 10) / 10;
  log.info({ partitions, batch_size: size, failed, duration_ms: duration }, 'batch committed');
}
