import { z } from 'zod';
import { time } from './fields.ts';

/** Why something is not applied yet, and when it should be. */

const WAITS_FOR = ['worker', 'earlier_operations', 'schedule'] as const;

export interface Waiting {
  /** Null for scheduled operations: they have no position in the order yet. */
  readonly ahead: number | null;
  readonly waitsFor: (typeof WAITS_FOR)[number];
  /** Null if no speed is known. */
  readonly estimatedAt: Date | null;
}

/** In the form of an answer. */
export interface PresentedWaiting {
  ahead: number | null;
  waits_for: Waiting['waitsFor'];
  estimated_completion: string | null;
}

export const waitingFields = {
  ahead: z
    .int()
    .min(0)
    .nullable()
    .optional()
    .meta({
      description:
        'While it waits: how many operations of its partition are applied first. Exact up to 10,000 single ' +
        'operations; the number of batch lines is an estimate. Null for scheduled operations.',
    }),
  waits_for: z
    .enum(WAITS_FOR)
    .optional()
    .meta({
      description:
        'While it waits. `worker`: no worker was seen for 10 s. `schedule`: its time has not come. ' +
        '`earlier_operations`: it is queued, and workers are applying the operations ahead of it.',
    }),
  estimated_completion: time
    .nullable()
    .optional()
    .meta({
      description:
        'While it waits: when it is expected to end, computed from the backlog and the speed of the workers. Null if ' +
        'that is not known.',
    }),
};

export function presentWaiting({ ahead, waitsFor, estimatedAt }: Waiting): PresentedWaiting {
  return { ahead, waits_for: waitsFor, estimated_completion: estimatedAt?.toISOString() ?? null };
}

const LEAST_S = 1;
const MOST_S = 60;

/**
 * The value of Retry-After in seconds: until the estimated end, or, without an estimate, as long as it has waited so
 * far.
 */
export function retryAfterOf(estimatedAt: Date | null, since: Date): number {
  const now = Date.now();
  const seconds =
    estimatedAt === null
      ? Math.floor((now - since.getTime()) / 1_000)
      : Math.ceil((estimatedAt.getTime() - now) / 1_000);
  return Math.min(Math.max(seconds, LEAST_S), MOST_S);
}
