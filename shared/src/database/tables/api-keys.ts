import { type ApiKey, KEYS_MOST, type UsableKey } from '../../words/api-key.ts';
import { ConfigError } from '../../words/config-error.ts';
import type { Queryable } from '../pool.ts';
import { UNDEFINED_TABLE, sqlstateOf } from '../sqlstate.ts';

const COLUMNS = `id, name, scopes, rate_limit AS "rateLimit", created_at AS "createdAt", expires_at AS "expiresAt",
  revoked_at AS "revokedAt"`;
const IS_GOOD = `revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`;

export type NewApiKey = Pick<ApiKey, 'id' | 'name' | 'scopes' | 'rateLimit' | 'expiresAt'>;

/** @returns the key, or null if the maximum number of valid keys is reached. */
export async function insertApiKey(database: Queryable, key: NewApiKey, tokenHash: Buffer): Promise<ApiKey | null> {
  const { rows } = await database.query<ApiKey>({
    name: 'insertApiKey',
    text: `INSERT INTO api_keys (id, name, scopes, rate_limit, expires_at, token_hash)
           SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM api_keys WHERE ${IS_GOOD}) < ${KEYS_MOST}
           RETURNING ${COLUMNS}`,
    values: [key.id, key.name, key.scopes, key.rateLimit, key.expiresAt, tokenHash],
  });
  return rows[0] ?? null;
}

/** Every key that was ever created, oldest first. */
export async function listApiKeys(database: Queryable): Promise<ApiKey[]> {
  const { rows } = await database.query<ApiKey>({
    name: 'listApiKeys',
    text: `SELECT ${COLUMNS} FROM api_keys ORDER BY created_at, id`,
  });
  return rows;
}

/** At most `limit` keys, newest first: those created before the key with the id `before`, if it is given. */
export async function listKeysBefore(database: Queryable, before: string | null, limit: number): Promise<ApiKey[]> {
  const { rows } = await database.query<ApiKey>({
    name: 'listKeysBefore',
    text: `SELECT ${COLUMNS} FROM api_keys WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2`,
    values: [before, limit],
  });
  return rows;
}

export async function findApiKey(database: Queryable, id: string): Promise<ApiKey | null> {
  const { rows } = await database.query<ApiKey>({
    name: 'findApiKey',
    text: `SELECT ${COLUMNS} FROM api_keys WHERE id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** The key, locked until the transaction ends. */
export async function lockApiKey(database: Queryable, id: string): Promise<ApiKey | null> {
  const { rows } = await database.query<ApiKey>({
    name: 'lockApiKey',
    text: `SELECT ${COLUMNS} FROM api_keys WHERE id = $1 FOR UPDATE`,
    values: [id],
  });
  return rows[0] ?? null;
}

export async function markRevoked(database: Queryable, id: string): Promise<void> {
  await database.query({
    name: 'markRevoked',
    text: `UPDATE api_keys SET revoked_at = now() WHERE id = $1`,
    values: [id],
  });
}

/**
 * Sets the token of a key. The previous token is valid until `previousUntil`, or expires immediately if that is null.
 */
export async function replaceTokenHash(
  database: Queryable,
  id: string,
  tokenHash: Buffer,
  previousUntil: Date | null,
): Promise<void> {
  await database.query({
    name: 'replaceTokenHash',
    text: `UPDATE api_keys
           SET previous_token_hash = CASE WHEN $3::timestamptz IS NOT NULL THEN token_hash END, previous_token_until = $3,
               token_hash = $2
           WHERE id = $1`,
    values: [id, tokenHash, previousUntil],
  });
}

/** What decides about a request: whether a key was ever created, and which are valid now. */
export interface GoodKeys {
  readonly everMade: boolean;
  readonly keys: readonly UsableKey[];
}

/** @throws ConfigError if the schema is older than keys are. */
export async function readGoodKeys(database: Queryable): Promise<GoodKeys> {
  const { rows } = await database
    .query<{ everMade: boolean } & (UsableKey | { id: null })>({
      name: 'readGoodKeys',
      text: `SELECT any_key.exists AS "everMade", id, name, scopes, rate_limit AS "rateLimit", expires_at AS "expiresAt",
                    token_hash AS "tokenHash", previous_token_hash AS "previousTokenHash",
                    previous_token_until AS "previousTokenUntil"
             FROM (SELECT EXISTS (SELECT FROM api_keys)) AS any_key LEFT JOIN api_keys ON ${IS_GOOD}`,
    })
    .catch((error: unknown) => {
      if (sqlstateOf(error) !== UNDEFINED_TABLE) throw error;
      throw new ConfigError(
        'The schema of the database is older than this program: run the migrations (npm run migrate).',
      );
    });
  return { everMade: rows[0]?.everMade ?? false, keys: rows.filter((row) => row.id !== null) };
}
