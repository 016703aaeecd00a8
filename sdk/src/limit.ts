/** Why an attempt ended: nothing came in time. */
export class TimedOut extends Error {
  constructor(ms: number) {
    super(`The service did not answer within ${ms} ms.`);
  }
}

/** Timers take no more. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * A signal that is aborted with the caller's, or when the time is over. Unlike `AbortSignal.any` and `AbortSignal.timeout`, it
 * leaves nothing at the caller's signal when it is released, which may live as long as the program.
 */
export class Limit {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isReleased = false;

  constructor(outer: AbortSignal | undefined, ms: number) {
    this.#outer = outer;
    outer?.addEventListener('abort', this.#onAbort, { once: true });
    this.restart(ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Sets the time anew, unless it has been released. */
  restart(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#isReleased) return;
    this.#timer = setTimeout(() => this.#controller.abort(new TimedOut(ms)), Math.min(Math.max(ms, 0), LONGEST_MS));
  }

  release(): void {
    this.#isReleased = true;
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => {
    this.#controller.abort(this.#outer?.reason);
  };
}
