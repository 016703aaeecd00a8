import type { Worker } from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';
import { shareRun } from './gather.ts';
import {
  type Metrics,
  type MetricsTold,
  type MetricsWanted,
  type OwnMetricsTold,
  type OwnMetricsWanted,
  isMessage,
} from './process-messages.ts';

/** A process that has not answered after this time is frozen, or too busy to wait for. */
const ANSWER_MS = 2_000;

interface Told {
  /** The metrics that the process reported last. */
  metrics: Metrics;
  /** Whether they answered the last request. */
  isFresh: boolean;
  answer: (() => void) | null;
}

/**
 * Combines the metrics of several processes, whichever of them is asked (`RegistryOfAll`). Counters and histograms are
 * summed and never decrease: the last values of a process that has ended stay in the sum, because a monitor would
 * otherwise see a counter reset and count everything again. The `aggregator` of a gauge says how to combine it: by
 * default as a sum. A process that does not answer in time contributes no gauges.
 * @param own the supervisor's own metrics.
 */
export function gatherMetrics(own: Registry): { add(worker: Worker): void } {
  const processes = new Map<Worker, Told>();
  let ended: Metrics[] = [];

  async function ask(worker: Worker, told: Told): Promise<void> {
    told.isFresh = false;
    if (!worker.isConnected()) return;
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, ANSWER_MS);
      told.answer = () => {
        clearTimeout(late);
        resolve();
      };
      send(worker, { ownMetricsWanted: true });
    });
  }

  const readAll = shareRun(async (): Promise<string> => {
    const supervisor = await own.getMetricsAsJSON();
    await Promise.all([...processes].map(([worker, told]) => ask(worker, told)));
    const running = [...processes.values()].map(({ metrics, isFresh }) => (isFresh ? metrics : countedIn(metrics)));
    const text = await sumUp([...ended, supervisor, ...running]).metrics();
    // Merged, so that they stay few however many processes have ended.
    const summed = ended;
    ended = [];
    ended.push(await sumUp(summed).getMetricsAsJSON());
    return text;
  });

  async function tell(worker: Worker, id: number): Promise<void> {
    const text = await readAll().catch(() => null);
    send(worker, { metricsTold: id, text });
  }

  return {
    add(worker) {
      const told: Told = { metrics: [], isFresh: false, answer: null };
      processes.set(worker, told);
      worker.on('message', (message: unknown) => {
        if (isMessage<MetricsWanted>(message, 'metricsWanted')) void tell(worker, message.metricsWanted);
        if (!isMessage<OwnMetricsTold>(message, 'ownMetricsTold')) return;
        told.metrics = message.ownMetricsTold;
        told.isFresh = true;
        told.answer?.();
      });
      worker.once('exit', () => {
        processes.delete(worker);
        ended.push(countedIn(told.metrics));
        told.answer?.();
      });
    },
  };
}

/** The metrics that only increase. */
function countedIn(metrics: Metrics): Metrics {
  return metrics.filter(({ type }) => ['counter', 'histogram'].includes(String(type)));
}

function sumUp(all: readonly Metrics[]): Registry {
  return AggregatorRegistry.aggregate([...all]);
}

function send(worker: Worker, message: OwnMetricsWanted | MetricsTold): void {
  // It may end meanwhile, and then nothing waits for it.
  if (worker.isConnected()) worker.send(message, () => undefined);
}
