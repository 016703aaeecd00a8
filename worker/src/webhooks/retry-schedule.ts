const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long to wait after the first failure, after the second, and so on: twelve attempts over about three days. */
const DELAYS_MS = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  24 * HOUR,
  24 * HOUR,
];

/** The share by which a delay varies, so that deliveries that failed together are not retried together. */
const JITTER = 0.2;

/**
 * After how many milliseconds to send a webhook again; null when its attempts are used up. Exponential with jitter over
 * days, as Standard Webhooks 1.0.0 recommends ("Deliverability and reliability").
 *
 * `attempts` counts those made so far, so it is at least 1. `random` is evenly distributed in [0, 1). A receiver's
 * `Retry-After` (`retryAfterMs`) is honoured, but never brings the next attempt forward.
 */
export function retryDelay(failure: { attempts: number; retryAfterMs: number | null; random: number }): number | null {
  const delay = DELAYS_MS[failure.attempts - 1];
  if (delay === undefined) return null;
  const jittered = delay * (1 - JITTER + 2 * JITTER * failure.random);
  return Math.max(Math.round(jittered), failure.retryAfterMs ?? 0);
}
