import type { Queryable } from '@wallet/shared/database/pool';

/** The asset of every wallet here: USD. */
const ASSET = 4;

/** Creates wallets of the service, with ids derived from `group`. */
export async function makeWallets(target: Queryable, group: string, count: number): Promise<string[]> {
  const { rows } = await target.query<{ id: string }>(
    `WITH made AS (
       INSERT INTO wallets (id, asset_id)
       SELECT md5($1 || ' ' || n)::uuid, ${ASSET} FROM generate_series(1, $2::int) AS n RETURNING id, asset_id
     ), opened AS (INSERT INTO accounts (wallet_id, asset_id) SELECT id, asset_id FROM made)
     SELECT id FROM made`,
    [group, count],
  );
  return rows.map(({ id }) => id);
}
