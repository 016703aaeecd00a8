import { setTimeout as delay } from 'node:timers/promises';

/** Something went wrong that may be over soon: a connection that broke, a service that is busy. */
export class PassingFailure extends Error {
  /** How long the service asks to wait. */
  readonly retryAfterMs: number;

  constructor(reason: string, retryAfterMs = 0) {
    super(reason);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Nothing went on for as long as the user wanted to wait. */
export class GivenUp extends Error {}

/** Counts the time without progress, over everything that is tried. */
export interface Patience {
  /** Something went on: the time begins anew. */
  renew(): void;
  /** Waits before the next attempt. @throws GivenUp if there is no time left. */
  wait(failure: PassingFailure): Promise<void>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** `onWait` is told why before every pause. */
export function createPatience(giveUpAfterMs: number, onWait: (reason: string) => void): Patience {
  let since = Date.now();
  let pause = FIRST_PAUSE_MS;
  return {
    renew() {
      since = Date.now();
      pause = FIRST_PAUSE_MS;
    },
    async wait(failure) {
      const left = since + giveUpAfterMs - Date.now();
      if (left <= 0) throw new GivenUp(failure.message);
      onWait(failure.message);
      await delay(Math.min(left, Math.max(pause, failure.retryAfterMs)));
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    },
  };
}

/** Attempts until it works, or patience ends. Whatever is not a PassingFailure is thrown at once. @throws GivenUp */
export async function keepTrying<Result>(patience: Patience, attempt: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      const result = await attempt();
      patience.renew();
      return result;
    } catch (error) {
      if (!(error instanceof PassingFailure)) throw error;
      await patience.wait(error);
    }
  }
}
