import { KINDS } from '@wallet/shared/words/kinds';
import { MAX_MINOR_UNITS } from '@wallet/shared/words/money';
import { OPERATION_TYPES, PRIORITIES, WALLET_STATUSES } from '@wallet/shared/words/operation';
import fc from 'fast-check';

/** What can wait in a partition, and on which wallets: drawn so that most of it can be applied in sets. */

/** The assets of the wallets. Of these, only USD may be transferred. */
export const ASSETS = ['USD', 'USD', 'USD', 'PTS', 'PTS', 'GOLD'] as const;

/** What has terms is tried by `laws/terms-drain`. */
const TYPES = OPERATION_TYPES.filter((type) => !KINDS[type].hasTerms);

const rarely = <Value>(rare: fc.Arbitrary<Value>, usual: fc.Arbitrary<Value>, weight = 9): fc.Arbitrary<Value> =>
  fc.oneof({ arbitrary: usual, weight }, { arbitrary: rare, weight: 1 });

const anyWallet = fc
  .record({
    status: rarely(fc.constantFrom(...WALLET_STATUSES), fc.constant('active' as const)),
    /** How far below zero it may go; most of the time, that is not at all. */
    credit: fc.oneof({ arbitrary: fc.constant(0n), weight: 3 }, { arbitrary: fc.bigInt(1n, 60n), weight: 2 }),
    /** The part of the credit that is used, in percent, where the balance would be small. */
    used: fc.bigInt(0n, 100n),
    balance: fc.oneof(
      { arbitrary: fc.bigInt(500n, 1_000n), weight: 6 },
      { arbitrary: fc.bigInt(0n, 30n), weight: 2 },
      { arbitrary: fc.bigInt(MAX_MINOR_UNITS - 30n, MAX_MINOR_UNITS), weight: 1 },
    ),
  })
  .map(({ status, balance, credit, used }) => ({
    ...{ status, credit },
    balance: status === 'closed' ? 0n : balance < 30n && credit > 0n ? (-credit * used) / 100n : balance,
  }));

/** What is asked of a wallet by its number; `to` counts the other wallets of its asset. */
const anyLine = fc.record({
  type: rarely(fc.constantFrom(...TYPES), fc.constantFrom(...TYPES.filter((type) => type !== 'transfer'))),
  wallet: fc.nat({ max: ASSETS.length - 1 }),
  to: fc.nat({ max: 1 }),
  amount: fc.bigInt(1n, 40n),
});
export type Line = typeof anyLine extends fc.Arbitrary<infer Value> ? Value : never;

const anyBatch = fc.record({
  lines: fc.array(anyLine, { minLength: 1, maxLength: 14 }),
  atomic: rarely(fc.constant(true), fc.constant(false)),
  priority: fc.constantFrom(...PRIORITIES),
  /** After so many drains it is cancelled. */
  cancelAfter: rarely(fc.nat({ max: 2 }), fc.constant(null)),
});
export type Batch = typeof anyBatch extends fc.Arbitrary<infer Value> ? Value : never;

const anySingle = fc.record({ single: anyLine, priority: fc.constantFrom(...PRIORITIES) });
export type Single = typeof anySingle extends fc.Arbitrary<infer Value> ? Value : never;

export const anyRun = fc.record({
  wallets: fc.tuple(anyWallet, anyWallet, anyWallet, anyWallet, anyWallet, anyWallet),
  batch: anyBatch,
  /** What is accepted behind it. */
  more: rarely(
    fc.array(fc.oneof(anyBatch, anySingle), { minLength: 1, maxLength: 2 }),
    fc.constant<(Batch | Single)[]>([]),
    3,
  ),
  limit: fc.integer({ min: 1, max: 8 }),
});
export type Run = typeof anyRun extends fc.Arbitrary<infer Value> ? Value : never;
