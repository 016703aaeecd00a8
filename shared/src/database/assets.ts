import type { Queryable } from './pool.ts';
import { createReadAnew } from './read-anew.ts';
import { type Asset, listAssets } from './tables/assets.ts';

/** The assets that this process knows. */
export interface KnownAssets {
  /** Sorted by id. */
  readonly list: readonly Asset[];
  withCode(code: string): Asset | null;
  /** @throws Error if it is not known: an id comes from our own tables, and `know` was called with it. */
  withId(id: number): Asset;
}

/**
 * The assets of the database. They may be added while processes run, and within an epoch they are never changed or
 * deleted: known assets stay valid, and unknown ones are read when they occur. So an asset is usable in every process
 * as soon as it is committed.
 */
export interface Assets extends KnownAssets {
  /**
   * Makes sure that the assets with these ids, read from our own tables, are known. Inside a transaction, pass its
   * connection as `client`: waiting for a second connection could deadlock.
   */
  know(ids: Iterable<number>, client?: Queryable): Promise<void>;
  /** Reads assets committed before the call. Only one read runs at a time, however many callers ask. */
  readAnew(): Promise<void>;
  /**
   * Replaces the known assets by those in the database now: in another epoch, a known asset may be lost and its id
   * taken by another.
   */
  replace(): Promise<void>;
}

export async function loadAssets(database: Queryable): Promise<Assets> {
  const byCode = new Map<string, Asset>();
  const byId = new Map<number, Asset>();
  let list: readonly Asset[] = [];

  async function read(from: Queryable): Promise<void> {
    const found = await listAssets(from);
    // Of two reads, the first to start may be the last to end.
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
