import type { Database } from '@wallet/shared/database/pool';
import { countWebhookBacklog } from '@wallet/shared/database/tables/webhook-backlog';
import {
  Counter,
  DURATION_BUCKETS,
  Gauge,
  Histogram,
  type Registry,
  SIZE_BUCKETS,
  countRingFailures,
} from '@wallet/shared/process/metrics';
import type { Lane } from '@wallet/shared/queue/doorbell';
import { REJECTION_CODES, type RejectionCode } from '@wallet/shared/words/rejection';
import type { Attempt } from './webhooks/send-request.ts';

/** The metrics of a worker. The functions only count. */
export interface WorkerMetrics {
  /** One transaction: `succeeded` and the codes of the failed ones are all of its operations. */
  drained(lane: Lane, drain: { succeeded: number; failed: readonly RejectionCode[]; seconds: number }): void;
  drainFailed(lane: Lane): void;
  brokenPartition(): void;
  ringFailed(lane: Lane): void;
  /** A sweep found this many partitions to ring for, and to drain without the queue. */
  swept(found: { readonly rung: number; readonly drained: number }): void;
  webhookSent(attempt: Attempt): void;
}

export function createWorkerMetrics(registry: Registry): WorkerMetrics {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> =>
    new Counter({ name, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets: number[]): Histogram<'lane'> =>
    new Histogram({ name, help, labelNames: ['lane'], buckets, registers });

  const applied = counter('wallet_operations_applied_total', 'Operations that succeeded');
  const failed = counter('wallet_operations_failed_total', 'Operations that failed, by their error code', 'code');
  for (const code of REJECTION_CODES) failed.inc({ code }, 0);
  const size = histogram('wallet_drain_operations', 'Operations applied in one transaction', SIZE_BUCKETS);
  const duration = histogram('wallet_drain_duration_seconds', 'Transactions that applied operations', DURATION_BUCKETS);
  const drainFailures = counter('wallet_drain_failures_total', 'Transactions that failed and will be repeated', 'lane');
  const broken = counter('wallet_broken_partitions_total', 'Drains of a partition that breaks the law of the ledger');
  const sweeps = counter('wallet_sweeps_total', 'Sweeps for operations that waited too long, by outcome', 'found');
  const swept = counter('wallet_swept_partitions_total', 'Partitions where operations waited too long', 'action');
  for (const found of ['nothing', 'lost_rings']) sweeps.inc({ found }, 0);
  for (const action of ['rung', 'drained']) swept.inc({ action }, 0);
  const attempts = counter('wallet_webhook_attempts_total', 'Requests to webhook endpoints, by outcome', 'result');
  for (const lane of ['high', 'bulk']) drainFailures.inc({ lane }, 0);

  return {
    drained(lane, drain) {
      applied.inc(drain.succeeded);
      for (const code of drain.failed) failed.inc({ code });
      size.observe({ lane }, drain.succeeded + drain.failed.length);
      duration.observe({ lane }, drain.seconds);
    },
    drainFailed: (lane) => {
      drainFailures.inc({ lane });
    },
    brokenPartition: () => {
      broken.inc();
    },
    ringFailed: countRingFailures(registry),
    swept(found) {
      sweeps.inc({ found: found.rung + found.drained > 0 ? 'lost_rings' : 'nothing' });
      swept.inc({ action: 'rung' }, found.rung);
      swept.inc({ action: 'drained' }, found.drained);
    },
    webhookSent: (attempt) => {
      attempts.inc({ result: resultOf(attempt) });
    },
  };
}

/** The class of its status, or that there was none. */
function resultOf({ status, error }: Attempt): string {
  return status === null || error !== null ? 'error' : `${Math.floor(status / 100)}xx`;
}

/** Counting of a backlog stops here, and the result is reused for this long. */
const COUNT_LIMIT = 10_000;
const COUNT_MS = 5_000;

/** Reports the webhook backlog from the database. Frequent readers get the previous count. */
export function watchWebhookBacklog(registry: Registry, database: Database): void {
  let countedAt = -Infinity;
  new Gauge({
    name: 'wallet_webhook_backlog',
    help: `Events that are not relayed yet, and deliveries that are due; counted up to ${COUNT_LIMIT}`,
    aggregator: 'max',
    labelNames: ['stage'],
    registers: [registry],
    async collect() {
      if (performance.now() - countedAt < COUNT_MS) return;
      countedAt = performance.now();
      const backlog = await countWebhookBacklog(database, COUNT_LIMIT).catch(() => null);
      if (backlog === null) return;
      this.set({ stage: 'relay' }, backlog.unrelayed);
      this.set({ stage: 'delivery' }, backlog.due);
    },
  });
}
