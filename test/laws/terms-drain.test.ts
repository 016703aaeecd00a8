import fc from 'fast-check';
import { ASSETS_OF_TERMS, type AnyOperation, HOUSES, anyTermsRun, assetOf } from '../support/any-terms.ts';
import { TREASURY, createModel, heldOf } from '../support/model.ts';
import { type NamedOperation, ask, capture, hold, posting, release, reversal } from '../support/named-operations.ts';
import { type DrainRig, createFundedWallets, startDrainRig } from '../support/drain-rig.ts';
import { balancesOf, expectSound, rejectionsOf } from '../support/drained.ts';

/**
 * Operations of all kinds, as they are accepted, applied by the drain on a real database under its law: however they are shared
 * out among transactions, what comes of them is what the model says. `TEST_TERMS_RUNS=1000 npm test -- laws/terms-drain` tries more.
 */

const RUNS = Number(process.env['TEST_TERMS_RUNS'] ?? 60);
const [A, B, OTHER] = ['USD wallet 1', 'USD wallet 2', 'GOLD wallet 1'];

let rig: DrainRig;
beforeEach(async () => {
  rig = await startDrainRig();
});
afterEach(() => rig.stop());

/** Operations that can be accepted: none names a later one. */
function acceptable(operations: readonly AnyOperation[]): NamedOperation[] {
  return operations.map((operation, index) => {
    const { id, wallet, amount, target } = operation;
    const isEarly = target !== undefined && Number(target) >= index;
    return isEarly ? { id, type: 'deposit', wallet, amount: amount ?? 5n } : { ...operation, cancelled: false };
  });
}

it(
  'any requests, in any split into transactions, have the outcome of the model',
  async () => {
    const applied = new Map<string, number>();
    const shares = fc.record({ limit: fc.integer({ min: 1, max: 12 }), chunk: fc.integer({ min: 1, max: 40 }) });
    const property = fc.asyncProperty(anyTermsRun, shares, async ({ wallets, operations }, { limit, chunk }) => {
      await rig.createWallets(wallets);
      for (const [name, { status, credit }] of wallets) {
        const closes = status === 'closed' ? 'balance = 0' : 'true';
        await rig.database.query(
          `UPDATE accounts SET credit_limit = $2, status = CASE WHEN ${closes} THEN $3 ELSE status END WHERE wallet_id = $1`,
          [rig.idOf(name), credit, status],
        );
      }
      const houses = ASSETS_OF_TERMS.flatMap((asset) => HOUSES.map((house) => `${asset} ${house}`));
      const before = await balancesOf(rig, ...houses);
      const model = createModel([
        ...[...wallets].map(([name, start]) => {
          const status = start.status === 'closed' && start.balance > 0n ? 'active' : start.status;
          const version = start.balance > 0n ? 1n : 0n;
          return [name, { ...start, status, version, transferable: assetOf(name) === 'USD' }] as const;
        }),
        ...houses.map((name, index) => {
          const credit = name.endsWith('reserve') ? 0n : null;
          return [name, { owner: 'house', credit, balance: before[index]! }] as const;
        }),
      ]);

      const asked = acceptable(operations);
      const done: Awaited<ReturnType<DrainRig['drainAll']>>[number][] = [];
      for (let start = 0; start < asked.length; start += chunk) {
        await rig.accept(asked.slice(start, start + chunk));
        done.push(...(await rig.drainAll(limit)));
      }
      expect(done).toHaveLength(asked.length);
      for (const { operation, outcome } of done) {
        const { rejection, wallet, receiver } = outcome;
        expect({ operation, rejection, wallet, receiver }).toEqual({ operation, ...model.apply(operation) });
        if (rejection === null) applied.set(operation.type, (applied.get(operation.type) ?? 0) + 1);
      }
      const names = [...[...wallets.keys()].flatMap((name) => [name, heldOf(name)]), ...houses];
      expect(await balancesOf(rig, ...names)).toEqual(names.map((name) => model.standingOf(name).balance));
      await expectSound(rig);
    });
    await fc.assert(property, { numRuns: RUNS });
    // The test proves something only if all kinds have been applied.
    for (const type of ['hold', 'capture', 'release', 'reversal', 'posting']) {
      expect([type, (applied.get(type) ?? 0) > RUNS / 6]).toEqual([type, true]);
    }
  },
  60_000 + 2_000 * RUNS,
);

it.each([
  ['in one transaction', 500],
  ['in a transaction of its own each', 1],
])('a hold is captured for a wallet, and that reversed, between other operations, %s', async (_name, limit) => {
  await createFundedWallets(rig, { [A]: 100n, [B]: 0n });
  const held = hold(A, 60n);
  const captured = capture(held, 40n, { to: B });
  const split = posting([A, B, 10n], [B, 'USD fees', 3n], [TREASURY, A, 1n]);
  const asked = [held, captured, reversal(captured, 15n), release(held), split, reversal(split), reversal(split)];
  const [fees] = await balancesOf(rig, 'USD fees');
  await rig.accept(asked);
  await rig.drainAll(limit);
  expect(await rejectionsOf(rig, asked)).toEqual([
    ...[null, null, null, 'hold_closed', null, null, 'reversal_exceeds_operation'],
  ]);
  expect(await balancesOf(rig, A, heldOf(A), B, 'USD fees')).toEqual([75n, 0n, 25n, fees]);
  const { rows } = await rig.database.query<{ leg: number }>(
    `SELECT operation_id, leg FROM movements WHERE operation_id = $1 ORDER BY from_version`,
    [rig.idOf(asked[5]!.id)],
  );
  expect(rows.map(({ leg }) => leg).sort()).toEqual([0, 1, 2]);
  await expectSound(rig);
});

it('a committed operation is reversed in parts by operations of one transaction', async () => {
  await createFundedWallets(rig, { [A]: 100n, [B]: 0n });
  const transfer = ask({ type: 'transfer', wallet: A, to: B, amount: 30n });
  const split = posting([A, B, 5n], [B, 'USD fees', 2n]);
  await rig.accept([transfer, split]);
  await rig.drainAll(500);
  const asked = [
    reversal(transfer, 10n),
    reversal(transfer, 15n),
    reversal(split),
    reversal(transfer, 6n),
    reversal(split),
  ];
  await rig.accept(asked);
  await rig.drainAll(500);
  const exceeds = 'reversal_exceeds_operation';
  expect(await rejectionsOf(rig, asked)).toEqual([null, null, null, exceeds, exceeds]);
  expect(await balancesOf(rig, A, B)).toEqual([95n, 5n]);
  const { rows } = await rig.database.query(
    'SELECT amount::int, reversed::int FROM reversed_operations ORDER BY amount',
  );
  expect(rows).toEqual([
    { amount: 7, reversed: 7 },
    { amount: 30, reversed: 25 },
  ]);
});

describe('lines of a batch', () => {
  it('that is atomic hold, capture and reverse together, or not at all', async () => {
    const partition = 5;
    await createFundedWallets(rig, { [A]: 100n, [B]: 0n }, partition);
    const held = hold(A, 30n);
    const taken = capture(held, 20n, { to: B });
    const unit = [held, taken, posting([B, 'USD fees', 5n], [A, B, 1n]), reversal(taken, 2n)];
    await rig.acceptBatch(unit, { atomic: true, partition });
    const other = hold(A, 10n);
    const failing = [other, capture(other, 10n), posting([A, B, 1n], [B, 'USD fees', 1_000n])];
    await rig.acceptBatch(failing, { atomic: true, partition });
    await rig.drainAll(500);
    expect(await rejectionsOf(rig, [...unit, ...failing])).toEqual([
      ...[null, null, null, null],
      ...['other_line_failed', 'other_line_failed', 'insufficient_funds'],
    ]);
    expect(await balancesOf(rig, A, heldOf(A), B)).toEqual([81n, 0n, 14n]);
    await expectSound(rig);
  });

  it('are applied one by one if one has terms, and count nothing if they have no amount', async () => {
    const partition = 6;
    await createFundedWallets(rig, { [A]: 100n, [B]: 0n }, partition);
    const held = hold(A, 30n);
    const lines = [
      ask({ type: 'deposit', wallet: A, amount: 5n }),
      ...[held, capture(held, null), release(held, 7n), release(held), posting([A, B, 4n])],
      ask({ type: 'deposit', wallet: B, amount: 5n }),
    ];
    const batch = await rig.acceptBatch(lines, { atomic: false, partition });
    const { appliedInSets, applied } = await rig.drain([partition], 'bulk', 500);
    expect([appliedInSets, applied.length]).toEqual([[], lines.length]);
    const closed = 'hold_closed';
    expect(await rejectionsOf(rig, lines)).toEqual([null, null, null, closed, closed, null, null]);
    const { rows } = await rig.database.query(
      `SELECT lines, amount::int, succeeded, succeeded_amount::int, failed, failed_amount::int
       FROM batch_totals WHERE batch_id = $1`,
      [batch],
    );
    expect(rows).toEqual([{ lines: 7, amount: 47, succeeded: 5, succeeded_amount: 40, failed: 2, failed_amount: 7 }]);
  });

  it('of an atomic batch in another partition are reversed from where they moved, once they have', async () => {
    const [elsewhere, here] = [8, 9];
    await createFundedWallets(rig, { [A]: 0n }, here);
    const line = ask({ type: 'deposit', wallet: A, amount: 9n });
    await rig.acceptBatch([line], { atomic: true, partition: elsewhere });
    const [early, late] = [reversal(line), reversal(line, 4n)];
    await rig.accept([early]);
    await rig.drain([here], 'high', 500);
    await rig.drain([elsewhere], 'bulk', 500);
    await rig.accept([late]);
    await rig.drain([here], 'high', 500);
    expect(await rejectionsOf(rig, [line, early, late])).toEqual([null, 'operation_not_succeeded', null]);
    const { rows } = await rig.database.query(
      `SELECT partition, amount FROM movements JOIN accounts ON accounts.id = to_account_id WHERE operation_id = $1`,
      [rig.idOf(late.id)],
    );
    expect(rows).toEqual([{ partition: elsewhere, amount: 4n }]);
  });
});

it('an operation that cannot be written because of its data fails alone, and holds nothing', async () => {
  await createFundedWallets(rig, { [A]: 100n });
  await rig.database.query(
    `CREATE FUNCTION overflow() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION 'out of range' USING ERRCODE = '22003'; END $$;
     CREATE TRIGGER overflow BEFORE INSERT ON movements FOR EACH ROW WHEN (NEW.amount = 13) EXECUTE FUNCTION overflow()`,
  );
  try {
    const asked = [hold(A, 12n), hold(A, 13n), hold(A, 14n)];
    await rig.accept(asked);
    await rig.drainAll(500);
    expect(await rejectionsOf(rig, asked)).toEqual([null, 'internal_error', null]);
    expect(await balancesOf(rig, A, heldOf(A))).toEqual([74n, 26n]);
    const { rows } = await rig.database.query('SELECT amount FROM holds WHERE wallet_id = $1 ORDER BY amount', [
      rig.idOf(A),
    ]);
    expect(rows).toEqual([{ amount: 12n }, { amount: 14n }]);
  } finally {
    await rig.database.query('DROP TRIGGER overflow ON movements; DROP FUNCTION overflow()');
  }
});

it('a capture goes to a house account, or by default to the treasury', async () => {
  await createFundedWallets(rig, { [OTHER]: 100n });
  const held = hold(OTHER, 50n);
  const [fees] = await balancesOf(rig, 'GOLD fees');
  const asked = [held, capture(held, 20n, { house: 'GOLD fees', final: false }), capture(held, 25n)];
  await rig.accept(asked);
  await rig.drainAll(500);
  expect(await balancesOf(rig, OTHER, heldOf(OTHER), 'GOLD fees')).toEqual([55n, 0n, fees! + 20n]);
  await expectSound(rig);
});
