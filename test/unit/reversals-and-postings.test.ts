import type { Leg, Original } from '@wallet/shared/ledger/terms';
import { MAX_MINOR_UNITS } from '@wallet/shared/words/money';
import { TREASURY } from '../support/model.ts';
import {
  type Asked,
  type Start,
  IDS,
  OPEN,
  capture,
  HELD,
  hold,
  leg,
  movesOf,
  planOn,
  posting,
  rejectionsOf,
  release,
  releaseOf,
  reversal,
  reversalOf,
  withHeld,
} from '../support/plan-terms.ts';

describe('a reversal', () => {
  const transfer: Original = {
    id: 'original',
    back: [leg('b', 'a', 9n)].map((each) => ({ ...each, leg: 0 })),
    reversed: 2n,
  };
  const several: Original = {
    id: 'original',
    back: [leg('b', 'a', 5n), leg('a', 'fees', 2n)].map((each, number) => ({ ...each, leg: number })),
    reversed: 0n,
  };
  const rich = { b: { balance: 100n }, fees: { balance: 100n } };

  it('takes back a part, and then the rest', () => {
    const operations = [{ terms: reversal, amount: 3n }, { terms: reversal }, { terms: reversal }];
    const planned = planOn(rich, operations, { originals: [transfer] });
    expect(movesOf(planned)).toEqual([
      ['op0', 0, 2n, 1n, 3n],
      ['op1', 0, 2n, 1n, 4n],
    ]);
    expect(rejectionsOf(planned)).toEqual([null, null, 'reversal_exceeds_operation']);
    expect(planned.reversed).toEqual([{ id: 'original', amount: 9n, reversed: 9n }]);
  });

  it('takes back legs from the last to the first, under their numbers', () => {
    const planned = planOn({ ...rich, a: { balance: 2n } }, [{ terms: reversal }], { originals: [several] });
    expect(movesOf(planned)).toEqual([
      ['op0', 1, 1n, 101n, 2n],
      ['op0', 0, 2n, 1n, 5n],
    ]);
    expect(planned.reversed).toEqual([{ id: 'original', amount: 7n, reversed: 7n }]);
  });

  it('does not take back a part of several legs', () => {
    expect(() => planOn(rich, [{ terms: reversal, amount: 1n }], { originals: [several] })).toThrow(
      'a part of several legs',
    );
  });

  it.each<[string, Start, Asked, string]>([
    ['that was cancelled', {}, { cancelled: true, terms: reversalOf('none') }, 'cancelled'],
    ['of what has not succeeded', {}, { terms: reversalOf('none') }, 'operation_not_succeeded'],
    [
      'of more than is left',
      { b: { status: 'closed' } },
      { terms: reversal, amount: 8n },
      'reversal_exceeds_operation',
    ],
    [
      'from a closed wallet',
      { a: { status: 'frozen' }, b: { status: 'closed' } },
      { terms: reversal },
      'wallet_closed',
    ],
    ['from a frozen wallet', { b: { status: 'frozen' } }, { terms: reversal }, 'wallet_frozen'],
    ['from a wallet that has spent it', { b: { balance: 6n } }, { terms: reversal }, 'insufficient_funds'],
    ['to a full wallet', { ...rich, a: { balance: MAX_MINOR_UNITS } }, { terms: reversal }, 'balance_limit_exceeded'],
  ])('%s is refused', (_name, start, asked, rejection) => {
    const planned = planOn({ b: { balance: 100n }, ...start }, [asked], { originals: [transfer] });
    expect([rejectionsOf(planned), planned.movements, planned.reversed]).toEqual([[rejection], [], []]);
  });
});

describe('a posting', () => {
  it('moves its legs in their order, each seeing those before it', () => {
    const terms = posting(leg('a', 'b', 5n), leg('b', 'c', 5n), leg('c', 'reserve', 2n));
    const planned = planOn({ a: { balance: 5n } }, [{ terms }]);
    expect(movesOf(planned)).toEqual([
      ['op0', 0, 1n, 2n, 5n],
      ['op0', 1, 2n, 3n, 5n],
      ['op0', 2, 3n, 102n, 2n],
    ]);
    expect(planned.outcomes[0]?.wallet).toEqual({ balance: 0n, version: 1n });
  });

  it('moves nothing if one of its legs is rejected', () => {
    const terms = posting(leg('a', 'b', 5n), leg('b', 'c', 6n));
    const planned = planOn({ a: { balance: 5n } }, [{ terms }, { terms: posting(leg('a', 'c', 5n)) }]);
    expect(rejectionsOf(planned)).toEqual(['insufficient_funds', null]);
    expect(movesOf(planned)).toEqual([['op1', 0, 1n, 3n, 5n]]);
    expect(planned.reached.map(({ account }) => [account.id, account.balance, account.version])).toEqual([
      [1n, 0n, 1n],
      [3n, 5n, 1n],
    ]);
  });

  it('gives the reason of its first leg that has one', () => {
    const terms = posting(leg('a', 'b', 5n), leg('a', 'c', 1n, false));
    expect(rejectionsOf(planOn({}, [{ terms }]))).toEqual(['insufficient_funds']);
  });

  it.each<[string, Start, Leg, string | null]>([
    [
      'between wallets of what cannot be transferred',
      { b: { status: 'closed' } },
      leg('a', 'b', 1n, false),
      'asset_not_transferable',
    ],
    ['to the house of what cannot be transferred', {}, leg('a', 'fees', 1n, false), null],
    [
      'to a closed wallet',
      { a: { status: 'frozen', balance: 0n }, b: { status: 'closed' } },
      leg('a', 'b', 1n),
      'wallet_closed',
    ],
    ['to a frozen wallet', { a: { balance: 0n }, b: { status: 'frozen' } }, leg('a', 'b', 1n), 'wallet_frozen'],
    ['from an empty house account', {}, leg('reserve', 'b', 1n), 'insufficient_funds'],
    ['from a house account that may go negative', {}, leg('fees', 'b', 1n), null],
    ['from the treasury', {}, leg(TREASURY, 'b', 1n), null],
    ['to a full house account', { reserve: { balance: MAX_MINOR_UNITS } }, leg('a', 'reserve', 1n), null],
    ['to a full wallet', { b: { balance: MAX_MINOR_UNITS } }, leg('a', 'b', 1n), 'balance_limit_exceeded'],
  ])('with a leg %s', (_name, start, only, rejection) => {
    expect(rejectionsOf(planOn({ a: { balance: 1n }, ...start }, [{ terms: posting(only) }]))).toEqual([rejection]);
  });
});

describe('within one plan', () => {
  it('a hold can be captured, and the capture reversed: to the wallet, and not to the held account', () => {
    const planned = planOn({ a: { balance: 9n } }, [
      { id: 'hold', terms: hold, amount: 9n },
      { id: 'original', terms: capture({ to: IDS['b']! }), amount: 6n },
      { terms: reversal, amount: 2n },
    ]);
    expect(movesOf(planned)).toEqual([
      ['hold', 0, 1n, HELD, 9n],
      ['original', 0, HELD, 2n, 6n],
      ['original', 1, HELD, 1n, 3n],
      ['op2', 0, 2n, 1n, 2n],
    ]);
    expect(planned.holds).toEqual([{ id: 'hold', amount: 9n, captured: 6n, released: 3n }]);
    expect(planned.reversed).toEqual([{ id: 'original', amount: 6n, reversed: 2n }]);
  });

  it('an operation of a simple kind can be reversed, but not before it, and not if it was rejected', () => {
    const deposit = (amount: bigint, id: string) => ({ id, amount, type: 'deposit' as const });
    const named = (originalId: string) => ({ terms: reversalOf(originalId) });
    const planned = planOn({ a: { balance: MAX_MINOR_UNITS - 5n } }, [
      named('late'),
      deposit(6n, 'refused'),
      named('refused'),
      deposit(5n, 'late'),
      named('late'),
    ]);
    expect(rejectionsOf(planned)).toEqual([
      'operation_not_succeeded',
      'balance_limit_exceeded',
      'operation_not_succeeded',
      null,
      null,
    ]);
    expect(movesOf(planned).at(-1)).toEqual(['op4', 0, 1n, 100n, 5n]);
  });

  it('a unit that fails holds, captures and reverses nothing', () => {
    const unit = 'batch';
    const planned = planOn(
      { ...withHeld, a: { balance: 5n }, b: { balance: 9n } },
      [
        { unit, id: 'made', terms: hold, amount: 5n },
        { unit, terms: capture(), amount: 1n },
        { unit, terms: reversal },
        { unit, terms: hold, amount: 99n },
        { terms: releaseOf('made') },
        { terms: release },
        { terms: reversal },
      ],
      {
        holds: [OPEN],
        originals: [{ id: 'original', back: [{ ...leg('b', 'a', 9n), leg: 0 }], reversed: 0n }],
      },
    );
    const other = 'other_line_failed';
    expect(rejectionsOf(planned)).toEqual([other, other, other, 'insufficient_funds', 'hold_closed', null, null]);
    expect(planned.holds).toEqual([{ id: 'hold', amount: 10n, captured: 1n, released: 9n }]);
    expect(planned.reversed).toEqual([{ id: 'original', amount: 9n, reversed: 9n }]);
  });
});
