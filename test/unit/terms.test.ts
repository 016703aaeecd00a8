import type { Account } from '@wallet/shared/ledger/account';
import { type Plan, type PlannedOperation, plan } from '@wallet/shared/ledger/plan';
import type { Hold, Leg, Original, Terms } from '@wallet/shared/ledger/terms';
import { KINDS } from '@wallet/shared/words/kinds';
import { MAX_MINOR_UNITS } from '@wallet/shared/words/money';
import fc from 'fast-check';
import { ASSETS_OF_TERMS, type AnyOperation, HOUSES, anyTermsRun, assetOf } from '../support/any-terms.ts';
import { TREASURY, createModel, groupInUnits, heldOf } from '../support/model.ts';

/** Accounts by name, as the model has them, and by the numbers that the rules know them by. */
const IDS: Readonly<Record<string, bigint>> = {
  a: 1n,
  b: 2n,
  c: 3n,
  [heldOf('a')]: 11n,
  [heldOf('b')]: 12n,
  [heldOf('c')]: 13n,
  [TREASURY]: 100n,
  fees: 101n,
  reserve: 102n,
};
const HELD = IDS[heldOf('a')]!;

type Start = Partial<Record<string, Partial<Account>>>;

function accountsOf(start: Start): Account[] {
  return Object.entries(IDS).map(([name, id]) => {
    const owner = { isSystem: id >= 100n, mayGoNegative: name === TREASURY || name === 'fees' };
    return { id, ...owner, status: 'active', balance: 0n, creditLimit: 0n, version: 0n, ...start[name] };
  });
}

interface Asked {
  readonly id?: string;
  readonly amount?: bigint | null;
  readonly cancelled?: boolean;
  readonly unit?: string;
  readonly type?: PlannedOperation['type'];
  readonly terms?: Terms;
}

/** Plans operations of wallet `a`. */
function planOn(
  start: Start,
  operations: readonly Asked[],
  known: { holds?: Hold[]; originals?: Original[] } = {},
): Plan {
  return plan(
    operations.map(({ terms, ...operation }, index) => ({
      id: `op${index}`,
      type: terms?.kind ?? 'deposit',
      amount: null,
      account: IDS['a']!,
      counterparty: IDS[TREASURY]!,
      transferable: true,
      cancelled: false,
      unit: null,
      terms: terms ?? null,
      ...operation,
    })),
    {
      accounts: new Map(accountsOf(start).map((account) => [account.id, account])),
      holds: new Map((known.holds ?? []).map((hold) => [hold.id, hold])),
      originals: new Map((known.originals ?? []).map((original) => [original.id, original])),
    },
  );
}

const hold: Terms = { kind: 'hold', held: HELD };
const capture = (more: Partial<Terms & { kind: 'capture' }> = {}): Terms => ({
  ...{ kind: 'capture', holdId: 'hold', held: HELD, to: IDS[TREASURY]!, transferable: true, final: true },
  ...more,
});
const releaseOf = (holdId: string): Terms => ({ kind: 'release', holdId, held: HELD });
const release = releaseOf('hold');
const reversalOf = (originalId: string): Terms => ({ kind: 'reversal', originalId });
const reversal = reversalOf('original');
const leg = (from: string, to: string, amount: bigint, transferable = true): Leg => ({
  ...{ from: IDS[from]!, to: IDS[to]!, amount, transferable },
});
const posting = (...legs: Leg[]): Terms => ({ kind: 'posting', legs });

const OPEN: Hold = { id: 'hold', amount: 10n, captured: 1n, released: 2n };
const withHeld = { [heldOf('a')]: { balance: 7n } };

const movesOf = ({ movements }: Plan) =>
  movements.map(({ operationId, leg, from, to, amount }) => [operationId, leg, from.id, to.id, amount]);
const rejectionsOf = ({ outcomes }: Plan) => outcomes.map(({ rejection }) => rejection);

describe('a hold', () => {
  it('moves from the wallet to what is held of it', () => {
    const planned = planOn({ a: { balance: 5n } }, [{ terms: hold, amount: 5n }]);
    expect(movesOf(planned)).toEqual([['op0', 0, 1n, HELD, 5n]]);
    expect(planned.holds).toEqual([{ id: 'op0', amount: 5n, captured: 0n, released: 0n }]);
    const wallet = { balance: 0n, version: 1n };
    expect(planned.outcomes).toEqual([{ operationId: 'op0', rejection: null, wallet, receiver: null }]);
  });

  it('can hold what the wallet has as credit', () => {
    expect(
      rejectionsOf(
        planOn(
          { a: { creditLimit: 5n } },
          [5n, 1n].map((amount) => ({ terms: hold, amount })),
        ),
      ),
    ).toEqual([null, 'insufficient_funds']);
  });

  it.each([
    ['of a closed wallet', { status: 'closed' }, 'wallet_closed'],
    ['of a frozen wallet', { status: 'frozen' }, 'wallet_frozen'],
    ['of more than there is', { balance: 4n }, 'insufficient_funds'],
  ] as const)('%s is refused, and nothing is held', (_name, a, rejection) => {
    const planned = planOn({ a }, [{ terms: hold, amount: 5n }]);
    expect([rejectionsOf(planned), planned.movements, planned.holds]).toEqual([[rejection], [], []]);
  });
});

describe('a capture', () => {
  it('that is final takes what it asks for, and gives the rest back', () => {
    const planned = planOn(withHeld, [{ terms: capture(), amount: 4n }], { holds: [OPEN] });
    expect(movesOf(planned)).toEqual([
      ['op0', 0, HELD, 100n, 4n],
      ['op0', 1, HELD, 1n, 3n],
    ]);
    expect(planned.holds).toEqual([{ id: 'hold', amount: 10n, captured: 5n, released: 5n }]);
    expect(planned.outcomes[0]?.wallet).toEqual({ balance: 3n, version: 1n });
  });

  it('that is not final leaves the rest held', () => {
    const planned = planOn(withHeld, [{ terms: capture({ final: false }), amount: 4n }], { holds: [OPEN] });
    expect(movesOf(planned)).toEqual([['op0', 0, HELD, 100n, 4n]]);
    expect(planned.holds).toEqual([{ id: 'hold', amount: 10n, captured: 5n, released: 2n }]);
  });

  it('without an amount takes all that is left, once', () => {
    const planned = planOn(withHeld, [{ terms: capture() }, { terms: capture() }], { holds: [OPEN] });
    expect(movesOf(planned)).toEqual([['op0', 0, HELD, 100n, 7n]]);
    expect(rejectionsOf(planned)).toEqual([null, 'hold_closed']);
  });

  it('to a wallet says where that stands then', () => {
    const terms = capture({ to: IDS['b']! });
    const planned = planOn({ ...withHeld, b: { balance: 1n, version: 3n } }, [{ terms }], { holds: [OPEN] });
    expect(planned.outcomes[0]?.receiver).toEqual({ balance: 8n, version: 4n });
  });

  const full = { balance: MAX_MINOR_UNITS };
  it.each<[string, Start, Asked, string]>([
    ['that was cancelled', {}, { cancelled: true, terms: capture({ holdId: 'none' }) }, 'cancelled'],
    ['of no hold', {}, { terms: capture({ holdId: 'none' }), amount: 99n }, 'hold_closed'],
    ['of more than is held', { a: { status: 'closed' } }, { terms: capture(), amount: 8n }, 'hold_exceeded'],
    [
      'to a wallet of what cannot be transferred',
      { b: { status: 'closed' } },
      { terms: capture({ to: IDS['b']!, transferable: false }) },
      'asset_not_transferable',
    ],
    ['of a closed wallet', { a: { status: 'closed' } }, { terms: capture() }, 'wallet_closed'],
    [
      'of a frozen wallet to a closed one',
      { a: { status: 'frozen' }, b: { status: 'closed' } },
      { terms: capture({ to: IDS['b']! }) },
      'wallet_closed',
    ],
    ['of a frozen wallet', { a: { status: 'frozen' } }, { terms: capture() }, 'wallet_frozen'],
    ['to a full wallet', { b: full }, { terms: capture({ to: IDS['b']! }) }, 'balance_limit_exceeded'],
    ['whose rest the wallet cannot hold', { a: full }, { terms: capture(), amount: 1n }, 'balance_limit_exceeded'],
  ])('%s is refused, and moves nothing', (_name, start, asked, rejection) => {
    const planned = planOn({ ...withHeld, ...start }, [asked], { holds: [OPEN] });
    expect([rejectionsOf(planned), planned.movements, planned.holds]).toEqual([[rejection], [], []]);
  });

  it('of what cannot be transferred may go to a house account', () => {
    const terms = capture({ to: IDS['reserve']!, transferable: false });
    expect(rejectionsOf(planOn(withHeld, [{ terms }], { holds: [OPEN] }))).toEqual([null]);
  });
});

describe('a release', () => {
  it('gives back what it asks for, or all that is left', () => {
    const planned = planOn(withHeld, [{ terms: release, amount: 3n }, { terms: release }], { holds: [OPEN] });
    expect(movesOf(planned)).toEqual([
      ['op0', 0, HELD, 1n, 3n],
      ['op1', 0, HELD, 1n, 4n],
    ]);
    expect(planned.holds).toEqual([{ id: 'hold', amount: 10n, captured: 1n, released: 9n }]);
  });

  it('is not refused because the wallet is frozen', () => {
    expect(
      rejectionsOf(planOn({ ...withHeld, a: { status: 'frozen' } }, [{ terms: release }], { holds: [OPEN] })),
    ).toEqual([null]);
  });

  it.each<[string, Start, Asked, string]>([
    ['of no hold', { a: { status: 'closed' } }, { terms: releaseOf('none') }, 'hold_closed'],
    ['of more than is held', { a: { status: 'closed' } }, { terms: release, amount: 8n }, 'hold_exceeded'],
    ['to a closed wallet', { a: { status: 'closed' } }, { terms: release }, 'wallet_closed'],
    ['to a full wallet', { a: { balance: MAX_MINOR_UNITS } }, { terms: release }, 'balance_limit_exceeded'],
  ])('%s is refused', (_name, start, asked, rejection) => {
    const planned = planOn({ ...withHeld, ...start }, [asked], { holds: [OPEN] });
    expect([rejectionsOf(planned), planned.movements]).toEqual([[rejection], []]);
  });
});

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

  it('takes back a part, and then all that is left', () => {
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

  it('moves nothing if one of its legs cannot', () => {
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
  it('a hold can be captured, and the capture reversed: to the wallet, and not to what is held', () => {
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

  it('an operation of a simple kind can be reversed, but not before it, and not where it was refused', () => {
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

it('all kinds agree with the independent model, whatever the operations', () => {
  let applied = 0;
  let refused = 0;
  fc.assert(
    fc.property(anyTermsRun, ({ wallets, operations }) => {
      const names = [...wallets.keys()];
      const houses = ASSETS_OF_TERMS.flatMap((asset) => HOUSES.map((house) => `${asset} ${house}`));
      const ids = new Map(
        [...names, ...names.map(heldOf), TREASURY, ...houses].map((name, index) => [name, BigInt(index)]),
      );
      const id = (name: string): bigint => ids.get(name)!;
      const accounts = [...ids].map(([name, id]): Account => {
        const { balance = 0n, credit = 0n, status = 'active' } = wallets.get(name) ?? {};
        const isSystem = name === TREASURY || houses.includes(name);
        const mayGoNegative = isSystem && !name.endsWith('reserve');
        return { id, isSystem, mayGoNegative, balance, creditLimit: credit, status, version: 0n };
      });
      const planned = plan(
        operations.map((operation) => toPlanned(operation, id)),
        { accounts: new Map(accounts.map((each) => [each.id, each])), holds: new Map(), originals: new Map() },
      );

      const model = createModel([
        ...[...wallets].map(([name, start]) => [name, { ...start, transferable: assetOf(name) === 'USD' }] as const),
        ...houses.map((name) => [name, { owner: 'house', credit: name.endsWith('reserve') ? 0n : null }] as const),
      ]);
      const expected = groupInUnits(operations, ({ unit }) => unit).flatMap((unit) => model.applyTogether(unit));
      expect(planned.outcomes).toEqual(expected.map((outcome, index) => ({ operationId: String(index), ...outcome })));
      const reached = new Map(planned.reached.map(({ account }) => [account.id, account]));
      for (const [name, id] of ids) {
        const { balance, version } = reached.get(id) ?? accounts[Number(id)]!;
        expect({ name, balance, version }).toEqual({ name, ...model.standingOf(name) });
      }
      for (const { id: hold, amount, captured, released } of planned.holds) {
        const moved = planned.movements.filter(({ operationId }) => operationId === hold);
        expect(moved.map((each) => each.amount)).toEqual([amount]);
        expect([captured, released, amount - captured - released].every((each) => each >= 0n)).toBe(true);
      }
      for (const { amount, reversed } of planned.reversed) expect(reversed > 0n && reversed <= amount).toBe(true);
      for (const { operationId, rejection } of planned.outcomes) {
        if (!KINDS[operations[Number(operationId)]!.type].hasTerms) continue;
        if (rejection === null) applied += 1;
        else refused += 1;
      }
    }),
    { numRuns: 300 },
  );
  // It says nothing unless both have happened often.
  expect(Math.min(applied, refused)).toBeGreaterThan(300);
});

function toPlanned(operation: AnyOperation, id: (name: string) => bigint): PlannedOperation {
  const { type, wallet, to, amount, cancelled = false, unit, target = '', house, final = false, legs = [] } = operation;
  const transferable = assetOf(wallet) === 'USD';
  const held = id(heldOf(wallet));
  const termsOf = (): Terms | null => {
    switch (type) {
      case 'hold':
        return { kind: type, held };
      case 'capture':
        return { kind: type, holdId: target, held, to: id(to ?? house ?? TREASURY), transferable, final };
      case 'release':
        return { kind: type, holdId: target, held };
      case 'reversal':
        return { kind: type, originalId: target };
      case 'posting':
        return {
          kind: type,
          legs: legs.map((each) => ({ ...each, from: id(each.from), to: id(each.to), transferable })),
        };
      default:
        return null;
    }
  };
  const common = { id: operation.id, type, amount, transferable, cancelled, unit };
  return { ...common, account: id(wallet), counterparty: id(to ?? TREASURY), terms: termsOf() };
}
