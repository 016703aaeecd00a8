import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import type { Logger } from '@wallet/shared/process/logger';
import { createAnnouncer } from '@wallet/shared/queue/announcements';
import { createDoorbell, listenToDoorbell } from '@wallet/shared/queue/doorbell';
import { logErrors } from '@wallet/shared/process/log-errors';
import type { Registry } from '@wallet/shared/process/metrics';
import type { Tracing } from '@wallet/shared/process/tracing';
import { createSealer } from '@wallet/shared/process/seal';
import type { WorkerConfig } from './config.ts';
import { answerByDraining } from './drain/drain-turn.ts';
import { acceptDue } from './due/accept-due.ts';
import { startSweeper } from './drain/sweep.ts';
import { watchFaults } from './drain/watch-faults.ts';
import { createWorkerMetrics } from './metrics.ts';
import { leaveSigns } from './signs/leave-signs.ts';
import { countAttempts } from './webhooks/count-attempts.ts';
import { createSender } from './webhooks/send-request.ts';
import { startWebhooks } from './webhooks/webhooks.ts';

/**
 * The dependencies of a worker. Webhooks have their own connections, so that neither they nor the ledger waits for the
 * other.
 */
export interface WorkerDependencies {
  readonly database: Database;
  readonly webhookDatabase: Database;
  readonly partitions: number;
  readonly assets: Assets;
  readonly registry: Registry;
  /** Null if nothing is traced. */
  readonly tracing?: Tracing | null;
  /** Called when something suggests that the schema has become one of a later version. */
  readonly onNewerSchema?: () => void;
  readonly log: Logger;
}

export interface WalletWorker {
  /** Whether this program was able to drain what it last tried, as far as the program is concerned. */
  readonly fitsDatabase: () => boolean;
  /** Finishes the transaction in flight; everything else stays in the queue. */
  stop(): Promise<void>;
}

/**
 * Starts a worker: it answers the doorbell of every partition, sweeps up missed rings, accepts due operations, and
 * delivers webhooks.
 */
export function startWorker(config: WorkerConfig, dependencies: WorkerDependencies): WalletWorker {
  const { database, partitions, registry, tracing = null, onNewerSchema = () => undefined, log } = dependencies;
  const metrics = createWorkerMetrics(registry);
  const onError = logErrors(log, 'queue connection failed');
  const redis = { ...config.redis, prefix: config.queuePrefix, onError };
  const doorbell = createDoorbell(redis);
  const announcer = createAnnouncer(redis);
  const webhooks = startWebhooks({
    database: dependencies.webhookDatabase,
    sealer: config.webhookKey === undefined ? null : createSealer(config.webhookKey),
    sender: countAttempts(createSender({ allowPrivate: config.webhookAllowPrivate }), metrics),
    redis,
    onFed() {
      announcer.announceFed().catch((error: unknown) => {
        log.debug({ err: error }, 'announcement failed');
      });
    },
    tracing,
    log,
  });
  const onDrainError = logErrors(log, 'drain failed');
  const faults = watchFaults(metrics, log);
  const signs = leaveSigns({ database, partitions, isWell: faults.fitsDatabase, log });
  const answers = answerByDraining({
    ...{ config, database, assets: dependencies.assets, tracing, doorbell, announcer, metrics, signs, log },
    onMisfit: onNewerSchema,
    onDrained(drain) {
      if (drain.events > 0) webhooks.nudge();
      faults.note(drain);
    },
  });
  let stopping = false;

  const listener = listenToDoorbell({
    ...redis,
    // A partition has two lanes, each with at most one ring being answered.
    concurrency: 2 * partitions,
    answer: ({ partition, lane }) =>
      answers.answer(partition, lane).catch((error: unknown) => {
        onDrainError(error, { partition, lane });
      }),
    onNewer: onNewerSchema,
  });
  const queueWorks = async (): Promise<boolean> => !listener.isRefused() && (await doorbell.state()) === 'up';
  const sweeper = startSweeper({ database, partitions, doorbell, queueWorks, drain: answers.answer, metrics, log });
  const due = acceptDue({ database, doorbell, metrics, log });

  return {
    fitsDatabase: faults.fitsDatabase,
    async stop() {
      if (stopping) return;
      stopping = true;
      await due.stop();
      answers.stop();
      await answers.drained();
      await sweeper.stop();
      await listener.stop();
      await webhooks.stop();
      await signs.stop();
      doorbell.close();
      announcer.close();
    },
  };
}
