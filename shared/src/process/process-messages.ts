import type { MetricObjectWithValues, MetricValue } from 'prom-client';

/** Between a process that supervises others and these others. */

/** What a started child tells its parent. */
export const READY = 'ready';
/** Asks a process to stop as SIGTERM does. Signals may come to all of them at once, and once is what is meant then. */
export const STOP = 'stop';

export type Metrics = readonly MetricObjectWithValues<MetricValue<string>>[];

/** A process asks for the metrics of all of them, under a number of its own; it is told them, or why it is not. */
export interface MetricsWanted {
  readonly metricsWanted: number;
}
export interface MetricsTold {
  readonly metricsTold: number;
  readonly text: string | null;
}
/** A process is asked for its own metrics, and tells them. */
export interface OwnMetricsWanted {
  readonly ownMetricsWanted: true;
}
export interface OwnMetricsTold {
  readonly ownMetricsTold: Metrics;
}

/** Whether a message is the one with this field: others have passed between processes before. */
export function isMessage<Message extends object>(message: unknown, field: keyof Message): message is Message {
  return typeof message === 'object' && message !== null && field in message;
}
