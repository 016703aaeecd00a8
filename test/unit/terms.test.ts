import { MAX_MINOR_UNITS } from '@wallet/shared/words/money';
import {
  type Asked,
  type Start,
  IDS,
  OPEN,
  capture,
  HELD,
  hold,
  movesOf,
  planOn,
  rejectionsOf,
  release,
  releaseOf,
  withHeld,
} from '../support/plan-terms.ts';

describe('a hold', () => {
  it('moves from the wallet to its held account', () => {
    const planned = planOn({ a: { balance: 5n } }, [{ terms: hold, amount: 5n }]);
    expect(movesOf(planned)).toEqual([['op0', 0, 1n, HELD, 5n]]);
    expect(planned.holds).toEqual([{ id: 'op0', amount: 5n, captured: 0n, released: 0n }]);
    const wallet = { balance: 0n, version: 1n };
    expect(planned.outcomes).toEqual([{ operationId: 'op0', rejection: null, wallet, receiver: null }]);
  });

  it('can hold the credit of a wallet', () => {
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
  it('that is final takes its amount, and releases the rest', () => {
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

  it('without an amount takes everything left, once', () => {
    const planned = planOn(withHeld, [{ terms: capture() }, { terms: capture() }], { holds: [OPEN] });
    expect(movesOf(planned)).toEqual([['op0', 0, HELD, 100n, 7n]]);
    expect(rejectionsOf(planned)).toEqual([null, 'hold_closed']);
  });

  it('to a wallet reports its state afterwards', () => {
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

  it('of an asset that is not transferable may go to a house account', () => {
    const terms = capture({ to: IDS['reserve']!, transferable: false });
    expect(rejectionsOf(planOn(withHeld, [{ terms }], { holds: [OPEN] }))).toEqual([null]);
  });
});

describe('a release', () => {
  it('releases its amount, or everything left', () => {
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
