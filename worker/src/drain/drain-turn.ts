import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import { isProgramTooOld } from '@wallet/shared/database/sqlstate';
import type { Logger } from '@wallet/shared/process/logger';
import type { Tracing } from '@wallet/shared/process/tracing';
import type { Announcer } from '@wallet/shared/queue/announcements';
import type { Doorbell, Lane } from '@wallet/shared/queue/doorbell';
import type { WorkerConfig } from '../config.ts';
import type { WorkerMetrics } from '../metrics.ts';
import { type Answers, answerRings } from './answer-rings.ts';
import { type Drain, drainPartitions } from './drain-partitions.ts';
import { createFlow } from './flow.ts';
import { createLanes } from './give-way.ts';
import { countOutcomes, reportDrain } from './report-drain.ts';
import { shareDrains } from './share-drains.ts';
import type { Signs } from '../signs/leave-signs.ts';
import { endSpans } from './trace-operations.ts';

/**
 * Answers rings by draining: partitions that are due at the same moment share a transaction, batches give way to single
 * operations, and applied operations are counted, announced and logged. `onDrained` is called after each transaction,
 * `onMisfit` if one shows that this program does not fit the schema: the database refused it for that reason, or it met
 * something unknown.
 */
export function answerByDraining(options: {
  config: Pick<WorkerConfig, 'transactions' | 'bulkTransactions' | 'batchLimit' | 'bulkLimit'>;
  database: Database;
  assets: Assets;
  tracing: Tracing | null;
  doorbell: Pick<Doorbell, 'ring'>;
  announcer: Pick<Announcer, 'announce'>;
  metrics: WorkerMetrics;
  signs: Pick<Signs, 'begin'>;
  log: Logger;
  onDrained: (drain: Drain) => void;
  onMisfit: () => void;
}): Answers & { readonly drained: () => Promise<void> } {
  const { announcer, doorbell, metrics, signs, log, onDrained, onMisfit } = options;
  const flow = createFlow();
  const lanes = createLanes(options.config);
  const drains = shareDrains({
    transactions: (lane) => lanes.transactions(lane),
    rest: (lane, tookMs) => lanes.rest(lane, tookMs),
    drain: async (wanted, lane) => {
      const started = performance.now();
      if (lane === 'high') lanes.noteSingles();
      const noteEnd = signs.begin(lane);
      const drain = await drainPartitions(options, wanted, lane, lanes.limit(lane)).catch((error: unknown) => {
        metrics.drainFailed(lane);
        noteEnd(null);
        if (isProgramTooOld(error)) onMisfit();
        throw error;
      });
      noteEnd(drain);
      if (drain.applied.length + drain.appliedInSets.length > 0) {
        const milliseconds = performance.now() - started;
        metrics.drained(lane, { ...countOutcomes(drain), seconds: milliseconds / 1000 });
        reportDrain(drain, milliseconds, announcer, log);
        endSpans(options.tracing, drain.spans, drain.applied);
      }
      if (lane === 'high') flow.applied(drain.applied.length);
      if (drain.faults.some(({ kind }) => kind === 'program')) onMisfit();
      onDrained(drain);
      return drain.states;
    },
  });
  const answers = answerRings({
    drains,
    flow,
    ringAgain: (partition, lane) => ringAgain(doorbell, partition, lane, metrics, log),
  });
  return { ...answers, drained: () => drains.stop() };
}

/**
 * A partition that was not finished in one turn waits for the next. If this ring is lost, the sweeper makes up for it.
 */
async function ringAgain(
  doorbell: Pick<Doorbell, 'ring'>,
  partition: number,
  lane: Lane,
  metrics: WorkerMetrics,
  log: Logger,
): Promise<void> {
  await doorbell.ring([partition], lane, 'accept').catch((error: unknown) => {
    metrics.ringFailed(lane);
    log.debug({ err: error, partition, lane }, 'ring failed');
  });
}
