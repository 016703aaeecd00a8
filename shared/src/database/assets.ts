import type { Queryable } from './pool.ts';
import { type Asset, listAssets } from './tables/assets.ts';

/** The assets, read once: they are part of the schema and do not change while a process runs. */
export interface Assets {
  /** In the order of their ids. */
  readonly list: readonly Asset[];
  withCode(code: string): Asset | null;
  /** @throws Error if there is none: an id comes from our own tables. */
  withId(id: number): Asset;
}

export async function loadAssets(database: Queryable): Promise<Assets> {
  const assets = await listAssets(database);
  const byCode = new Map(assets.map((asset) => [asset.code, asset]));
  const byId = new Map(assets.map((asset) => [asset.id, asset]));
  return {
    list: assets,
    withCode: (code) => byCode.get(code) ?? null,
    withId(id) {
      const asset = byId.get(id);
      if (asset === undefined) throw new Error(`there is no asset ${id}`);
      return asset;
    },
  };
}
