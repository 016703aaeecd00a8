import type { NewOperation } from '@wallet/shared/database/tables/operations';
import { COUNTED_BATCHES, type Backlog } from '@wallet/shared/database/tables/pending-operations';
import type { Priority } from '@wallet/shared/words/operation';
import type { Accepted } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';

/**
 * Decides whether more work can be accepted. Overload is rejected before acceptance: then accepted work is still
 * applied soon, and nothing has to be cleaned up when the overload ends.
 *
 * Single operations are counted separately from the lines of batches, and those of high priority from those of low: a
 * large batch is a legitimate backlog, and blocks nothing but other batches.
 */
export interface AdmissionLimits {
  /** Pending single operations of one priority. */
  readonly pendingOperations: number;
  /** Pending lines of batches. */
  readonly pendingLines: number;
  /** How long operations may wait in a partition. */
  readonly pendingAgeMs: number;
  /** Requests that wait to be stored, or for a connection. */
  readonly waitingRequests: number;
  /** The permitted delay of the event loop. */
  readonly eventLoopMs: number;
}

export const REFUSAL_REASONS = [
  'pending_operations',
  'pending_lines',
  'pending_age',
  'waiting_requests',
  'event_loop',
  'uploads',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** The known load at any moment. */
export interface Load {
  /** The last sample of the backlog; empty before the first. */
  readonly backlog: readonly Backlog[];
  /** Operations accepted by this process after the sample. */
  acceptedSince(priority: Priority): number;
  /** Requests that wait for a connection to store their operations. */
  waitingForConnection(): number;
  /** The last measured delay of the event loop, in milliseconds. */
  eventLoopMs(): number;
  /** How long the current turn of the event loop has been answering requests. The following ones in it wait as long. */
  turnMs(): number;
}

export interface Admission {
  /** Why a request must be rejected now; null if it can be accepted. Called before its body is read. */
  refusalOf(kind: Accepted): RefusalReason | null;
  /** Admits an operation, to be stored. `leave` must follow, whatever its result. @throws Problem `overloaded`. */
  enter(operation: NewOperation): void;
  leave(operation: NewOperation): void;
  /** Makes the answer to a rejected request, and counts it. */
  refuse(kind: Accepted, reason: RefusalReason): Problem<'overloaded'>;
  /** Operations admitted and not yet stored or refused. */
  readonly waiting: () => number;
}

const DETAILS = {
  pending_operations: 'Too many operations wait to be applied.',
  pending_lines: 'Too many lines of batches wait to be applied.',
  pending_age: 'Operations wait too long to be applied.',
  waiting_requests: 'Too many requests wait to be accepted.',
  event_loop: 'The service is busy.',
  uploads: 'Too many batches are being read.',
} as const satisfies Record<RefusalReason, string>;

/** The range of Retry-After in seconds: drawn at random, so that rejected clients do not all retry at once. */
const RETRY_AFTER_S = { single: [1, 4], batch: [5, 15] } as const satisfies Record<Accepted, readonly [number, number]>;

/** While fewer partitions than this share are late, only operations for those are rejected. */
const LATE_SHARE = 0.5;

/** The share of the permitted delay that one turn of the event loop may take up: an answer takes several. */
const TURN_SHARE = 0.5;

export function createAdmission(
  limits: AdmissionLimits,
  load: Load,
  onRefused: (kind: Accepted, reason: RefusalReason) => void,
): Admission {
  const entered: Record<Priority, number> = { high: 0, low: 0 };
  const waiting = (): number => entered.high + entered.low;

  let known = sumUp([], limits);

  function sampled(): Totals {
    if (known.backlog !== load.backlog) known = sumUp(load.backlog, limits);
    return known;
  }

  function pendingOf(priority: Priority): number {
    return sampled()[priority] + load.acceptedSince(priority) + entered[priority];
  }

  /** Reasons that affect every request. */
  function refusalOf(kind: Accepted): RefusalReason | null {
    if (waiting() + load.waitingForConnection() >= limits.waitingRequests) return 'waiting_requests';
    const isLate = load.eventLoopMs() > limits.eventLoopMs || load.turnMs() > TURN_SHARE * limits.eventLoopMs;
    if (isLate) return 'event_loop';
    if (sampled().isLate) return 'pending_age';
    if (kind === 'single') return pendingOf('high') >= limits.pendingOperations ? 'pending_operations' : null;
    return sampled().lines >= limits.pendingLines ? 'pending_lines' : null;
  }

  /** Reasons that affect this operation, of which more is known by now. */
  function refusalOfOperation({ partition, priority }: NewOperation): RefusalReason | null {
    if (waiting() >= limits.waitingRequests) return 'waiting_requests';
    if (pendingOf(priority) >= limits.pendingOperations) return 'pending_operations';
    return (load.backlog[partition]?.ageMs ?? 0) > limits.pendingAgeMs ? 'pending_age' : null;
  }

  function refuse(kind: Accepted, reason: RefusalReason): Problem<'overloaded'> {
    onRefused(kind, reason);
    const [least, most] = RETRY_AFTER_S[kind];
    const seconds = least + Math.floor(Math.random() * (most - least + 1));
    return new Problem('overloaded', `${DETAILS[reason]} Nothing was accepted; retry later.`, {
      headers: { 'Retry-After': String(seconds) },
    });
  }

  return {
    refusalOf,
    enter(operation) {
      const reason = refusalOfOperation(operation);
      if (reason !== null) throw refuse('single', reason);
      entered[operation.priority] += 1;
    },
    leave(operation) {
      entered[operation.priority] -= 1;
    },
    refuse,
    waiting,
  };
}

/** A sample, summed once. */
interface Totals extends Record<Priority, number> {
  readonly backlog: readonly Backlog[];
  readonly lines: number;
  /** Whether so many partitions are late that every request is affected. */
  readonly isLate: boolean;
}

function sumUp(backlog: readonly Backlog[], limits: AdmissionLimits): Totals {
  const sum = (of: (each: Backlog) => number): number => backlog.reduce((total, each) => total + of(each), 0);
  const late = backlog.filter(({ ageMs }) => ageMs > limits.pendingAgeMs).length;
  const isFull = backlog.some(({ batches }) => batches >= COUNTED_BATCHES);
  return {
    backlog,
    high: sum(({ high }) => high),
    low: sum(({ low }) => low),
    lines: isFull ? Infinity : sum(({ lines }) => lines),
    isLate: late > LATE_SHARE * backlog.length,
  };
}
