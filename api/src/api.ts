import { setTimeout as delay } from 'node:timers/promises';
import { type Assets, loadAssets } from '@wallet/shared/database/assets';
import { loadHouseAccounts } from '@wallet/shared/database/house-accounts';
import type { Database } from '@wallet/shared/database/pool';
import type { History } from '@wallet/shared/database/replica';
import type { NewOperation } from '@wallet/shared/database/tables/operations';
import { logErrors } from '@wallet/shared/process/log-errors';
import { watchEpoch } from '@wallet/shared/process/watch-epoch';
import type { Logger } from '@wallet/shared/process/logger';
import type { Registry } from '@wallet/shared/process/metrics';
import type { Tracing } from '@wallet/shared/process/tracing';
import { hearAnnouncements } from '@wallet/shared/queue/announcements';
import { createDeliveryDoorbell } from '@wallet/shared/queue/delivery-doorbell';
import { type Lane, createDoorbell } from '@wallet/shared/queue/doorbell';
import { createSealer } from '@wallet/shared/process/seal';
import type { Priority } from '@wallet/shared/words/operation';
import { createRecheck, requireKey } from './access/require-key.ts';
import { startAccess } from './access/start-access.ts';
import { refuseOverload } from './admission/refuse-overload.ts';
import { startAdmission } from './admission/start-admission.ts';
import type { LoadWatch } from './admission/watch-load.ts';
import { createApp } from './app.ts';
import { readListBody } from './batches/read-lines.ts';
import type { ApiConfig } from './config.ts';
import { createEndpoints } from './endpoints.ts';
import { closeServer, createApiServer, listen } from './http/serve.ts';
import { type ApiMetrics, countWorkers, createApiMetrics } from './metrics.ts';
import { createAcceptOperation } from './operations/accept-operation.ts';
import { createOperationWaiter } from './operations/await-operation.ts';
import { createFindTarget } from './operations/find-facts.ts';
import { createFindOperation } from './operations/find-operation.ts';
import { createRing } from './operations/ring-partitions.ts';
import { traceAcceptance } from './operations/trace-acceptance.ts';
import { createForecast } from './status/forecast.ts';
import { rememberPending } from './status/remember-pending.ts';
import { watchWorkers } from './status/watch-workers.ts';
import { createFindWallet } from './wallets/find-wallet.ts';
import { createEventStreams } from './webhooks/event-streams.ts';

export interface RunningApi {
  readonly port: number;
  /** Refuses connections, answers requests in flight, and closes what it opened. */
  stop(): Promise<void>;
}

interface Dependencies {
  /** For everything except storing operations: so that reads continue however much there is to store. */
  readonly database: Database;
  /** For storing operations, and for the look-ups before that. */
  readonly storing: Database;
  readonly history: History;
  readonly partitions: number;
  readonly registry: Registry;
  /** Null if nothing is traced. */
  readonly tracing?: Tracing | null;
  readonly log: Logger;
}

/** How long a stopping process still accepts requests while it reports that it is not ready, so that others notice. */
const NOTICE_MS = 500;

/**
 * Starts an API server on `config.host` and `config.port` (0: any free one). Here the process is assembled: each part
 * gets only what it needs.
 */
export async function startApi(config: ApiConfig, dependencies: Dependencies): Promise<RunningApi> {
  const { database, storing, history, partitions, registry, tracing = null, log } = dependencies;
  let stopping = false;
  const isStopping = (): boolean => stopping;
  const assets = await loadAssets(database);
  const access = await startAccess(config, log);
  const metrics = createApiMetrics(registry);
  const waiter = createOperationWaiter(database, log);
  const streams = createEventStreams(database, log);
  const queue = connectQueue(config, log, {
    onRingFailed: metrics.ringFailed,
    onDrained: (drained) => waiter.hear(drained),
    onFed: streams.hearFed,
  });
  const { admission, watch, ...load } = startAdmission(config.admission, {
    ...{ database, storing, partitions, log },
    onRefused: metrics.refused,
  });
  const { backlog, workers, memory, forecast, ...sight } = lookAround(dependencies, watch);
  metrics.watch(watch, admission.waiting, { reading: database, storing, ...history.pools });
  const { findWallet, houseAccounts, targets, ...lookUps } = createLookUps(dependencies, assets);
  const accepting = { database: storing, ring: queue.ring, admission, log };
  const accept = createAcceptOperation({ ...accepting, onAccepted: tellAccepted(watch, metrics) });
  const endpoints = createEndpoints({
    operations: {
      ...{ database, storing, partitions, assets },
      ...{ findWallet: findWallet.one, findOperation: createFindOperation(database, assets) },
      ...{ targets, houseAccounts },
      wait: (id, partition, ms, gone) => waiter.wait(id, partition, ms, gone),
      ...{ expectedAt: forecast.ofAccepted, waitingOf: forecast.ofOperation },
      accept: tracing === null ? accept : traceAcceptance(tracing, accept),
    },
    batches: {
      ...{ database, storing, history, partitions, assets, houseAccounts, isStopping },
      waitingOf: forecast.ofBatch,
      findWallets: findWallet.many,
      refuseUpload: () => admission.refuse('batch', 'uploads'),
      ring: queue.ringForBatch,
      onAccepted: (types, seconds) => metrics.accepted('batch', types, seconds),
      onRetry: logErrors(log, 'storing a batch failed, trying again'),
      spoolFolder: config.spoolFolder,
    },
    wallets: { database, history, assets, findFacts: findWallet.one },
    clients: { database, storing, assets, readLines: readListBody },
    assets: { database, assets },
    accounts: { database, assets },
    webhooks: {
      ...{ database, allowPrivate: config.webhookAllowPrivate, ringDeliveries: queue.ringDeliveries },
      sealer: config.webhookKey === undefined ? null : createSealer(config.webhookKey),
    },
    events: { database, streams, stillMay: createRecheck((token) => access.keys.judge(token)) },
    access: { database, onKeysChanged: () => access.keys.readAgain() },
    status: { database, queueState: queue.state, backlog, workers, memory },
    health: { database, queueState: queue.state, backlog, workersAreAway: workers.areAway, isStopping },
  });
  const app = createApp({
    ...{ endpoints, isStopping, tracing, log, onAnswered: metrics.answered },
    registry: config.metrics ? registry : null,
    guard: requireKey({ judge: (token) => access.keys.judge(token), limitRate: access.limitRate }),
  });
  const server = createApiServer(app, refuseOverload(endpoints, admission, metrics.answered, app), config);
  const port = await listen(server, config);
  return {
    port,
    async stop() {
      if (stopping) return;
      stopping = true;
      waiter.stop();
      await delay(NOTICE_MS);
      streams.stop();
      await closeServer(server);
      await Promise.all([load.stop(), sight.stop()]);
      await lookUps.stop();
      await queue.stop();
      await access.stop();
    },
  };
}

/** Scheduled operations are not pending yet. */
function tellAccepted(watch: { accepted(priority: Priority): void }, metrics: Pick<ApiMetrics, 'accepted'>) {
  return ({ type, priority, executeAt }: NewOperation, seconds: number): void => {
    if (executeAt === null) watch.accepted(priority);
    metrics.accepted('single', [[type, 1]], seconds);
  };
}

/** Referenced rows are looked up once and kept, since they never change; but not across epochs. */
function createLookUps({ database, storing, log }: Dependencies, assets: Assets) {
  const findWallet = createFindWallet(database, storing, assets);
  const houseAccounts = loadHouseAccounts(database);
  const targets = createFindTarget(storing, assets);
  const epoch = watchEpoch({
    ...{ database, log },
    async onOther() {
      for (const known of [findWallet, houseAccounts, targets]) known.forget();
      await assets.replace();
    },
  });
  return { findWallet, houseAccounts, targets, stop: () => epoch.stop() };
}

/** What is known of the workers and the backlog, for status and estimates. */
function lookAround({ database, partitions, registry, log }: Dependencies, watch: Pick<LoadWatch, 'backlog'>) {
  const backlog = () => watch.backlog;
  const workers = watchWorkers(database, log);
  countWorkers(registry, () => workers.present().length);
  const memory = rememberPending(() => backlog().reduce((sum, { high, low, lines }) => sum + high + low + lines, 0));
  return {
    ...{ backlog, workers, memory, forecast: createForecast({ database, partitions, backlog, workers }) },
    async stop() {
      await Promise.all([workers.stop(), memory.stop()]);
    },
  };
}

/** The API's messages to and from the workers through Redis. Ringing delays no request. */
function connectQueue(
  config: ApiConfig,
  log: Logger,
  on: {
    onRingFailed: (lane: Lane) => void;
    onDrained: (partitions: readonly number[]) => void;
    onFed: () => void;
  },
) {
  const redis = {
    ...config.redis,
    prefix: config.queuePrefix,
    onError: logErrors(log, 'queue connection failed'),
  };
  const doorbell = createDoorbell(redis);
  const deliveryDoorbell = createDeliveryDoorbell(redis);
  const bell = createRing(doorbell, log, on.onRingFailed);
  const stopHearing = hearAnnouncements({ ...redis, hear: on.onDrained, hearFed: on.onFed });
  return {
    ring: bell.ring,
    ringForBatch: (partitions: Iterable<number>): void => {
      bell.ring(partitions, 'bulk');
    },
    ringDeliveries: (endpointIds: readonly string[]): void => {
      // A worker finds a delivery without a ring within a second.
      deliveryDoorbell.ring(endpointIds).catch((error: unknown) => {
        log.debug({ err: error }, 'ring for deliveries failed');
      });
    },
    state: () => doorbell.state(),
    async stop(): Promise<void> {
      stopHearing();
      await bell.stop();
      doorbell.close();
      deliveryDoorbell.close();
    },
  };
}
