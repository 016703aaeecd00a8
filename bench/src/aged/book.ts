import type { HistoryPlan } from './history-plan.ts';

/**
 * The states of all accounts of a generated history. A wallet never goes below zero, because its balance is checked
 * first.
 */
export interface Book {
  /** The index of a wallet's account. */
  accountOf(wallet: number): number;
  balanceAt(place: number): number;
  versionAt(place: number): number;
  /** Moves an amount. @returns the row of `movements`, as text of COPY. */
  move(movement: { id: string; from: number; to: number; amount: number; asset: number; at: string }): string;
  /** The state of an account, and its previous state. */
  standing(place: number): Standing;
}

interface Standing {
  readonly balance: number;
  readonly version: number;
  readonly baseBalance: number;
  /** The operation of its last movement; undefined if it has none. */
  readonly last: string | undefined;
}

/** The columns of the rows that `move` returns. */
export const MOVEMENT_COLUMNS =
  'operation_id, from_account_id, from_version, from_balance, to_account_id, to_version, to_balance, amount, asset_id, created_at';

const ID_BYTES = 36;

export function createBook(plan: HistoryPlan): Book {
  const houses = [...plan.treasuries.values()];
  const accounts = houses.length + plan.wallets;
  const balances = new Float64Array(accounts);
  const bases = new Float64Array(accounts);
  const versions = new Int32Array(accounts);
  /** As bytes: the garbage collector would scan kept strings again and again. */
  const lasts = Buffer.alloc(accounts * ID_BYTES);
  const idOf = (place: number): number => houses[place] ?? plan.firstAccount + place - houses.length;

  /** @returns its id, version and balance after it. */
  function add(place: number, amount: number, id: string): string {
    const before = balances[place] ?? 0;
    const version = (versions[place] ?? 0) + 1;
    bases[place] = before;
    balances[place] = before + amount;
    versions[place] = version;
    lasts.write(id, place * ID_BYTES, 'latin1');
    return `${idOf(place)}\t${version}\t${before + amount}`;
  }

  return {
    accountOf: (wallet) => houses.length + wallet,
    balanceAt: (place) => balances[place] ?? 0,
    versionAt: (place) => versions[place] ?? 0,
    move({ id, from, to, amount, asset, at }) {
      return `${id}\t${add(from, -amount, id)}\t${add(to, amount, id)}\t${amount}\t${asset}\t${at}`;
    },
    standing: (place) => ({
      balance: balances[place] ?? 0,
      version: versions[place] ?? 0,
      baseBalance: bases[place] ?? 0,
      last: versions[place] === 0 ? undefined : lasts.toString('latin1', place * ID_BYTES, (place + 1) * ID_BYTES),
    }),
  };
}
