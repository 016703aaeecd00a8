import { type ApiKey, hashToken, makeToken } from '../words/api-key.ts';
import type { Client, Database } from '../database/pool.ts';
import {
  type NewApiKey,
  insertApiKey,
  lockApiKey,
  markRevoked,
  replaceTokenHash,
} from '../database/tables/api-keys.ts';
import { type Act, type Actor, insertAct } from '../database/tables/audit-log.ts';
import { inTransaction } from '../database/transaction.ts';
import { newId } from '../words/ids.ts';

/** The command line is the actor when no other caller is named. */
const BY_COMMAND: Actor = { actor: 'command_line', keyId: null, requestId: null };

/** How long the previous token stays valid after a rotation. */
const BOTH_GOOD_MS = 24 * 60 * 60 * 1_000;

/** A key with its token, which is shown once and never stored. */
export interface KeyWithToken {
  readonly key: ApiKey;
  readonly token: string;
}

export async function createKey(
  database: Database,
  wanted: Omit<NewApiKey, 'id'>,
  by: Actor = BY_COMMAND,
): Promise<KeyWithToken | 'too_many_keys'> {
  const id = newId();
  const token = makeToken(id);
  return inTransaction(database, async (client) => {
    const key = await insertApiKey(client, { id, ...wanted }, hashToken(token));
    if (key === null) return 'too_many_keys';
    const { name, scopes, rateLimit, expiresAt } = key;
    await record(client, by, 'key.created', id, { name, scopes, rate_limit: rateLimit, expires_at: expiresAt });
    return { key, token };
  });
}

/** Ends a key permanently. Revoking it again changes nothing. */
export async function revokeKey(
  database: Database,
  id: string,
  by: Actor = BY_COMMAND,
): Promise<'revoked' | 'already_revoked' | 'key_not_found'> {
  return inTransaction(database, async (client) => {
    const key = await lockApiKey(client, id);
    if (key === null) return 'key_not_found';
    if (key.revokedAt !== null) return 'already_revoked';
    await markRevoked(client, id);
    await record(client, by, 'key.revoked', id, { name: key.name });
    return 'revoked';
  });
}

/** Gives a key a new token. The previous one stays valid for 24 hours, or expires immediately with `atOnce`. */
export async function rotateKey(
  database: Database,
  id: string,
  { atOnce }: { atOnce: boolean },
): Promise<(KeyWithToken & { previousUntil: Date | null }) | 'key_not_found' | 'key_revoked' | 'key_expired'> {
  const token = makeToken(id);
  return inTransaction(database, async (client) => {
    const key = await lockApiKey(client, id);
    if (key === null) return 'key_not_found';
    if (key.revokedAt !== null) return 'key_revoked';
    if (key.expiresAt !== null && key.expiresAt.getTime() <= Date.now()) return 'key_expired';
    const previousUntil = atOnce ? null : new Date(Date.now() + BOTH_GOOD_MS);
    await replaceTokenHash(client, id, hashToken(token), previousUntil);
    await record(client, BY_COMMAND, 'key.rotated', id, { name: key.name, previous_until: previousUntil });
    return { key, token, previousUntil };
  });
}

async function record(
  client: Client,
  by: Actor,
  action: Act['action'],
  id: string,
  detail: Act['detail'],
): Promise<void> {
  await insertAct(client, by, { action, subjectType: 'api_key', subjectId: id, detail });
}
