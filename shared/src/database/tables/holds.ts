import type { Queryable } from '../pool.ts';

/** Open while something of it remains; pending or failed while, or because, the operation that was to make it did nothing yet. */
export const HOLD_STATUSES = ['open', 'closed', 'pending', 'failed'] as const;
export type HoldStatus = (typeof HOLD_STATUSES)[number];

/** A hold as it stands: an amount of a wallet set aside, less what was captured and released of it. */
export interface Hold {
  /** That of the operation that made it. */
  readonly id: string;
  readonly walletId: string;
  readonly assetId: number;
  readonly amount: bigint;
  readonly captured: bigint;
  readonly released: bigint;
  readonly remaining: bigint;
  readonly status: HoldStatus;
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
  /** The captures and releases that name it, succeeded or not, in the order of acceptance: of more, those with the lowest ids. */
  readonly operationIds: readonly string[];
}

/** The most ids of operations that come with a hold; it has more if there is one beyond. */
export const HOLD_OPERATIONS = 100;

const HOLD_COLUMNS = `operations.id, operations.wallet_id AS "walletId", operations.asset_id AS "assetId", operations.amount,
         coalesce(holds.captured, 0) AS captured, coalesce(holds.released, 0) AS released,
         coalesce(holds.remaining, 0) AS remaining, operations.created_at AS "createdAt",
         ARRAY(
           SELECT naming.id
           FROM (
             SELECT operation_id FROM operation_terms WHERE target_id = operations.id
             ORDER BY operation_id LIMIT ${HOLD_OPERATIONS + 1}
           ) AS terms
           CROSS JOIN LATERAL (SELECT id, seq FROM operations WHERE id = terms.operation_id OFFSET 0) AS naming
           ORDER BY naming.seq
         ) AS "operationIds"`;

/** A hold that was accepted, whether or not it was made; null if there is no operation of this id, or if it is not one of a hold. */
export async function findHold(database: Queryable, id: string): Promise<Hold | null> {
  const { rows } = await database.query<Hold>({
    name: 'findHold',
    text: `SELECT ${HOLD_COLUMNS}, terms.expires_at AS "expiresAt",
                  CASE WHEN holds.remaining > 0 THEN 'open' WHEN holds.remaining = 0 THEN 'closed'
                       WHEN EXISTS (SELECT FROM failures WHERE operation_id = $1) THEN 'failed' ELSE 'pending' END AS status
           FROM operations LEFT JOIN holds ON holds.operation_id = operations.id
           LEFT JOIN operation_terms AS terms ON terms.operation_id = operations.id
           WHERE operations.id = $1 AND operations.type = 'hold'`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** Which of a wallet's holds; `before` is the id that the page begins below. */
export interface HoldFilter {
  readonly walletId: string;
  readonly status: 'open' | 'closed' | null;
  readonly before: string | null;
}

/** At most `limit` of the holds that were made, newest first. */
export async function listHolds(database: Queryable, filter: HoldFilter, limit: number): Promise<Hold[]> {
  // Written into the text, so that open ones are found by an index of their own.
  const remains = { open: 'AND remaining > 0', closed: 'AND remaining = 0' };
  const { rows } = await database.query<Hold>({
    name: `listHolds:${filter.status ?? 'all'}`,
    text: `SELECT ${HOLD_COLUMNS}, holds.expires_at AS "expiresAt",
                  CASE WHEN holds.remaining > 0 THEN 'open' ELSE 'closed' END AS status
           FROM (
             SELECT * FROM holds
             WHERE wallet_id = $1 ${filter.status === null ? '' : remains[filter.status]}
               AND operation_id < coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
             ORDER BY operation_id DESC OFFSET 0
           ) AS holds
           CROSS JOIN LATERAL (SELECT * FROM operations WHERE id = holds.operation_id OFFSET 0) AS operations
           ORDER BY holds.operation_id DESC LIMIT $3`,
    values: [filter.walletId, filter.before, limit],
  });
  return rows;
}
