import type { Queryable } from './pool.ts';
import { createReadAnew } from './read-anew.ts';
import { type Asset, listAssets } from './tables/assets.ts';

/** The assets that this process knows. */
export interface KnownAssets {
  /** In the order of their ids. */
  readonly list: readonly Asset[];
  withCode(code: string): Asset | null;
  /** @throws Error if it is not known: an id comes from our own tables, and `know` was called with it. */
  withId(id: number): Asset;
}

/**
 * The assets of the database. They are added to while processes run, and in one epoch never changed or deleted: what is known stays
 * true, and what is not known is read when it is met. So an asset is in effect in every process as soon as it is committed.
 */
export interface Assets extends KnownAssets {
  /**
   * Makes sure that the assets with these ids, read from our own tables, are known. In a transaction, `client` is the connection of
   * it: a second one might be waited for in vain.
   */
  know(ids: Iterable<number>, client?: Queryable): Promise<void>;
  /** Makes known what was committed before the call. One read is under way at a time, however many ask. */
  readAnew(): Promise<void>;
  /** Knows what the database has now and nothing else: in another epoch, what was known may be lost, and its id another asset's. */
  replace(): Promise<void>;
}

export async function loadAssets(database: Queryable): Promise<Assets> {
  const byCode = new Map<string, Asset>();
  const byId = new Map<number, Asset>();
  let list: readonly Asset[] = [];

  async function read(from: Queryable): Promise<void> {
    const found = await listAssets(from);
    // Of two reads, the one that began first may end last.
    if (found.length > list.length) add(found);
  }

  function add(found: readonly Asset[]): void {
    for (const asset of found) {
      if (byId.has(asset.id)) continue;
      byCode.set(asset.code, asset);
      byId.set(asset.id, asset);
    }
    list = [...byId.values()];
  }

  const readAnew = createReadAnew(() => read(database));
  await read(database);
  return {
    get list() {
      return list;
    },
    withCode: (code) => byCode.get(code) ?? null,
    withId(id) {
      const asset = byId.get(id);
      if (asset === undefined) throw new Error(`there is no asset ${id}`);
      return asset;
    },
    async know(ids, client) {
      for (const id of ids) {
        if (byId.has(id)) continue;
        await (client === undefined ? readAnew() : read(client));
        return;
      }
    },
    readAnew,
    async replace() {
      const found = await listAssets(database);
      byCode.clear();
      byId.clear();
      add(found);
    },
  };
}
