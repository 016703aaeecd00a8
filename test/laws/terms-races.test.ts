import { sqlstateOf } from '@wallet/shared/database/sqlstate';
import { partitionOf } from '@wallet/shared/words/partition';
import { type DrainRig, createFundedWallets, startDrainRig } from '../support/drain-rig.ts';
import { balancesOf, expectSound, rejectionsOf } from '../support/drained.ts';
import { heldOf } from '../support/model.ts';
import { type NamedOperation, ask, capture, hold, posting, release, reversal } from '../support/named-operations.ts';
import { untilWaitingForLocks } from '../support/until-waiting-for-locks.ts';

/** Operations with terms that touch the same accounts, applied by several workers at the same time. */

const [A, B, C] = ['USD wallet 1', 'USD wallet 2', 'USD wallet 3'];

let rig: DrainRig;
beforeEach(async () => {
  rig = await startDrainRig();
});
afterEach(() => rig.stop());

it('many concurrent captures of one hold, by several workers, take exactly its amount', async () => {
  await createFundedWallets(rig, { [A]: 100n, [B]: 0n });
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
  expect(await balancesOf(rig, A, heldOf(A), B)).toEqual([50n, 0n, 50n]);
  const { rows } = await rig.database.query('SELECT amount, captured, released FROM holds WHERE operation_id = $1', [
    rig.idOf(held.id),
  ]);
  expect(rows).toEqual([{ amount: 50n, captured: 50n, released: 0n }]);
});

// Atomic batches are outside of the order of their wallets: several drains want the same hold, or original, at once.
it.each([
  [
    'one hold is taken from',
    hold(A, 50n),
    (held: NamedOperation) => [capture(held, 6n, { final: false }), release(held, 4n)],
  ],
  [
    'one operation is reversed',
    ask({ type: 'deposit', wallet: A, amount: 50n }),
    (original: NamedOperation) => [reversal(original, 6n), reversal(original, 4n)],
  ],
])('exactly its amount moves where %s by lines of atomic batches in many partitions', async (_what, target, unit) => {
  const places = [0, 1, 2, 3, 4, 5, 6, 7];
  for (let round = 0; round < 8; round += 1) {
    await createFundedWallets(rig, { [A]: 100n });
    await rig.accept([target]);
    await rig.drainAll(500);
    const units = places.map(() => unit(target));
    await Promise.all(places.map((partition, index) => rig.acceptBatch(units[index]!, { atomic: true, partition })));
    const drains = await Promise.allSettled(places.map((partition) => rig.drain([partition], 'bulk', 500)));
    expect(drains.flatMap((end) => (end.status === 'rejected' ? [sqlstateOf(end.reason) ?? end.reason] : []))).toEqual(
      [],
    );
    const ends = await Promise.all(units.map((lines) => rejectionsOf(rig, lines)));
    const nothing = target.type === 'hold' ? 'hold_closed' : 'reversal_exceeds_operation';
    expect(ends.map(String).sort()).toEqual([...Array(5).fill(','), ...Array(3).fill(`${nothing},${nothing}`)]);
    const moved = target.type === 'hold' ? 70n : 100n;
    expect(await balancesOf(rig, A, heldOf(A))).toEqual([moved, 0n]);
  }
  await expectSound(rig);
});

it('postings that cross each other and transfers, by several workers at the same time, never deadlock', async () => {
  const names = [A, B, C];
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
    expect(new Set(await rejectionsOf(rig, asked))).toEqual(new Set([null]));
  }
  await expectSound(rig);
});

/** The wallets whose accounts are free while another session has locked one account and the drain waits for it. */
async function freeWhileLocked(which: string, partition: number, lane: 'high' | 'bulk'): Promise<string[]> {
  const names = new Map([A, B].map((name) => [rig.idOf(name), name]));
  const client = await rig.database.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT FROM accounts WHERE ${which} FOR UPDATE`);
    const drained = rig.drain([partition], lane, 500);
    await untilWaitingForLocks(rig.database);
    const { rows } = await client.query<{ id: string }>(
      'SELECT wallet_id AS id FROM accounts WHERE wallet_id = ANY ($1) ORDER BY id FOR UPDATE SKIP LOCKED',
      [[...names.keys()]],
    );
    await client.query('ROLLBACK');
    await drained;
    return rows.map(({ id }) => names.get(id)!).sort();
  } finally {
    client.release();
  }
}

it('house accounts are locked before wallets, and wallets in the order of their accounts', async () => {
  const partition = 5;
  for (let round = 0; round < 2; round += 1) {
    await createFundedWallets(rig, { [A]: 100n, [B]: 100n }, partition);
    const legs: [string, string, bigint][] = [
      [A, B, 1n],
      [B, 'USD fees', 1n],
    ];
    await rig.accept([posting(...(round === 0 ? legs : legs.reverse()))]);
    const asset = `asset_id = (SELECT id FROM assets WHERE code = 'USD')`;
    expect(await freeWhileLocked(`system = 'fees' AND ${asset}`, partition, 'high')).toEqual([A, B]);
    await rig.accept([posting(...(round === 0 ? legs : legs.reverse()))]);
    const lower = `wallet_id = ANY ('{${rig.idOf(A)},${rig.idOf(B)}}') ORDER BY id LIMIT 1`;
    // The holder of the lower account's lock can take that of the other.
    expect(await freeWhileLocked(lower, partition, 'high')).toEqual([A, B]);
  }
});

it('the statement for sets locks no wallet if a line has terms: the house account of another line comes first', async () => {
  const partition = 7;
  await createFundedWallets(rig, { [A]: 100n, [B]: 0n }, partition);
  const lines = [ask({ type: 'deposit', wallet: B, amount: 5n }), posting([A, 'USD fees', 3n])];
  await rig.acceptBatch(lines, { atomic: false, partition });
  expect(await freeWhileLocked(`system = 'fees'`, partition, 'bulk')).toEqual([A, B]);
});
