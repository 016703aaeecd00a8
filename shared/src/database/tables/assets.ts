import type { Queryable } from '../pool.ts';

/** What is counted. `scale` is its number of decimals. */
export interface Asset {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly scale: number;
  readonly transferable: boolean;
}

export async function listAssets(database: Queryable): Promise<Asset[]> {
  const { rows } = await database.query<Asset>('SELECT id, code, name, scale, transferable FROM assets ORDER BY id');
  return rows;
}
