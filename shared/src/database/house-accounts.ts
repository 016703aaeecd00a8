import { ACCOUNT_NAME, TREASURY } from '../words/house-account.ts';
import type { Queryable } from './pool.ts';
import { createReadAnew } from './read-anew.ts';
import { type HouseAccountPlace, findHouseAccountIds, listHouseAccountNames } from './tables/house-accounts.ts';

/**
 * The account ids of house accounts. House accounts may be added while processes run, and are never changed or deleted:
 * known ids stay valid, and unknown ones are read when they occur. So a house account is usable in every process as
 * soon as it is committed.
 */
export interface HouseAccounts {
  /**
   * The id of house account `name`'s account in the asset; for the treasury that of the partition, which does not
   * matter for others. Null if it is not known, or, after a `readAnew` called since has ended, if it does not exist.
   * `forget` makes it unknown again.
   */
  find(name: string, assetId: number, partition: number): bigint | null;
  /**
   * Reads requested accounts that were committed before the call. Only one read runs at a time, however many callers
   * ask.
   */
  readAnew(): Promise<void>;
  /** Forgets everything known: it may have been lost when a standby was promoted. */
  forget(): void;
}

/** Ids are loaded on first use and then kept: there may be a million treasuries, and most processes need few. */
export function loadHouseAccounts(database: Queryable): HouseAccounts {
  const known = new Map<string, bigint>();
  /** Names requested in vain since the last read. Their number is bounded by what the requests in progress can name. */
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
      // They may have been requested by a caller whose own `readAnew` is still to come.
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
