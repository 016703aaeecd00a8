import type { RejectionCode } from '@wallet/shared/words/rejection';
import { checkHistory } from '../chaos/check/check-history.ts';
import type { RecordedAccount, RecordedMove, RecordedOperation } from '../chaos/check/recorded.ts';
import type { Law } from '../chaos/check/violation.ts';
import { type Cancel, type Intent, type Refusal, type Wish, toDecimal } from '../chaos/history.ts';
import { TREASURY, heldOf } from '../support/model.ts';

/** A history of the chaos campaign in which all is well, for tests that spoil one thing of it. */

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
type Row = Mutable<RecordedOperation>;

const deposit = (wallet: string, amount: bigint): Wish => ({ type: 'deposit', wallet, to: null, amount });
const withdraw = (wallet: string, amount: bigint): Wish => ({ type: 'withdraw', wallet, to: null, amount });
const part = (type: 'capture' | 'release', target: string, amount: bigint | null, more: Partial<Wish> = {}): Wish => ({
  ...{ type, wallet: 'a', to: null, amount, target },
  ...(type === 'capture' ? { final: false } : {}),
  ...more,
});
const reversal = (target: string, wallet: string, amount: bigint | null): Wish => ({
  ...{ type: 'reversal', wallet, to: null, amount, target },
});
const posting = (...legs: [from: string, to: string, amount: bigint][]): Wish => ({
  ...{ type: 'posting', wallet: 'a', to: null, amount: null },
  legs: legs.map(([from, to, amount]) => ({ from, to, amount })),
});

/** What was moved, in the order of the legs, or why nothing was. A wallet's name is that of its own account. */
export type Came = RejectionCode | [from: string, to: string, amount: bigint][];
export const HELD = heldOf('a');

/** Requests, one after the other, and the outcome of each wish. Operation number n, lines apart, has the id `id n`. */
const STORY: [wishes: Wish[], came: Came[]][] = [
  [[deposit('a', 100n)], [[[TREASURY, 'a', 100n]]]],
  [[withdraw('a', 30n)], [[['a', TREASURY, 30n]]]],
  [[{ type: 'transfer', wallet: 'a', to: 'b', amount: 50n }], [[['a', 'b', 50n]]]],
  [[withdraw('a', 500n)], ['insufficient_funds']],
  [
    [deposit('b', 10n), deposit('b', 5n)],
    [[[TREASURY, 'b', 10n]], [[TREASURY, 'b', 5n]]],
  ],
  [[withdraw('b', 60n)], [[['b', TREASURY, 60n]]]],
  [[deposit('a', 1_000n)], [[[TREASURY, 'a', 1_000n]]]],
  [[{ type: 'hold', wallet: 'a', to: null, amount: 400n }], [[['a', HELD, 400n]]]],
  [[part('capture', 'id 7', 100n)], [[[HELD, TREASURY, 100n]]]],
  [[part('capture', 'id 7', 50n, { to: 'b' })], [[[HELD, 'b', 50n]]]],
  [[part('release', 'id 7', 20n)], [[[HELD, 'a', 20n]]]],
  [[part('capture', 'id 7', 500n)], ['hold_exceeded']],
  [
    [part('capture', 'id 7', 200n, { house: 'fees', final: true })],
    [
      [
        [HELD, 'fees', 200n],
        [HELD, 'a', 30n],
      ],
    ],
  ],
  [[part('capture', 'id 7', null)], ['hold_closed']],
  [[reversal('id 2', 'a', 20n)], [[['b', 'a', 20n]]]],
  [[reversal('id 2', 'a', 40n)], ['reversal_exceeds_operation']],
  [
    [posting(['a', 'b', 60n], ['a', 'fees', 5n], ['b', 'reserve', 10n])],
    [
      [
        ['a', 'b', 60n],
        ['a', 'fees', 5n],
        ['b', 'reserve', 10n],
      ],
    ],
  ],
  [[posting(['a', 'b', 1n], ['reserve', 'a', 11n])], ['insufficient_funds']],
  // The receiver can give it back before and afterwards, but not between.
  [[withdraw('b', 80n)], [[['b', TREASURY, 80n]]]],
  [[reversal('id 2', 'a', 25n)], ['insufficient_funds']],
  [[deposit('b', 100n)], [[[TREASURY, 'b', 100n]]]],
  [[{ type: 'hold', wallet: 'a', to: null, amount: 40n, expiresIn: 0.001 }], [[['a', HELD, 40n]]]],
];
/** On a wallet of its own: what is executed at once, what was scheduled, and what was cancelled before its moment. */
export const AT_ONCE = 'id at once';
export const SCHEDULED = 'id scheduled';
export const CANCELLED = 'id cancelled';
export const DUE_AT = 2_000;
const PLANNED: readonly Planned[] = [
  {
    ...{ id: AT_ONCE, wish: deposit('c', 10n), came: [[TREASURY, 'c', 10n]] },
    ...{ seq: 100n, sentAt: 230, dueAt: null, endedAt: 234 },
  },
  {
    ...{ id: CANCELLED, wish: withdraw('c', 3n), came: 'cancelled' },
    ...{ seq: null, sentAt: 240, dueAt: DUE_AT, endedAt: 250 },
  },
  {
    ...{ id: SCHEDULED, wish: deposit('c', 5n), came: [[TREASURY, 'c', 5n]] },
    ...{ seq: 101n, sentAt: 260, dueAt: DUE_AT, endedAt: DUE_AT + 4 },
  },
];
interface Planned extends Pick<Row, 'id' | 'seq'> {
  readonly wish: Wish;
  readonly came: Came;
  readonly sentAt: number;
  readonly dueAt: number | null;
  readonly endedAt: number;
}
/** What the service itself has accepted at the end: the release of the last hold. */
export const EXPIRY = 'id 22';
export const LAST_HOLD = 'id 21';

export const momentOf = (ms: number): Date => new Date(performance.timeOrigin + ms);

/** Balances and versions as movements change them, and the movements with both. */
function createBook() {
  const stands = new Map<string, { balance: bigint; version: bigint }>();
  const of = (name: string) => stands.get(name) ?? { balance: 0n, version: 0n };
  const add = (name: string, amount: bigint) => {
    const { balance, version } = of(name);
    const changed = { balance: balance + amount, version: version + 1n };
    stands.set(name, changed);
    return changed;
  };
  const move = (from: string, to: string, amount: bigint): RecordedMove => {
    const [taken, given] = [add(from, -amount), add(to, amount)];
    return {
      ...{ from, to, amount, fromBalance: taken.balance, fromVersion: taken.version },
      ...{ toBalance: given.balance, toVersion: given.version },
    };
  };
  return { of, move, names: () => [...stands.keys()] };
}

function recordRow(wish: Wish, came: Came, book: ReturnType<typeof createBook>) {
  const { type, wallet, to, amount, target = null, house = null, final = null, legs = null } = wish;
  const moves = typeof came === 'string' ? [] : came.map((each) => book.move(...each));
  const isMoved = (name: string): boolean =>
    typeof came === 'string' || moves.some(({ from, to: end }) => from === name || end === name);
  const own = isMoved(wallet) ? book.of(wallet) : { balance: null, version: null };
  const other = to === null ? { balance: null, version: null } : book.of(to);
  return {
    ...{ type, wallet, to, amount, target, house, final, legs, moves, reason: null, executeAt: null },
    ...{ status: typeof came === 'string' ? 'failed' : 'succeeded', errorCode: typeof came === 'string' ? came : null },
    ...{ balance: own.balance, version: own.version, toBalance: other.balance, toVersion: other.version },
  };
}

const resultOf = (row: Row): Record<string, unknown> | null => {
  if (row.status !== 'succeeded') return null;
  const own = row.type === 'transfer' ? 'from_wallet' : 'wallet';
  const says = (of: string, balance: bigint | null, version: bigint | null) =>
    balance === null ? {} : { [`${of}_balance`]: toDecimal(balance), [`${of}_version`]: Number(version) };
  const held = row.moves.flatMap((move) => {
    return move.from === HELD ? [move.fromBalance] : move.to === HELD ? [move.toBalance] : [];
  });
  return {
    transaction_number: row.id,
    ...says(own, row.balance, row.version),
    ...(held.length === 0 ? {} : { held_balance: toDecimal(held.at(-1)!) }),
    ...says('to_wallet', row.toBalance, row.toVersion),
  };
};

const outcomeOf = (row: Row) => {
  const moved = row.type === 'posting' || row.status === 'failed' ? null : row.moves[0]!.amount;
  const amount = row.amount ?? moved;
  const error = row.errorCode === null ? null : { code: row.errorCode };
  return { amount: amount === null ? null : toDecimal(amount), result: resultOf(row), error };
};

export const toldOf = (row: Row, index: number) => ({
  id: `event ${row.id}`,
  body: JSON.stringify({
    type: `operation.${row.status}`,
    data: { id: row.id, ...outcomeOf(row), sequence: index },
  }),
  at: 0,
  isSigned: true,
});

/** A history in which all is well, but what goes `otherwise`. Request number n was sent at 10 n and answered at 10 n + 5, with its outcome. */
export function tell(otherwise: Readonly<Record<number, Came>> = {}) {
  const intents = new Map<string, Mutable<Intent>>();
  const operations: Row[] = [];
  const book = createBook();
  STORY.forEach(([wishes, came], number) => {
    const isBatch = wishes.length > 1;
    const id = `id ${number}`;
    const key = `key ${number}`;
    intents.set(key, {
      ...{ key, kind: isBatch ? 'batch' : 'operation', wishes, tells: true },
      ...{ sentAt: 10 * number, acknowledgedAt: 10 * number + 5, ids: new Set([id]), refusal: null, isTooLate: false },
    });
    wishes.forEach((wish, index) => {
      const expires = wish.expiresIn === undefined ? null : momentOf(10 * number + 1_000 * wish.expiresIn);
      operations.push({
        ...recordRow(wish, otherwise[number] ?? came[index]!, book),
        ...{ id: isBatch ? `${id} line ${index}` : id, key, batchId: isBatch ? id : null, expiresAt: expires },
        ...{
          createdAt: momentOf(10 * number),
          completedAt: momentOf(10 * number + 4),
          endedAt: BigInt(10 * number + 4),
        },
        ...{ seq: BigInt(number), line: index },
      });
    });
  });
  for (const { id, wish, came, seq, sentAt, dueAt, endedAt } of PLANNED) {
    const executeAt = dueAt === null ? null : momentOf(dueAt);
    const wishes = [{ ...wish, ...(executeAt === null ? {} : { executeAt }) }];
    intents.set(id, {
      ...{ key: id, kind: 'operation', wishes, tells: true, sentAt, acknowledgedAt: sentAt + 5 },
      ...{ ids: new Set([id]), refusal: null, isTooLate: false },
    });
    operations.push({
      ...{ ...recordRow(wish, came, book), id, key: id, batchId: null, expiresAt: null, executeAt, seq, line: 0 },
      ...{ createdAt: momentOf(sentAt), completedAt: momentOf(endedAt), endedAt: BigInt(endedAt) },
    });
  }
  const at = 10 * STORY.length;
  operations.push({
    ...recordRow({ ...part('release', LAST_HOLD, null) }, [[HELD, 'a', 40n]], book),
    ...{ id: EXPIRY, key: null, batchId: null, expiresAt: null, reason: 'expired', seq: BigInt(STORY.length), line: 0 },
    ...{ createdAt: momentOf(at), completedAt: momentOf(at + 4), endedAt: BigInt(at + 4) },
  });
  const sightings = operations
    .filter(({ batchId }) => batchId === null)
    .map((row) => ({
      ...{ id: row.id, status: row.status!, outcome: JSON.stringify(outcomeOf(row)) },
      ...{ begunAt: Number(row.endedAt) - 4, endedAt: Number(row.endedAt) + 1 },
    }));
  for (const [status, begunAt] of [
    ['scheduled', 300],
    ['pending', DUE_AT + 1],
  ] as const)
    sightings.push({ id: SCHEDULED, status, outcome: '', begunAt, endedAt: begunAt + 2 });
  const cancels: Cancel[] = [
    { id: CANCELLED, begunAt: 246, end: 'cancelled' },
    { id: CANCELLED, begunAt: 247, end: 'not_scheduled' },
    { id: SCHEDULED, begunAt: DUE_AT + 1, end: 'not_scheduled' },
  ];
  const readings = [
    { wallet: 'a', version: 2, balance: 70n, held: 0n, begunAt: 16, endedAt: 17 },
    { wallet: 'b', version: 4, balance: 5n, held: 0n, begunAt: 60, endedAt: 61 },
    // Between captures, which move nothing of the wallet's own.
    { wallet: 'a', version: 5, balance: 620n, held: 300n, begunAt: 86, endedAt: 87 },
  ];
  const accounts: Mutable<RecordedAccount>[] = book.names().map((name) => {
    const owner = name.length === 1 ? 'wallet' : name === HELD ? 'held' : 'house';
    return { name, owner, credit: name === TREASURY || name === 'fees' ? null : 0n, ...book.of(name) };
  });
  return {
    history: { intents, sightings, readings, refusals: [] as Refusal[], cancels },
    recorded: { operations, accounts },
    told: operations.map(toldOf),
  };
}

export type Story = ReturnType<typeof tell>;

export function lawsOf({ history, recorded, told }: Story): Law[] {
  return [...new Set(checkHistory(history, recorded, told).map(({ law }) => law))];
}

export const op = (story: Story, number: number): Row => story.recorded.operations[number]!;
/** The one with that id: behind the batch, numbers are not those of the rows. */
export const byId = (story: Story, id: string): Row => story.recorded.operations.find((each) => each.id === id)!;
export const accountOf = (story: Story, name: string): Mutable<RecordedAccount> =>
  story.recorded.accounts.find((each) => each.name === name)!;
export const intent = (story: Story, number: number): Mutable<Intent> => story.history.intents.get(`key ${number}`)!;
