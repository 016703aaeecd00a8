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

/** Who has not answered after this time is frozen, or too busy to be waited for. */
const ANSWER_MS = 2_000;

interface Told {
  /** What the process told last. */
  metrics: Metrics;
  /** Whether that was in answer to the last question. */
  isFresh: boolean;
  answer: (() => void) | null;
}

/**
 * Puts the metrics of several processes together, for whichever of them is asked for them (`RegistryOfAll`). Counters and
 * histograms are added up, and never go down: what a process that has ended had counted when it was last asked stays in the sum,
 * or a monitor would take the sum for one that began anew, and all of it for new. What a gauge of several processes is, its
 * `aggregator` says: the sum if nothing else. A process that does not answer in time has no gauges.
 *
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
    // So that they stay few, however many have ended.
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

/** What only grows. */
function countedIn(metrics: Metrics): Metrics {
  return metrics.filter(({ type }) => ['counter', 'histogram'].includes(String(type)));
}

function sumUp(all: readonly Metrics[]): Registry {
  return AggregatorRegistry.aggregate([...all]);
}

function send(worker: Worker, message: OwnMetricsWanted | MetricsTold): void {
  // It may end meanwhile, and then nobody waits for it.
  if (worker.isConnected()) worker.send(message, () => undefined);
}
