import { timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type UsableKey, hashToken, keyIdOf } from '@wallet/shared/words/api-key';
import type { GoodKeys } from '@wallet/shared/database/tables/api-keys';
import { logErrors } from '@wallet/shared/process/log-errors';
import type { Logger } from '@wallet/shared/process/logger';
import { shareRun } from '@wallet/shared/process/gather';
import { repeat } from '@wallet/shared/process/repeat';

/**
 * What the key of a request permits. `anybody`: no key was ever created. `unsure`: the database could not be read for
 * too long to decide, which permits nothing.
 */
export type Verdict =
  | { readonly kind: 'anybody' | 'no_token' | 'bad_token' | 'unsure' }
  | { readonly kind: 'key'; readonly key: UsableKey };

export interface KeyRing {
  judge(token: string | null): Promise<Verdict>;
  /** Whether no key was ever created, as far as is known. */
  isOpen(): boolean;
  /** Reads the keys at once, after one was created or revoked here. */
  readAgain(): Promise<void>;
  stop(): void;
}

/** How often the keys are read, and so about how late a change takes effect in every process. */
const READ_MS = 1_000;
/** A copy of this age is sure proof that there is no key, or no such key. */
const SURE_MS = 5_000;
/** A copy of this age still accepts the keys in it, so that a short outage of the database makes no difference. */
const KNOWN_MS = 30_000;
/** A process that was paused waits this long for the keys to be read, before it reports that it is unsure. */
const WAIT_MS = 1_000;

/** Reads the keys, and again every second until it is stopped. @throws the error of `read`, the first time. */
export async function createKeyRing(read: () => Promise<GoodKeys>, log: Logger): Promise<KeyRing> {
  let copy = await readCopy(read);
  let isFailing = false;
  const onError = logErrors(log, 'keys cannot be read');

  const readAgain = shareRun(async () => {
    try {
      const next = await readCopy(read);
      // Once a key was created, this stays so, whatever database answers.
      copy = { ...next, everMade: copy.everMade || next.everMade };
      isFailing = false;
    } catch (error) {
      onError(error);
      isFailing = true;
    }
  });
  const reading = repeat(() => READ_MS, readAgain);

  return {
    async judge(token) {
      if (ageOf(copy) > SURE_MS && !isFailing) {
        await Promise.race([readAgain(), delay(WAIT_MS, undefined, { ref: false })]);
      }
      return judge(copy, token);
    },
    isOpen: () => !copy.everMade,
    readAgain,
    stop() {
      // Nothing waits for a read in progress: it has a limit of its own.
      void reading.stop();
    },
  };
}

/** The keys as of one moment. */
interface Copy {
  readonly readAt: number;
  readonly everMade: boolean;
  readonly keys: ReadonlyMap<string, UsableKey>;
}

async function readCopy(read: () => Promise<GoodKeys>): Promise<Copy> {
  const readAt = performance.now();
  const { everMade, keys } = await read();
  return { readAt, everMade, keys: new Map(keys.map((key) => [key.id, key])) };
}

function ageOf(copy: Copy): number {
  return performance.now() - copy.readAt;
}

function judge(copy: Copy, token: string | null): Verdict {
  const age = ageOf(copy);
  const ifSure = (kind: 'anybody' | 'bad_token'): Verdict => ({ kind: age <= SURE_MS ? kind : 'unsure' });
  if (!copy.everMade) return ifSure('anybody');
  if (token === null) return { kind: 'no_token' };
  const id = keyIdOf(token);
  if (id === null) return { kind: 'bad_token' };
  const key = copy.keys.get(id);
  if (key === undefined || !opens(key, token)) return ifSure('bad_token');
  return age <= KNOWN_MS ? { kind: 'key', key } : { kind: 'unsure' };
}

function opens(key: UsableKey, token: string): boolean {
  const now = Date.now();
  if (key.expiresAt !== null && key.expiresAt.getTime() <= now) return false;
  const hash = hashToken(token);
  if (timingSafeEqual(hash, key.tokenHash)) return true;
  const { previousTokenHash: previous, previousTokenUntil: until } = key;
  return previous !== null && until !== null && until.getTime() > now && timingSafeEqual(hash, previous);
}
