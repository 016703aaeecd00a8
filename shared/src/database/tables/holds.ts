import type { Queryable } from '../pool.ts';

/** `open` while something remains; `pending` or `failed` if the operation that creates it is pending or has failed. */
export const HOLD_STATUSES = ['open', 'closed', 'pending', 'failed'] as const;
export type HoldStatus = (typeof HOLD_STATUSES)[number];

/** The current state of a hold: an amount of a wallet set aside, less what was captured and released of it. */
export interface Hold {
  /** The id of the operation that created it. */
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
  /**
   * The captures and releases that name it, whatever their outcome, in the order of acceptance; if there are more,
   * those with the lowest ids.
   */
  readonly operationIds: readonly string[];
}

/** The most operation ids that are read with a hold; one beyond shows that it has more. */
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

/** An accepted hold, whatever its outcome; null if there is no operation with this id, or if it is not a hold. */
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

/** Which of a wallet's holds; the page has ids below `before`. */
export interface HoldFilter {
  readonly walletId: string;
  readonly status: 'open' | 'closed' | null;
  readonly before: string | null;
}

/** At most `limit` of the holds that were created, newest first. */
export async function listHolds(database: Queryable, filter: HoldFilter, limit: number): Promise<Hold[]> {
  // Written into the text, so that open holds are found through their own index.
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
