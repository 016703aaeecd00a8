import type { Assets } from '@wallet/shared/assets';
import type { Database } from '@wallet/shared/database/pool';
import type { Logger } from '@wallet/shared/logger';
import { type Announcer, createAnnouncer } from '@wallet/shared/queue/announcements';
import { type Doorbell, type Lane, createDoorbell, listenToDoorbell } from '@wallet/shared/queue/doorbell';
import { logErrors } from '@wallet/shared/log-errors';
import type { Registry } from '@wallet/shared/metrics';
import type { RejectionCode } from '@wallet/shared/rejection';
import { createSealer } from '@wallet/shared/seal';
import { answerRings } from './drain/answer-rings.ts';
import type { WorkerConfig } from './config.ts';
import { type Drain, drainPartitions } from './drain/drain-partitions.ts';
import { createFlow } from './drain/flow.ts';
import { type WorkerMetrics, createWorkerMetrics } from './metrics.ts';
import { shareDrains } from './drain/share-drains.ts';
import { startSweeper } from './drain/sweep.ts';
import { type Sender, createSender } from './webhooks/send-request.ts';
import { startWebhooks } from './webhooks/webhooks.ts';

/**
 * As long as single operations come, batches give way: one transaction of theirs at a time, of a sixteenth of the size, and a
 * rest after it. A single operation needs a processor, and of 64 partitions one would always be theirs.
 */
const GIVE_WAY_MS = 1_000;
const GIVE_WAY_SHARE = 16;
const GIVE_WAY_REST = 2;
const LONGEST_REST_MS = 250;

/** What a worker needs. Webhooks have connections of their own, so that neither they nor the ledger waits for the other. */
export interface WorkerDependencies {
  readonly database: Database;
  readonly webhookDatabase: Database;
  readonly partitions: number;
  readonly assets: Assets;
  readonly registry: Registry;
  readonly log: Logger;
}

export interface WalletWorker {
  /** Whether this program could drain what it last tried to, as far as it is about the program. */
  readonly fitsDatabase: () => boolean;
  /** Finishes the transaction in flight; what it has not reached stays in the queue. */
  stop(): Promise<void>;
}

/** Starts a worker: it answers the doorbell of every partition, sweeps up what the doorbell missed, and tells of it. */
export function startWorker(config: WorkerConfig, dependencies: WorkerDependencies): WalletWorker {
  const { database, partitions, registry, log } = dependencies;
  const metrics = createWorkerMetrics(registry);
  const onError = logErrors(log, 'queue connection failed');
  const redis = { url: config.redisUrl, prefix: config.queuePrefix, onError };
  const doorbell = createDoorbell(redis);
  const announcer = createAnnouncer(redis);
  const webhooks = startWebhooks({
    database: dependencies.webhookDatabase,
    sealer: config.webhookKey === undefined ? null : createSealer(config.webhookKey),
    sender: countAttempts(createSender({ allowPrivate: config.webhookAllowPrivate }), metrics),
    redis,
    log,
  });
  const onDrainError = logErrors(log, 'drain failed');
  const faults = watchFaults(metrics, log);
  const flow = createFlow();
  let stopping = false;
  let lastSingleAt = -Infinity;
  const givesWay = (): boolean => performance.now() - lastSingleAt < GIVE_WAY_MS;

  const drains = shareDrains({
    transactions: (lane) => (lane === 'high' ? config.transactions : givesWay() ? 1 : config.bulkTransactions),
    rest: (lane, tookMs) => (lane === 'bulk' && givesWay() ? Math.min(tookMs * GIVE_WAY_REST, LONGEST_REST_MS) : 0),
    drain: async (wanted, lane) => {
      const started = performance.now();
      if (lane === 'high') lastSingleAt = started;
      const bulkLimit = givesWay() ? Math.ceil(config.bulkLimit / GIVE_WAY_SHARE) : config.bulkLimit;
      const limit = lane === 'high' ? config.batchLimit : bulkLimit;
      const drain = await drainPartitions(dependencies, wanted, lane, limit).catch((error: unknown) => {
        metrics.drainFailed(lane);
        throw error;
      });
      if (drain.applied.length + drain.appliedInSets.length > 0) {
        const milliseconds = performance.now() - started;
        metrics.drained(lane, { ...countOutcomes(drain), seconds: milliseconds / 1000 });
        report(drain, milliseconds, announcer, log);
      }
      if (lane === 'high') flow.applied(drain.applied.length);
      if (drain.events > 0) webhooks.nudge();
      faults.note(drain);
      return drain.states;
    },
  });

  const answers = answerRings({
    drains,
    flow,
    ringAgain: (partition, lane) => ringAgain(doorbell, partition, lane, metrics, log),
  });

  const listener = listenToDoorbell({
    ...redis,
    // A partition has two lanes, and each of them at most one ring that is being answered.
    concurrency: 2 * partitions,
    answer: ({ partition, lane }) =>
      answers.answer(partition, lane).catch((error: unknown) => {
        onDrainError(error, { partition, lane });
      }),
  });
  const queueWorks = async (): Promise<boolean> => !listener.isRefused() && (await doorbell.takesRings());
  const sweeper = startSweeper({ database, partitions, doorbell, queueWorks, drain: answers.answer, metrics, log });

  return {
    fitsDatabase: faults.fitsDatabase,
    async stop() {
      if (stopping) return;
      stopping = true;
      answers.stop();
      await drains.stop();
      await sweeper.stop();
      await listener.stop();
      await webhooks.stop();
      doorbell.close();
      announcer.close();
    },
  };
}

/**
 * Logs what is wrong with partitions. A ledger that breaks the law is one partition's matter. A program that does not fit the
 * database is this process's: it leaves everything pending for one that does, and says so until a drain succeeds.
 */
function watchFaults(
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

/** What could not be done in one turn waits for the next. If this ring is lost, the sweeper makes up for it. */
async function ringAgain(
  doorbell: Doorbell,
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

/** What was applied, as it is counted: lines that are applied in sets have all succeeded. */
function countOutcomes({ applied, appliedInSets }: Drain): { succeeded: number; failed: RejectionCode[] } {
  const failed = applied.flatMap(({ outcome }) => outcome.rejection ?? []);
  const inSets = appliedInSets.reduce((sum, set) => sum + set.lines, 0);
  return { succeeded: inSets + applied.length - failed.length, failed };
}

/** Counts every request to an endpoint, whatever comes of it. */
function countAttempts(sender: Sender, metrics: WorkerMetrics): Sender {
  return {
    ...sender,
    async send(request) {
      const attempt = await sender.send(request);
      metrics.webhookSent(attempt);
      return attempt;
    },
  };
}

function report(drain: Drain, milliseconds: number, announcer: Announcer, log: Logger): void {
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
    const fields = { operation_id: operation.id, wallet_id: operation.walletId, partition: operation.partition };
    if (outcome.rejection === 'internal_error') log.fatal(fields, 'operation could not be applied');
    else if (outcome.rejection !== null) log.debug({ ...fields, code: outcome.rejection }, 'operation refused');
    else log.debug(fields, 'operation applied');
  }
  const size = appliedInSets.reduce((sum, set) => sum + set.lines, applied.length);
  const duration = Math.round(milliseconds * 10) / 10;
  log.info({ partitions, batch_size: size, failed, duration_ms: duration }, 'batch committed');
}
