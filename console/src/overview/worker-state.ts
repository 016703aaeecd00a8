import type { Status } from '../api/resources.ts';

type Worker = Status['workers'][number];

/** A worker leaves a sign of life every few seconds: the API takes one that it has not seen for so long to be gone. */
const GONE_AFTER_MS = 10_000;

/** What a worker was when the status was put together. */
export function workerState({ seen_at }: Pick<Worker, 'seen_at'>, at: string): 'running' | 'gone' {
  return Date.parse(at) - Date.parse(seen_at) < GONE_AFTER_MS ? 'running' : 'gone';
}
