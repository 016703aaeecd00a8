import type { components } from './api.ts';

/** Why a request was refused (RFC 9457), as the service said it. */
export type Problem = components['schemas']['Problem'];

/** The stable code of a refusal. A service that is newer than this package may have codes that are not listed here. */
export type ProblemCode = Problem['code'];

/** What is wrong with a field of the request, or with a field of a line of a batch. */
export type ProblemDetail = NonNullable<Problem['errors']>[number];

/** How far a request got before it failed. */
export interface Progress {
  /** How often it was sent. */
  readonly attempts: number;
  /**
   * Whether the service may have done what was asked: an answer was lost, or said that the outcome is unknown. Repeat the
   * request with the same `idempotencyKey` to find out; it is carried out at most once.
   */
  readonly mayHaveHappened: boolean;
  /** The key that it was sent with; null if the endpoint takes none. */
  readonly idempotencyKey: string | null;
}

/** Anything that this package throws, except what an `AbortSignal` was aborted with, and mistakes in arguments (`TypeError`). */
export abstract class WalletError extends Error implements Progress {
  readonly attempts: number;
  readonly mayHaveHappened: boolean;
  readonly idempotencyKey: string | null;

  constructor(message: string, progress: Progress, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.attempts = progress.attempts;
    this.mayHaveHappened = progress.mayHaveHappened;
    this.idempotencyKey = progress.idempotencyKey;
  }
}

/** The service refused the request. `code` says why, and stays the same in later versions; the message does not. */
export class WalletApiError extends WalletError {
  override readonly name = 'WalletApiError';
  /** `unknown` where something between here and the service answered. */
  readonly code: ProblemCode | 'unknown';
  readonly status: number;
  /** Names the request in the logs of the service. */
  readonly requestId: string | null;
  /** Each field, or line of a batch, that is wrong. */
  readonly errors: readonly ProblemDetail[];
  /** All of what the service said; null where something else answered. */
  readonly problem: Problem | null;

  constructor(refusal: Refusal, progress: Progress) {
    const { problem, status } = refusal;
    super(problem?.detail ?? `The service answered with status ${status}.`, progress);
    this.code = problem?.code ?? 'unknown';
    this.status = status;
    this.requestId = problem?.request_id ?? refusal.requestId;
    this.errors = problem?.errors ?? [];
    this.problem = problem;
  }
}

/** An answer that says no. */
export interface Refusal {
  readonly status: number;
  readonly problem: Problem | null;
  readonly requestId: string | null;
}

/** There was no answer, or one that is not of the service: the connection failed, or nothing came in time. */
export class WalletConnectionError extends WalletError {
  override readonly name = 'WalletConnectionError';
  /** Of an answer that is not of the service; null where there was none. */
  readonly status: number | null;

  constructor(
    message: string,
    progress: Progress,
    { cause, status }: { readonly cause: unknown; readonly status: number | null },
  ) {
    super(message, progress, cause);
    this.status = status;
  }
}

/** The time for all attempts is over. `cause` is what the last one failed with. */
export class WalletDeadlineError extends WalletError {
  override readonly name = 'WalletDeadlineError';
}
