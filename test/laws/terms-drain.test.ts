import { partitionOf } from '@wallet/shared/words/partition';
import { sqlstateOf } from '@wallet/shared/database/sqlstate';
import fc from 'fast-check';
import { ASSETS_OF_TERMS, type AnyOperation, HOUSES, anyTermsRun, assetOf } from '../support/any-terms.ts';
import { TREASURY, createModel, heldOf } from '../support/model.ts';
import { type NamedOperation, type DrainRig, startDrainRig } from '../support/drain-rig.ts';

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

/** The wallets, each with what it holds, in a partition if that matters. */
async function createWallets(balances: Readonly<Record<string, bigint>>, partition?: number): Promise<void> {
  const place = partition === undefined ? {} : { partition };
  await rig.createWallets(new Map(Object.entries(balances).map(([name, balance]) => [name, { balance, ...place }])));
}

let count = 0;
/** An operation with a name of its own. */
function ask(operation: Omit<NamedOperation, 'id'>): NamedOperation {
  count += 1;
  return { id: `asked ${count}`, ...operation };
}

const hold = (wallet: string, amount: bigint) => ask({ type: 'hold', wallet, amount });
const capture = (held: NamedOperation, amount: bigint | null, more: Partial<NamedOperation> = {}) =>
  ask({ type: 'capture', wallet: held.wallet, target: held.id, amount, final: true, ...more });
const release = (held: NamedOperation, amount: bigint | null = null) =>
  ask({ type: 'release', wallet: held.wallet, target: held.id, amount });
const reversal = (original: NamedOperation, amount: bigint | null = null) =>
  ask({ type: 'reversal', wallet: original.wallet, target: original.id, amount });
const posting = (...legs: [from: string, to: string, amount: bigint][]) =>
  ask({
    type: 'posting',
    wallet: legs.flatMap(([from, to]) => [from, to]).find((name) => name.includes('wallet'))!,
    amount: null,
    legs: legs.map(([from, to, amount]) => ({ from, to, amount })),
  });

/** Balances of accounts by the names that the model has. */
async function balancesOf(...names: string[]): Promise<bigint[]> {
  const { rows } = await rig.database.query<{ key: string; balance: string }>(
    `SELECT coalesce(wallet_id::text, 'held of ' || held_of, assets.code || ' ' || system) AS key, sum(balance) AS balance
     FROM accounts JOIN assets ON assets.id = asset_id GROUP BY 1`,
  );
  const balances = new Map(rows.map(({ key, balance }) => [key, BigInt(balance)]));
  return names.map((name) => {
    const wallet = name.replace('held of ', '');
    return balances.get(wallet.includes('wallet') ? name.replace(wallet, rig.idOf(wallet)) : name) ?? 0n;
  });
}

async function rejectionsOf(operations: readonly NamedOperation[]): Promise<(string | null)[]> {
  const { rows } = await rig.database.query<{ id: string; code: string | null }>(
    'SELECT operation_id AS id, error_code AS code FROM outcomes WHERE operation_id = ANY ($1::uuid[])',
    [operations.map(({ id }) => rig.idOf(id))],
  );
  const codes = new Map(rows.map(({ id, code }) => [id, code]));
  return operations.map(({ id }) => codes.get(rig.idOf(id)) ?? null);
}

/** Nothing is made or lost, and what is held is what holds have open. */
async function expectSound(): Promise<void> {
  const sums = await rig.database.query('SELECT asset_id FROM accounts GROUP BY asset_id HAVING sum(balance) <> 0');
  expect(sums.rows).toEqual([]);
  const held = await rig.database.query(
    `SELECT held_of FROM accounts WHERE held_of IS NOT NULL
     AND balance <> (SELECT coalesce(sum(remaining), 0) FROM holds WHERE wallet_id = held_of)`,
  );
  expect(held.rows).toEqual([]);
}

/** What can be accepted: nothing names what is accepted after it. */
function acceptable(operations: readonly AnyOperation[]): NamedOperation[] {
  return operations.map(({ unit: _unit, cancelled: _cancelled, ...operation }, index) =>
    operation.target !== undefined && Number(operation.target) >= index
      ? { id: operation.id, type: 'deposit', wallet: operation.wallet, amount: operation.amount ?? 5n }
      : operation,
  );
}

it(
  'whatever is asked, and however it is shared out among transactions, comes out as the model says',
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
      const before = await balancesOf(...houses);
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
      expect(await balancesOf(...names)).toEqual(names.map((name) => model.standingOf(name).balance));
      await expectSound();
    });
    await fc.assert(property, { numRuns: RUNS });
    // It says nothing unless all kinds have been applied.
    for (const type of ['hold', 'capture', 'release', 'reversal', 'posting']) {
      expect([type, (applied.get(type) ?? 0) > RUNS / 6]).toEqual([type, true]);
    }
  },
  60_000 + 2_000 * RUNS,
);

it.each([
  ['in one transaction', 500],
  ['in a transaction of its own each', 1],
])('a hold is captured for a wallet, and that taken back, between other operations, %s', async (_name, limit) => {
  await createWallets({ [A]: 100n, [B]: 0n });
  const held = hold(A, 60n);
  const captured = capture(held, 40n, { to: B });
  const split = posting([A, B, 10n], [B, 'USD fees', 3n], [TREASURY, A, 1n]);
  const asked = [held, captured, reversal(captured, 15n), release(held), split, reversal(split), reversal(split)];
  const [fees] = await balancesOf('USD fees');
  await rig.accept(asked);
  await rig.drainAll(limit);
  expect(await rejectionsOf(asked)).toEqual([
    ...[null, null, null, 'hold_closed', null, null, 'reversal_exceeds_operation'],
  ]);
  expect(await balancesOf(A, heldOf(A), B, 'USD fees')).toEqual([75n, 0n, 25n, fees]);
  const { rows } = await rig.database.query<{ leg: number }>(
    `SELECT operation_id, leg FROM movements WHERE operation_id = $1 ORDER BY from_version`,
    [rig.idOf(asked[5]!.id)],
  );
  expect(rows.map(({ leg }) => leg).sort()).toEqual([0, 1, 2]);
  await expectSound();
});

it('of many captures of one hold at the same time, by several workers, exactly its amount leaves', async () => {
  await createWallets({ [A]: 100n, [B]: 0n });
  const held = hold(A, 50n);
  await rig.accept([held]);
  const captures = Array.from({ length: 12 }, (_each, index) =>
    capture(held, index % 4 === 0 ? null : 9n, { to: B, final: false }),
  );
  const here = partitionOf(rig.idOf(A), rig.partitions);
  await Promise.all(
    captures.map(async (each) => {
      await rig.accept([each]);
      await rig.drain([here], 'high', 2);
    }),
  );
  await rig.drainAll(3);
  expect(await balancesOf(A, heldOf(A), B)).toEqual([50n, 0n, 50n]);
  const { rows } = await rig.database.query('SELECT amount, captured, released FROM holds WHERE operation_id = $1', [
    rig.idOf(held.id),
  ]);
  expect(rows).toEqual([{ amount: 50n, captured: 50n, released: 0n }]);
});

describe('lines of a batch', () => {
  it('that is atomic hold, capture and reverse together, or not at all', async () => {
    const partition = 5;
    await createWallets({ [A]: 100n, [B]: 0n }, partition);
    const held = hold(A, 30n);
    const taken = capture(held, 20n, { to: B });
    const unit = [held, taken, posting([B, 'USD fees', 5n], [A, B, 1n]), reversal(taken, 2n)];
    await rig.acceptBatch(unit, { atomic: true, partition });
    const other = hold(A, 10n);
    const failing = [other, capture(other, 10n), posting([A, B, 1n], [B, 'USD fees', 1_000n])];
    await rig.acceptBatch(failing, { atomic: true, partition });
    await rig.drainAll(500);
    expect(await rejectionsOf([...unit, ...failing])).toEqual([
      ...[null, null, null, null],
      ...['other_line_failed', 'other_line_failed', 'insufficient_funds'],
    ]);
    expect(await balancesOf(A, heldOf(A), B)).toEqual([81n, 0n, 14n]);
    await expectSound();
  });

  it('are applied one by one where one has terms, and count nothing where they leave their amount open', async () => {
    const partition = 6;
    await createWallets({ [A]: 100n, [B]: 0n }, partition);
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
    expect(await rejectionsOf(lines)).toEqual([null, null, null, closed, closed, null, null]);
    const { rows } = await rig.database.query(
      `SELECT lines, amount::int, succeeded, succeeded_amount::int, failed, failed_amount::int
       FROM batch_totals WHERE batch_id = $1`,
      [batch],
    );
    expect(rows).toEqual([{ lines: 7, amount: 47, succeeded: 5, succeeded_amount: 40, failed: 2, failed_amount: 7 }]);
  });

  it('of a part make the statement for sets lock nothing where one has terms', async () => {
    const partition = 7;
    await createWallets({ [A]: 100n, [B]: 0n }, partition);
    await rig.acceptBatch([ask({ type: 'deposit', wallet: B, amount: 5n }), hold(A, 3n)], { atomic: false, partition });
    // Were B locked before the house account, whose turn comes first, this would wait for the worker, and the worker for this.
    const client = await rig.database.connect();
    try {
      await client.query('BEGIN');
      await client.query(`SELECT FROM accounts WHERE system = 'treasury' AND partition = $1 FOR UPDATE`, [partition]);
      const drained = rig.drain([partition], 'bulk', 500);
      await client.query('SELECT pg_sleep(0.1)');
      const free = await client.query(`SELECT FROM accounts WHERE wallet_id = ANY ($1) FOR UPDATE SKIP LOCKED`, [
        [rig.idOf(A), rig.idOf(B)],
      ]);
      expect(free.rowCount).toBe(2);
      await client.query('ROLLBACK');
      await drained;
    } finally {
      client.release();
    }
  });

  it('of an atomic batch in another partition are reversed from where they moved, once they have', async () => {
    const [elsewhere, here] = [8, 9];
    await createWallets({ [A]: 0n }, here);
    const line = ask({ type: 'deposit', wallet: A, amount: 9n });
    await rig.acceptBatch([line], { atomic: true, partition: elsewhere });
    const [early, late] = [reversal(line), reversal(line, 4n)];
    await rig.accept([early]);
    await rig.drain([here], 'high', 500);
    await rig.drain([elsewhere], 'bulk', 500);
    await rig.accept([late]);
    await rig.drain([here], 'high', 500);
    expect(await rejectionsOf([line, early, late])).toEqual([null, 'operation_not_succeeded', null]);
    const { rows } = await rig.database.query(
      `SELECT partition, amount FROM movements JOIN accounts ON accounts.id = to_account_id WHERE operation_id = $1`,
      [rig.idOf(late.id)],
    );
    expect(rows).toEqual([{ partition: elsewhere, amount: 4n }]);
  });
});

it('a hold whose operation is in the archives can be captured and released', async () => {
  await createWallets({ [A]: 100n });
  const held = hold(A, 50n);
  await rig.accept([held]);
  await rig.drainAll(500);
  const client = await rig.database.connect();
  try {
    await client.query('SET session_replication_role = replica');
    for (const table of ['operations WHERE id', 'operation_terms WHERE operation_id']) {
      await client.query(`DELETE FROM ${table} = $1`, [rig.idOf(held.id)]);
    }
    await client.query('SET session_replication_role = origin');
  } finally {
    client.release();
  }
  const asked = [capture(held, 20n, { final: false }), release(held)];
  await rig.accept(asked);
  await rig.drainAll(500);
  expect(await rejectionsOf(asked)).toEqual([null, null]);
  expect(await balancesOf(A, heldOf(A))).toEqual([80n, 0n]);
});

it('postings that cross each other and transfers, by several workers at the same time, never wait for each other in a circle', async () => {
  const names = [A, B, 'USD wallet 3'];
  for (let round = 0; round < 12; round += 1) {
    await rig.createWallets(new Map(names.map((name, index) => [name, { balance: 1_000n, partition: 10 + index }])));
    const [a, b, c] = names as [string, string, string];
    const held = names.map((name) => hold(name, 100n));
    const asked = [
      ...held,
      ...Array.from({ length: 4 }, () => [
        ...[posting([a, b, 5n], [b, c, 5n], [a, 'USD fees', 1n]), posting([c, b, 5n], [b, a, 5n], ['USD fees', c, 1n])],
        ...[
          ask({ type: 'transfer', wallet: a, to: c, amount: 1n }),
          ask({ type: 'transfer', wallet: c, to: a, amount: 1n }),
        ],
        ...held.map((each) => capture(each, 5n, { to: each.wallet === b ? a : b, final: false })),
        posting([b, 'USD reserve', 2n], ['USD reserve', a, 2n]),
      ]).flat(),
    ];
    await rig.accept(asked);
    const drains = [10, 11, 12].map(async (partition) => {
      for (let more = true; more;) {
        const { states } = await rig.drain([partition], 'high', 3);
        more = states.get(partition) !== 'empty';
      }
    });
    const ends = await Promise.allSettled(drains);
    expect(ends.flatMap((end) => (end.status === 'rejected' ? [sqlstateOf(end.reason) ?? end.reason] : []))).toEqual(
      [],
    );
    expect(new Set(await rejectionsOf(asked))).toEqual(new Set([null]));
  }
  await expectSound();
});

it('what cannot be written because of its data fails alone, and holds nothing', async () => {
  await createWallets({ [A]: 100n });
  await rig.database.query(
    `CREATE FUNCTION overflow() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION 'out of range' USING ERRCODE = '22003'; END $$;
     CREATE TRIGGER overflow BEFORE INSERT ON movements FOR EACH ROW WHEN (NEW.amount = 13) EXECUTE FUNCTION overflow()`,
  );
  try {
    const asked = [hold(A, 12n), hold(A, 13n), hold(A, 14n)];
    await rig.accept(asked);
    await rig.drainAll(500);
    expect(await rejectionsOf(asked)).toEqual([null, 'internal_error', null]);
    expect(await balancesOf(A, heldOf(A))).toEqual([74n, 26n]);
    const { rows } = await rig.database.query('SELECT amount FROM holds WHERE wallet_id = $1 ORDER BY amount', [
      rig.idOf(A),
    ]);
    expect(rows).toEqual([{ amount: 12n }, { amount: 14n }]);
  } finally {
    await rig.database.query('DROP TRIGGER overflow ON movements; DROP FUNCTION overflow()');
  }
});

it('a capture goes to a house account, and to the treasury where nothing else is said', async () => {
  await createWallets({ [OTHER]: 100n });
  const held = hold(OTHER, 50n);
  const [fees] = await balancesOf('GOLD fees');
  const asked = [held, capture(held, 20n, { house: 'GOLD fees', final: false }), capture(held, 25n)];
  await rig.accept(asked);
  await rig.drainAll(500);
  expect(await balancesOf(OTHER, heldOf(OTHER), 'GOLD fees')).toEqual([55n, 0n, fees! + 20n]);
  await expectSound();
});
