import type { DrainRig } from './drain-rig.ts';
import type { NamedOperation } from './named-operations.ts';

/** The state of a rig's database, by the names of the model. */

/** Balances of accounts by the names that the model has. */
export async function balancesOf(rig: DrainRig, ...names: string[]): Promise<bigint[]> {
  const { rows } = await rig.database.query<{ key: string; balance: string }>(
    `SELECT coalesce(wallet_id::text, 'held of ' || held_of, assets.code || ' ' || system) AS key, sum(balance) AS balance
     FROM accounts JOIN assets ON assets.id = asset_id GROUP BY 1`,
  );
  const balances = new Map(rows.map(({ key, balance }) => [key, BigInt(balance)]));
  return names.map((name) => {
    const wallet = name.replace('held of ', '');
    return balances.get(wallet.includes('wallet') ? name.replace(wallet, rig.idOf(wallet)) : name) ?? 0n;
  });
}

export async function rejectionsOf(rig: DrainRig, operations: readonly NamedOperation[]): Promise<(string | null)[]> {
  const { rows } = await rig.database.query<{ id: string; code: string | null }>(
    'SELECT operation_id AS id, error_code AS code FROM outcomes WHERE operation_id = ANY ($1::uuid[])',
    [operations.map(({ id }) => rig.idOf(id))],
  );
  const codes = new Map(rows.map(({ id, code }) => [id, code]));
  return operations.map(({ id }) => codes.get(rig.idOf(id)) ?? null);
}

/** Nothing is created or lost, and the held amount equals the open holds. */
export async function expectSound(rig: DrainRig): Promise<void> {
  const sums = await rig.database.query('SELECT asset_id FROM accounts GROUP BY asset_id HAVING sum(balance) <> 0');
  expect(sums.rows).toEqual([]);
  const held = await rig.database.query(
    `SELECT held_of FROM accounts WHERE held_of IS NOT NULL
     AND balance <> (SELECT coalesce(sum(remaining), 0) FROM holds WHERE wallet_id = held_of)`,
  );
  expect(held.rows).toEqual([]);
}
