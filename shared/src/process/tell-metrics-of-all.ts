import { Registry } from 'prom-client';
import {
  type MetricsTold,
  type MetricsWanted,
  type OwnMetricsTold,
  type OwnMetricsWanted,
  isMessage,
} from './process-messages.ts';

/**
 * The registry of one of several processes that share a port: `metrics()` of any of them covers all, as gathered by the
 * supervisor. Everything else is about this process alone.
 */
export class RegistryOfAll extends Registry {
  readonly #waiting = new Map<number, (text: string | null) => void>();
  #asked = 0;

  constructor() {
    super();
    process.on('message', (message) => {
      if (isMessage<OwnMetricsWanted>(message, 'ownMetricsWanted')) void this.#tellOwn();
      if (isMessage<MetricsTold>(message, 'metricsTold')) this.#waiting.get(message.metricsTold)?.(message.text);
    });
  }

  /** @throws Error if the supervisor could not combine them. */
  override async metrics(): Promise<string> {
    this.#asked += 1;
    const id = this.#asked;
    const told = new Promise<string | null>((resolve) => this.#waiting.set(id, resolve));
    send({ metricsWanted: id });
    const text = await told;
    this.#waiting.delete(id);
    if (text === null) throw new Error('the metrics of the processes could not be combined');
    return text;
  }

  async #tellOwn(): Promise<void> {
    send({ ownMetricsTold: await this.getMetricsAsJSON() });
  }
}

function send(message: MetricsWanted | OwnMetricsTold): void {
  // Without the supervisor this process ends.
  if (process.connected) process.send?.(message);
}
