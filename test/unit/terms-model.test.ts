import type { Account } from '@wallet/shared/ledger/account';
import { type PlannedOperation, plan } from '@wallet/shared/ledger/plan';
import type { Terms } from '@wallet/shared/ledger/terms';
import { KINDS } from '@wallet/shared/words/kinds';
import fc from 'fast-check';
import { ASSETS_OF_TERMS, type AnyOperation, HOUSES, anyTermsRun, assetOf } from '../support/any-terms.ts';
import { type Move, TREASURY, createModel, groupInUnits, heldOf } from '../support/model.ts';

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
  // The test proves something only if both have happened often.
  expect(Math.min(applied, refused)).toBeGreaterThan(300);
});

/** The treasury is of every asset: the other end says which. */
function isTransferable({ from, to }: Move): boolean {
  return assetOf(from === TREASURY ? to : from) === 'USD';
}

function toPlanned(operation: AnyOperation, id: (name: string) => bigint): PlannedOperation {
  const { type, wallet, to, amount, cancelled = false, unit, target = '', house, final = false, legs = [] } = operation;
  const transferable = assetOf(wallet) === 'USD';
  const held = id(heldOf(wallet));
  const termsOf = (): Terms | null => {
    if (type === 'hold') return { kind: type, held };
    if (type === 'release') return { kind: type, holdId: target, held };
    if (type === 'reversal') return { kind: type, originalId: target };
    if (type === 'capture') {
      return { kind: type, holdId: target, held, to: id(to ?? house ?? TREASURY), transferable, final };
    }
    if (type !== 'posting') return null;
    return {
      kind: type,
      legs: legs.map((each) => ({
        ...{ from: id(each.from), to: id(each.to), amount: each.amount, transferable: isTransferable(each) },
      })),
    };
  };
  const common = { id: operation.id, type, amount, transferable, cancelled, unit };
  return { ...common, account: id(wallet), counterparty: id(to ?? TREASURY), terms: termsOf() };
}
