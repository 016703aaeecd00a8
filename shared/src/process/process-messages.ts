import type { MetricObjectWithValues, MetricValue } from 'prom-client';

/** Messages between a supervisor and its processes. */

/** What a started child sends to its parent. */
export const READY = 'ready';
/**
 * Asks a process to stop as SIGTERM does. The signal itself may reach all of them at once, so repeated requests count
 * as one.
 */
export const STOP = 'stop';

export type Metrics = readonly MetricObjectWithValues<MetricValue<string>>[];

/** A process requests the metrics of all of them, under its own number, and gets them, or the reason why not. */
export interface MetricsWanted {
  readonly metricsWanted: number;
}
export interface MetricsTold {
  readonly metricsTold: number;
  readonly text: string | null;
}
/** A process is asked for its own metrics, and returns them. */
export interface OwnMetricsWanted {
  readonly ownMetricsWanted: true;
}
export interface OwnMetricsTold {
  readonly ownMetricsTold: Metrics;
}

/** Whether a message has this field: other messages use the same channel. */
export function isMessage<Message extends object>(message: unknown, field: keyof Message): message is Message {
  return typeof message === 'object' && message !== null && field in message;
}
