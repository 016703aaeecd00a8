import type { Queryable } from '../pool.ts';

/** A unit of value. `scale` is its number of decimals. */
export interface Asset {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly scale: number;
  readonly transferable: boolean;
}

const ASSET = 'id, code, name, scale, transferable';

export async function listAssets(database: Queryable): Promise<Asset[]> {
  const { rows } = await database.query<Asset>(`SELECT ${ASSET} FROM assets ORDER BY id`);
  return rows;
}

export async function findAssetWithCode(database: Queryable, code: string): Promise<Asset | null> {
  const { rows } = await database.query<Asset>(`SELECT ${ASSET} FROM assets WHERE code = $1`, [code]);
  return rows[0] ?? null;
}

/**
 * Adds an asset with a house account of it in every partition, unless its code is taken. They exist when the
 * transaction commits.
 */
export async function insertAsset(
  database: Queryable,
  { code, name, scale, transferable }: Omit<Asset, 'id'>,
): Promise<'added' | 'asset_exists' | 'too_many_assets'> {
  const { rows } = await database.query<{ outcome: 'added' | 'asset_exists' | 'too_many_assets' }>(
    'SELECT add_asset($1, $2, $3, $4) AS outcome',
    [code, name, scale, transferable],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('add_asset did not answer');
  return row.outcome;
}
