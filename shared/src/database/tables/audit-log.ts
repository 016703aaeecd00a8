import type { Queryable } from '../pool.ts';

/** The actor: a key, the operator on the command line, or any caller while there are no keys. */
export type Actor =
  | { readonly actor: 'key'; readonly keyId: string; readonly requestId: string }
  | { readonly actor: 'anonymous'; readonly keyId: null; readonly requestId: string }
  | { readonly actor: 'command_line'; readonly keyId: null; readonly requestId: null };

export type Action =
  | 'key.created'
  | 'key.rotated'
  | 'key.revoked'
  | 'wallet.status_changed'
  | 'wallet.credit_limit_changed'
  | 'asset.added'
  | 'house_account.added'
  | 'webhook_endpoint.created'
  | 'webhook_endpoint.changed'
  | 'webhook_endpoint.deleted'
  | 'webhook_endpoint.secret_rotated'
  | 'webhook_endpoint.deliveries_replayed';

/** An administrative action. `detail` must not contain secrets or URLs, which are often secret. */
export interface Act {
  readonly action: Action;
  readonly subjectType: 'api_key' | 'wallet' | 'webhook_endpoint' | 'asset' | 'house_account';
  /** Null for an asset or a house account, which have no uuid: the detail names them. */
  readonly subjectId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Records an action in the transaction that makes it. */
export async function insertAct(database: Queryable, by: Actor, act: Act): Promise<void> {
  await database.query({
    name: 'insertAct',
    text: `INSERT INTO audit_log (actor, key_id, request_id, action, subject_type, subject_id, detail)
           VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    values: [
      ...[by.actor, by.keyId, by.requestId],
      ...[act.action, act.subjectType, act.subjectId, JSON.stringify(act.detail)],
    ],
  });
}

export interface RecordedAct extends Act {
  readonly id: bigint;
  readonly at: Date;
  readonly actor: Actor['actor'];
  readonly keyId: string | null;
  readonly requestId: string | null;
}

/** The last `limit` actions, newest first: those before the one with the number `before`, if it is given. */
export async function listActs(
  database: Queryable,
  limit: number,
  before: bigint | null = null,
): Promise<RecordedAct[]> {
  const { rows } = await database.query<RecordedAct>({
    name: 'listActs',
    text: `SELECT id, at, actor, key_id AS "keyId", request_id AS "requestId", action, subject_type AS "subjectType",
                  subject_id AS "subjectId", detail
           FROM audit_log WHERE id < coalesce($2, ${2n ** 63n - 1n}) ORDER BY id DESC LIMIT $1`,
    values: [limit, before],
  });
  return rows;
}
