import type { Account } from '@wallet/shared/ledger/account';
import { type Plan, type PlannedOperation, plan } from '@wallet/shared/ledger/plan';
import { KINDS } from '@wallet/shared/words/kinds';
import { MAX_MINOR_UNITS } from '@wallet/shared/words/money';
import { OPERATION_TYPES } from '@wallet/shared/words/operation';
import fc from 'fast-check';
import { createModel, groupInUnits } from '../support/model.ts';

const TREASURY = 100n;

function account(id: bigint, more: Partial<Account> = {}): Account {
  const isTreasury = id === TREASURY;
  const owner = { isSystem: isTreasury, mayGoNegative: isTreasury };
  return { id, ...owner, status: 'active', balance: 0n, creditLimit: 0n, version: 0n, ...more };
}

function planOn(accounts: Account[], operations: Partial<PlannedOperation>[]) {
  return plan(
    operations.map((operation, index) => ({
      id: `op${index}`,
      type: 'deposit',
      amount: 1n,
      account: 1n,
      counterparty: TREASURY,
      transferable: true,
      cancelled: false,
      unit: null,
      terms: null,
      ...operation,
    })),
    booksOf([...accounts, account(TREASURY)]),
  );
}

function booksOf(accounts: readonly Account[]) {
  return { accounts: new Map(accounts.map((each) => [each.id, each])), holds: new Map(), originals: new Map() };
}

/** Both sides of the movements, in the order in which they were made. */
function sidesOf({ movements }: Plan) {
  return movements.flatMap(({ operationId, amount, from, to }) => [
    { operationId, account: from.id, amount: -amount, balance: from.balance, version: from.version },
    { operationId, account: to.id, amount, balance: to.balance, version: to.version },
  ]);
}

describe('plan', () => {
  it('moves a deposit from the treasury to the wallet', () => {
    expect(planOn([account(1n, { balance: 5n, version: 3n })], [{ amount: 7n }])).toEqual({
      movements: [
        {
          operationId: 'op0',
          leg: 0,
          amount: 7n,
          from: account(TREASURY, { balance: -7n, version: 1n }),
          to: account(1n, { balance: 12n, version: 4n }),
        },
      ],
      reached: [
        { account: account(TREASURY, { balance: -7n, version: 1n }), operationId: 'op0' },
        { account: account(1n, { balance: 12n, version: 4n }), operationId: 'op0' },
      ],
      outcomes: [{ operationId: 'op0', rejection: null, wallet: { balance: 12n, version: 4n }, receiver: null }],
      holds: [],
      reversed: [],
    });
  });

  it('lets a later operation spend the credit of an earlier one in the same batch', () => {
    const { outcomes } = planOn(
      [account(1n)],
      [{ type: 'withdraw', amount: 1n }, { amount: 2n }, { type: 'withdraw', amount: 2n }],
    );
    expect(outcomes.map((outcome) => outcome.rejection)).toEqual(['insufficient_funds', null, null]);
  });

  it('lets a wallet go below zero down to its credit limit, in several operations', () => {
    const { movements, outcomes } = planOn(
      [account(1n, { balance: 4n, creditLimit: 6n })],
      [5n, 5n, 1n].map((amount) => ({ type: 'withdraw', amount })),
    );
    expect(movements.map(({ from }) => [from.balance, from.creditLimit])).toEqual([
      [-1n, 6n],
      [-6n, 6n],
    ]);
    expect(outcomes.map(({ rejection }) => rejection)).toEqual([null, null, 'insufficient_funds']);
  });

  it.each([
    ['closed before frozen or poor', { status: 'closed', balance: 0n }, 'withdraw', 1n, 'wallet_closed'],
    ['frozen before poor', { status: 'frozen', balance: 0n }, 'withdraw', 1n, 'wallet_frozen'],
    ['poor', { balance: 4n }, 'withdraw', 5n, 'insufficient_funds'],
    ['beyond its credit', { balance: 4n, creditLimit: 6n }, 'withdraw', 11n, 'insufficient_funds'],
    ['out of credit', { balance: -6n, creditLimit: 6n }, 'withdraw', 1n, 'insufficient_funds'],
    [
      'frozen before beyond its credit',
      { status: 'frozen', balance: 0n, creditLimit: 6n },
      'withdraw',
      7n,
      'wallet_frozen',
    ],
    ['full', { balance: MAX_MINOR_UNITS }, 'deposit', 1n, 'balance_limit_exceeded'],
  ] as const)('refuses: %s', (_name, state, type, amount, rejection) => {
    const { movements, reached, outcomes } = planOn([account(1n, state)], [{ type, amount }]);
    const wallet = { balance: state.balance, version: 0n };
    expect(outcomes).toEqual([{ operationId: 'op0', rejection, wallet, receiver: null }]);
    expect([movements, reached]).toEqual([[], []]);
  });

  it.each([
    ['deposit', 0n, -MAX_MINOR_UNITS],
    ['withdraw', MAX_MINOR_UNITS, MAX_MINOR_UNITS],
  ] as const)('a %s is not refused for what the treasury holds', (type, balance, held) => {
    const accounts = [account(1n, { balance }), account(TREASURY, { balance: held })];
    const operation = { id: 'op', type, amount: MAX_MINOR_UNITS, account: 1n, counterparty: TREASURY };
    const { outcomes, reached } = plan(
      [{ ...operation, transferable: true, cancelled: false, unit: null, terms: null }],
      booksOf(accounts),
    );
    expect(outcomes[0]?.rejection).toBeNull();
    expect(reached.find(({ account: { id } }) => id === TREASURY)?.account.balance).toBe(2n * held);
  });

  describe('a unit', () => {
    const unit = 'batch';

    it('succeeds as a whole, each operation seeing those before it', () => {
      const { outcomes, reached } = planOn(
        [account(1n)],
        [
          { unit, amount: 5n },
          { unit, type: 'withdraw', amount: 5n },
        ],
      );
      expect(outcomes.map((outcome) => outcome.rejection)).toEqual([null, null]);
      expect(reached).toContainEqual({ account: account(1n, { version: 2n }), operationId: 'op1' });
    });

    it('fails as a whole, and does not affect operations around it', () => {
      const { outcomes, movements } = planOn(
        [account(1n)],
        [
          { amount: 1n },
          { unit, amount: 5n },
          { unit, type: 'withdraw', amount: 9n },
          { unit: 'other', type: 'withdraw', amount: 1n },
        ],
      );
      expect(outcomes.map((outcome) => outcome.rejection)).toEqual([
        null,
        'other_line_failed',
        'insufficient_funds',
        null,
      ]);
      expect(outcomes.map((outcome) => outcome.wallet.balance)).toEqual([1n, 1n, 1n, 0n]);
      expect(movements.map(({ operationId }) => operationId)).toEqual(['op0', 'op3']);
    });
  });

  it('refuses a cancelled operation before all else', () => {
    const { outcomes } = planOn([account(1n, { status: 'closed' })], [{ cancelled: true }]);
    expect(outcomes[0]?.rejection).toBe('cancelled');
  });

  describe('a transfer', () => {
    const transfer = { type: 'transfer', amount: 3n, counterparty: 2n } as const;

    it('moves from its wallet to the receiver, and leaves the treasury alone', () => {
      const planned = planOn([account(1n, { balance: 5n }), account(2n, { version: 8n })], [transfer]);
      expect(sidesOf(planned)).toEqual([
        { operationId: 'op0', account: 1n, amount: -3n, balance: 2n, version: 1n },
        { operationId: 'op0', account: 2n, amount: 3n, balance: 3n, version: 9n },
      ]);
      expect(planned.outcomes).toEqual([
        {
          operationId: 'op0',
          rejection: null,
          wallet: { balance: 2n, version: 1n },
          receiver: { balance: 3n, version: 9n },
        },
      ]);
    });

    it.each([
      ['of what cannot be transferred', { balance: 5n }, {}, { transferable: false }, 'asset_not_transferable'],
      ['to a frozen wallet', { balance: 5n }, { status: 'frozen' }, {}, 'wallet_frozen'],
      ['to a closed wallet', { balance: 5n }, { status: 'closed' }, {}, 'wallet_closed'],
      ['of more than there is', { balance: 2n }, { balance: 9n }, {}, 'insufficient_funds'],
      ['to a full wallet', { balance: 5n }, { balance: MAX_MINOR_UNITS }, {}, 'balance_limit_exceeded'],
    ] as const)('%s is refused', (_name, from, to, more, rejection) => {
      const { movements, outcomes } = planOn([account(1n, from), account(2n, to)], [{ ...transfer, ...more }]);
      expect([outcomes[0]?.rejection, movements]).toEqual([rejection, []]);
    });
  });

  it('stops at an account that was not locked', () => {
    expect(() => planOn([], [{}])).toThrow('was not locked');
  });

  it('agrees with the independent model, and keeps the law, whatever the operations', () => {
    const operations = fc.array(
      fc.record({
        wallet: fc.integer({ min: 1, max: 4 }),
        receiver: fc.integer({ min: 1, max: 3 }),
        type: fc.constantFrom(...OPERATION_TYPES.filter((type) => !KINDS[type].hasTerms)),
        amount: fc.bigInt(1n, 1_000n),
        cancelled: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 0),
        unit: fc.constantFrom(null, null, null, 'one', 'other'),
      }),
      { maxLength: 60 },
    );
    const wallet = fc.record({
      balance: fc.oneof(fc.bigInt(0n, 500n), fc.bigInt(MAX_MINOR_UNITS - 500n, MAX_MINOR_UNITS)),
      status: fc.constantFrom(
        'active' as const,
        'active' as const,
        'active' as const,
        'frozen' as const,
        'closed' as const,
      ),
    });
    const transferable = new Map([1n, 2n, 3n, 4n].map((id) => [id, id !== 4n]));
    fc.assert(
      fc.property(operations, fc.tuple(wallet, wallet, wallet, wallet), (list, starts) => {
        const accounts = starts.map((start, index) => account(BigInt(index + 1), start));
        const asked = list.map(({ wallet, receiver, type, amount, cancelled, unit }) => {
          const to = type === 'transfer' ? BigInt(receiver >= wallet ? receiver + 1 : receiver) : null;
          return { id: BigInt(wallet), to, type, amount, cancelled, unit };
        });
        const planned = planOn(
          accounts,
          asked.map(({ id, to, ...operation }) => ({
            ...operation,
            account: id,
            counterparty: to ?? TREASURY,
            transferable: transferable.get(id)!,
          })),
        );

        const model = createModel(
          accounts.map(({ id, ...start }) => [String(id), { ...start, transferable: transferable.get(id)! }]),
        );
        const inUnits = groupInUnits(asked, ({ unit }) => unit);
        const expected = inUnits.flatMap((unit) =>
          model.applyTogether(
            unit.map(({ id, to, ...operation }) => ({
              ...operation,
              wallet: String(id),
              to: to === null ? null : String(to),
            })),
          ),
        );
        expect(planned.outcomes).toEqual(expected.map((outcome, index) => ({ operationId: `op${index}`, ...outcome })));
        const reached = planned.reached.map(({ account }) => account);
        for (const { id, balance, version } of reached.filter(({ id }) => id !== TREASURY)) {
          expect({ balance, version }).toEqual(model.standingOf(String(id)));
        }

        const sums = new Map<string, bigint>();
        const chains = new Map([...accounts, account(TREASURY)].map((each) => [each.id, each]));
        for (const entry of sidesOf(planned)) {
          sums.set(entry.operationId, (sums.get(entry.operationId) ?? 0n) + entry.amount);
          const before = chains.get(entry.account)!;
          expect(entry.version).toBe(before.version + 1n);
          expect(entry.balance).toBe(before.balance + entry.amount);
          chains.set(entry.account, { ...before, version: entry.version, balance: entry.balance });
        }
        expect([...sums.values()].every((sum) => sum === 0n)).toBe(true);
        for (const after of reached) expect(chains.get(after.id)).toEqual(after);
      }),
      { numRuns: 300 },
    );
  });
});
