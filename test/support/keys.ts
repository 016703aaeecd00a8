import { setTimeout as delay } from 'node:timers/promises';
import { type KeyWithToken, createKey } from '@wallet/shared/access/administer-keys';
import { SCOPES } from '@wallet/shared/words/api-key';
import type { Database } from '@wallet/shared/database/pool';
import type { NewApiKey } from '@wallet/shared/database/tables/api-keys';
import request from 'supertest';

const PATIENCE_MS = 10_000;

/** Creates a key with all scopes by default. */
export async function makeKey(database: Database, wanted: Partial<NewApiKey> = {}): Promise<KeyWithToken> {
  const made = await createKey(database, { name: 'test', scopes: SCOPES, rateLimit: null, expiresAt: null, ...wanted });
  if (typeof made === 'string') throw new Error(made);
  return made;
}

/** The Authorization header for a token. */
export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

/** The status of an unknown path: it needs a key, and no scope. */
export async function statusFor(url: string, token: string | null): Promise<number> {
  const { status } = await request(url)
    .get('/nothing')
    .set(token === null ? {} : bearer(token));
  return status;
}

/** Resolves when the API admits the token, and not every caller. */
export async function untilGood(url: string, token: string): Promise<void> {
  await untilRefused(url, null);
  await until('the key is good', async () => (await statusFor(url, token)) === 404);
}

/** Resolves when the API refuses the token, or, with null, callers without one. */
export async function untilRefused(url: string, token: string | null): Promise<void> {
  await until('the key is refused', async () => (await statusFor(url, token)) === 401);
}

export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await delay(20);
  }
}
