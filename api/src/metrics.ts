import type { Database } from '@wallet/shared/database/pool';
import type { OperationType } from '@wallet/shared/words/operation';
import {
  Counter,
  DURATION_BUCKETS,
  Gauge,
  Histogram,
  type Registry,
  countRingFailures,
  watchPools,
} from '@wallet/shared/process/metrics';
import type { Lane } from '@wallet/shared/queue/doorbell';
import type { RequestHandler } from 'express';
import type { Load, RefusalReason } from './admission/admission.ts';
import type { Accepted } from './http/endpoint.ts';
import type { OnAnswered } from './http/request-log.ts';

/** The metrics of the API. The functions only count. */
export interface ApiMetrics {
  /** `types` are the numbers of operations by type that one request accepted, and `seconds` how long that took. */
  readonly accepted: (source: Accepted, types: Iterable<readonly [OperationType, number]>, seconds: number) => void;
  readonly refused: (kind: Accepted, reason: RefusalReason) => void;
  readonly ringFailed: (lane: Lane) => void;
  readonly answered: OnAnswered;
  /** Measures the load that admission uses, and the connections, whenever metrics are read. */
  watch(load: Load, waiting: () => number, pools: Readonly<Record<string, Database>>): void;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'DELETE']);

export function createApiMetrics(registry: Registry): ApiMetrics {
  const registers = [registry];
  const accepted = new Counter({
    name: 'wallet_operations_accepted_total',
    help: 'Operations accepted, single or as lines of a batch',
    labelNames: ['source', 'type'],
    registers,
  });
  const acceptDuration = new Histogram({
    name: 'wallet_accept_duration_seconds',
    help: 'Time from reading a request to committing its operation; for a batch, from its first byte',
    labelNames: ['source'],
    buckets: [...DURATION_BUCKETS, 30, 60, 300],
    registers,
  });
  const refused = new Counter({
    name: 'wallet_admission_refusals_total',
    help: 'Requests refused because of overload, before anything was stored',
    labelNames: ['kind', 'reason'],
    registers,
  });
  const requests = new Histogram({
    name: 'wallet_http_request_duration_seconds',
    help: 'HTTP requests, from their headers to the end of their answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.25, 1, 5, 30],
    registers,
  });
  return {
    accepted(source, types, seconds) {
      for (const [type, count] of types) accepted.inc({ source, type }, count);
      acceptDuration.observe({ source }, seconds);
    },
    refused: (kind, reason) => {
      refused.inc({ kind, reason });
    },
    ringFailed: countRingFailures(registry),
    answered(method, route, status, seconds) {
      const labels = { method: METHODS.has(method) ? method : 'other', route, status: `${Math.floor(status / 100)}xx` };
      requests.observe(labels, seconds);
    },
    watch(load, waiting, pools) {
      watchLoad(registry, load, waiting);
      watchPools(registry, pools);
    },
  };
}

/** Reports the number of workers. It is the same for several processes. */
export function countWorkers(registry: Registry, count: () => number): void {
  new Gauge({
    name: 'wallet_workers',
    help: 'Workers that were seen in the last ten seconds',
    aggregator: 'max',
    registers: [registry],
    collect() {
      this.set(count());
    },
  });
}

/** Serves the metrics in the text format of Prometheus. */
export function tellMetrics(registry: Registry): RequestHandler {
  return async (_request, response) => {
    response.locals.isProbe = true;
    response.locals.route = '/metrics';
    response.set('Content-Type', registry.contentType).send(await registry.metrics());
  };
}

/**
 * The signals of admission. The backlog in the database is the same for several processes: the one that looked last may
 * see more.
 */
function watchLoad(registry: Registry, load: Load, waiting: () => number): void {
  const registers = [registry];
  new Gauge({
    name: 'wallet_pending_operations',
    help: 'Pending single operations; counting stops at a limit',
    aggregator: 'max',
    labelNames: ['partition', 'priority'],
    registers,
    collect() {
      for (const { partition, high, low } of load.backlog) {
        this.set({ partition, priority: 'high' }, high);
        this.set({ partition, priority: 'low' }, low);
      }
    },
  });
  new Gauge({
    name: 'wallet_pending_lines',
    help: 'Pending lines of batches',
    aggregator: 'max',
    labelNames: ['partition'],
    registers,
    collect() {
      for (const { partition, lines } of load.backlog) this.set({ partition }, lines);
    },
  });
  new Gauge({
    name: 'wallet_pending_age_seconds',
    help: 'How long the first operation of a lane has waited, or the time since the batch ahead of it made progress',
    aggregator: 'max',
    labelNames: ['partition', 'lane'],
    registers,
    collect() {
      for (const { partition, ageMs, bulkAgeMs } of load.backlog) {
        this.set({ partition, lane: 'high' }, ageMs / 1000);
        this.set({ partition, lane: 'bulk' }, bulkAgeMs / 1000);
      }
    },
  });
  new Gauge({
    name: 'wallet_oldest_pending_seconds',
    help: 'How long the oldest pending operation or line has waited, whatever was applied in the meantime',
    aggregator: 'max',
    labelNames: ['partition'],
    registers,
    collect() {
      for (const { partition, oldestMs } of load.backlog) this.set({ partition }, oldestMs / 1000);
    },
  });
  new Gauge({
    name: 'wallet_admission_waiting_requests',
    help: 'Requests that wait for their operation to be stored, or for a connection to do so',
    registers,
    collect() {
      this.set(waiting() + load.waitingForConnection());
    },
  });
  new Gauge({
    name: 'wallet_event_loop_delay_seconds',
    help: 'Delay of the event loop',
    aggregator: 'max',
    registers,
    collect() {
      this.set(load.eventLoopMs() / 1000);
    },
  });
}
