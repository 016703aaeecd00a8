import { type Move, TREASURY } from '../../support/model.ts';
import type { Intent, Wish } from '../history.ts';

/** What clients want: all kinds of operations, those that name others among them. */

/** That of all wallets of a campaign. */
export const ASSET = 'USD';
/** One house account may go below zero, the other decides what is refused, as wallets do. */
export const FEES = 'fees';
export const RESERVE = 'reserve';
export const HOUSES: readonly string[] = [TREASURY, FEES, RESERVE];

const LARGEST_AMOUNT = 10_000;
/** More is asked to leave wallets than comes in, so that they are often empty. */
const LARGEST_LEAVING = 16_000;
const MOST_LEGS = 4;
/** Clients name what was accepted lately, and so often the same. */
const LATELY = 24;
const SHORT_S = 4;
const LONG_S = 86_400;

/** An accepted operation that others can name. */
interface Named {
  readonly id: string;
  readonly wallet: string;
  /** Whether it can only be reversed as a whole. */
  readonly isWhole: boolean;
}

/** What clients of one load share: holds, what can be reversed, and what is scheduled and will be cancelled, with the time for that. */
export interface Names {
  readonly holds: Named[];
  readonly originals: Named[];
  readonly toCancel: { readonly id: string; readonly at: number }[];
}

/** How far ahead, in milliseconds. */
const AHEAD = { least: 400, most: 4_000 };
/** Cancels come about when it is queued: workers look twice a second. */
const CANCEL = { before: 200, after: 500 };
const CANCELLED_SHARE = 0.6;

/** The same, at a moment a little ahead. */
export function schedule(random: () => number, wish: Wish): Wish {
  const at = Date.now() + Math.floor(AHEAD.least + random() * (AHEAD.most - AHEAD.least));
  const executeAt = new Date(at);
  if (random() > CANCELLED_SHARE) return { ...wish, executeAt };
  return { ...wish, executeAt, cancelAt: at - CANCEL.before + random() * (CANCEL.before + CANCEL.after) };
}

/** One that it is time to cancel, if there is one. It is given out once. */
export function takeDue({ toCancel }: Names): string | undefined {
  const index = toCancel.findIndex(({ at }) => at <= Date.now());
  return index < 0 ? undefined : toCancel.splice(index, 1)[0]?.id;
}

/** From now on the operation can be named, if it is known to be accepted. */
export function remember(names: Names, { kind, wishes, ids }: Intent): void {
  const [[id], [wish]] = [[...ids], wishes];
  if (kind === 'batch' || id === undefined || wish === undefined) return;
  const { type, wallet, cancelAt } = wish;
  if (cancelAt !== undefined && !names.toCancel.some((each) => each.id === id))
    names.toCancel.push({ id, at: cancelAt });
  if (type === 'hold') keep(names.holds, { id, wallet, isWhole: false });
  else if (type !== 'release' && type !== 'reversal')
    keep(names.originals, { id, wallet, isWhole: type === 'posting' });
}

function keep(list: Named[], named: Named): void {
  if (list.some(({ id }) => id === named.id)) return;
  list.push(named);
  if (list.length > LATELY) list.shift();
}

/** The kinds up to a number in [0, 1). */
const CHANCES = [
  [0.24, 'deposit'],
  [0.42, 'withdraw'],
  [0.57, 'transfer'],
  [0.7, 'hold'],
  [0.8, 'capture'],
  [0.84, 'release'],
  [0.93, 'reversal'],
  [1, 'posting'],
] as const;
/** Without the kinds that say more than an amount. */
const SIMPLE = 0.57;

export function makeWish(random: () => number, wallets: readonly string[], names: Names | null): Wish {
  const chance = random() * (names === null ? SIMPLE : 1);
  const type = CHANCES.find(([until]) => chance < until)?.[1] ?? 'deposit';
  const from = Math.floor(random() * wallets.length);
  const wallet = wallets[from]!;
  const other = wallets[(from + 1 + Math.floor(random() * (wallets.length - 1))) % wallets.length]!;
  const largest = type === 'withdraw' || type === 'transfer' ? LARGEST_LEAVING : LARGEST_AMOUNT;
  const amount = BigInt(1 + Math.floor(random() * largest));
  if (type === 'transfer') return { type, wallet, to: other, amount };
  if (type === 'hold') {
    const lasts = random();
    const expiresIn = lasts < 0.5 ? {} : { expiresIn: lasts < 0.8 ? 1 + Math.floor(random() * SHORT_S) : LONG_S };
    return { type, wallet, to: null, amount, ...expiresIn };
  }
  if (type === 'posting') return makePosting(random, wallets);
  if (type !== 'capture' && type !== 'release' && type !== 'reversal') return { type, wallet, to: null, amount };
  // Before there is anything to name, something that names nothing.
  return makeNaming(random, type, wallets, names) ?? { type: 'withdraw', wallet, to: null, amount };
}

/** Something that names one of those that were accepted, if there are any: the whole of it, or a part. */
export function makeNaming(
  random: () => number,
  type: 'capture' | 'release' | 'reversal',
  wallets: readonly string[],
  names: Names | null,
  named = pick(random, (type === 'reversal' ? names?.originals : names?.holds) ?? []),
): Wish | null {
  if (named === undefined) return null;
  const { id: target, wallet, isWhole } = named;
  const amount = random() < 0.3 || isWhole ? null : BigInt(1 + Math.floor((random() * LARGEST_AMOUNT) / 2));
  const common = { wallet, to: null, amount, target };
  if (type !== 'capture') return { type, ...common };
  const where = random();
  const others = wallets.filter((each) => each !== wallet);
  const end =
    where < 0.4 ? { to: pick(random, others) ?? null } : where < 0.7 ? { house: where < 0.55 ? FEES : RESERVE } : {};
  return { type, ...common, ...end, final: random() < 0.3 };
}

/** A few movements between two or three wallets and accounts of the house. */
function makePosting(random: () => number, wallets: readonly string[]): Wish {
  const ends = [...Array.from({ length: 3 }, () => pick(random, wallets)!), ...HOUSES];
  const legs: Move[] = [];
  const wanted = 1 + Math.floor(random() * MOST_LEGS);
  while (legs.length < wanted) {
    const [from, to] = [pick(random, ends)!, pick(random, ends)!];
    const amount = BigInt(1 + Math.floor((random() * LARGEST_AMOUNT) / 4));
    if (from !== to) legs.push({ from, to, amount });
  }
  const wallet = legs.flatMap(({ from, to }) => [from, to]).find((end) => !HOUSES.includes(end));
  if (wallet === undefined) return makePosting(random, wallets);
  return { type: 'posting', wallet, to: null, amount: null, legs };
}

function pick<Item>(random: () => number, items: readonly Item[]): Item | undefined {
  return items[Math.floor(random() * items.length)];
}
