import { ACCOUNT_NAME, TREASURY } from '../words/house-account.ts';
import type { Queryable } from './pool.ts';
import { createReadAnew } from './read-anew.ts';
import { type HouseAccountPlace, findHouseAccountIds, listHouseAccountNames } from './tables/house-accounts.ts';

/**
 * The ids of the accounts of house accounts. They are added to while processes run, and never changed or deleted: what is known
 * stays true, and what is not known is read when it is met. So a house account is in effect in every process as soon as it is
 * committed.
 */
export interface HouseAccounts {
  /**
   * The id of house account `name`'s account in the asset: of the treasury, that of the partition, which means nothing of others.
   * Null if it is not known; and, once a `readAnew` called after that has ended, if there is none. `forget` makes it unknown again.
   */
  find(name: string, assetId: number, partition: number): bigint | null;
  /** Makes known what was asked for and committed before the call. One read is under way at a time, however many ask. */
  readAnew(): Promise<void>;
  /** Keeps nothing of what is known: it may have been lost when a standby was promoted. */
  forget(): void;
}

/** Ids are loaded when they are first asked for, and then kept: there can be a million treasuries, and few processes need many. */
export function loadHouseAccounts(database: Queryable): HouseAccounts {
  const known = new Map<string, bigint>();
  /** What was asked for in vain since the last read: what is asked for until then is as much as requests at work can name. */
  let missed = new Map<string, HouseAccountPlace>();

  async function read(): Promise<void> {
    const asked = missed;
    missed = new Map();
    try {
      const names = new Set(await listHouseAccountNames(database));
      const places = [...asked.values()].filter(({ name }) => names.has(name));
      if (places.length === 0) return;
      for (const { id, ...place } of await findHouseAccountIds(database, places)) known.set(keyOf(place), id);
    } catch (error) {
      // They may have been asked for by a caller whose own `readAnew` is still to come.
      missed = new Map([...asked, ...missed]);
      throw error;
    }
  }

  return {
    find(name, assetId, partition) {
      const place = { name, assetId, partition: name === TREASURY ? partition : null };
      const key = keyOf(place);
      const id = known.get(key);
      if (id === undefined && ACCOUNT_NAME.test(name)) missed.set(key, place);
      return id ?? null;
    },
    readAnew: createReadAnew(read),
    forget() {
      known.clear();
    },
  };
}

function keyOf({ name, assetId, partition }: HouseAccountPlace): string {
  return partition === null ? `${name} ${assetId}` : `${name} ${assetId} ${partition}`;
}
