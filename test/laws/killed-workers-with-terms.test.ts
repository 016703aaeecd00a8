import type { Client } from '@wallet/shared/database/pool';
import type { ServiceProcess } from '../support/cluster.ts';
import { type RaceRig, startRaceRig } from '../support/race-rig.ts';
import { untilWaitingForLocks } from '../support/until-waiting-for-locks.ts';

/**
 * A worker is killed while it applies operations of all kinds with terms: whatever it had done by then, each is applied
 * once, and holds and reversals are right.
 */

let rig: RaceRig;
let gate: Client;
beforeAll(async () => {
  rig = await startRaceRig({ apis: 2, workers: 0, env: { WORKER_BATCH_LIMIT: '12' } });
  await rig.database.query(
    `CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN PERFORM pg_advisory_xact_lock_shared(${GATE}); RETURN NULL; END $$`,
  );
  gate = await rig.database.connect();
  await gate.query('SET idle_in_transaction_session_timeout = 0');
}, 120_000);
afterAll(async () => {
  gate.release();
  await rig.stop();
}, 60_000);

const GATE = 4_711;
const WALLETS = 12;
/**
 * A worker that starts after another was killed finds pending operations when it looks for lost rings: after some
 * seconds.
 */
const AT_GATE_MS = 45_000;

/** Of each wallet, all kinds with terms, and what is refused of each; they wait for a worker. @returns how many. */
async function askForAll(): Promise<number> {
  const wallets = await Promise.all(Array.from({ length: WALLETS }, () => rig.createWallet()));
  const asked = await Promise.all(
    wallets.map(async (wallet, index) => {
      const other = wallets[(index + 1) % WALLETS]!;
      const deposit = await rig.accept('/operations', { type: 'deposit', wallet_id: wallet, amount: '100.00' });
      const hold = await rig.accept(`/wallets/${wallet}/holds`, { amount: '30.00' });
      const captures = [
        await rig.accept(`/holds/${hold}/capture`, { amount: '10.00', to_wallet_id: other, final: false }),
        await rig.accept(`/holds/${hold}/capture`, { amount: '5.00', to_account: 'fees', final: false }),
      ];
      const legs = [
        { from: { wallet_id: wallet }, to: { wallet_id: other }, amount: '20.00' },
        { from: { wallet_id: other }, to: { account: 'fees' }, amount: '1.00' },
      ];
      const posting = await rig.accept('/postings', { legs });
      const more = [
        await rig.accept(`/holds/${hold}/release`, { amount: '2.00' }),
        await rig.accept(`/operations/${captures[0]}/reversal`, { amount: '4.00' }),
        await rig.accept(`/operations/${posting}/reversal`),
        await rig.accept(`/operations/${posting}/reversal`),
        await rig.accept(`/operations/${deposit}/reversal`, { amount: '60.00' }),
        await rig.accept(`/operations/${deposit}/reversal`, { amount: '60.00' }),
        await rig.accept(`/holds/${hold}/capture`, { amount: '20.00' }),
        await rig.accept(`/holds/${hold}/capture`),
        await rig.accept(`/holds/${hold}/release`),
      ];
      return 5 + more.length;
    }),
  );
  return asked.reduce((sum, each) => sum + each, 0);
}

/** What of each wallet is left, and of what kind: the same however often it was begun. */
async function expectAllAppliedOnce(count: number, before: number): Promise<void> {
  const operations = await rig.expectLawful();
  expect(operations).toHaveLength(before + count);
  const ends: Record<string, number> = {};
  for (const { type, rejection } of operations.slice(before)) {
    const end = `${type} ${rejection ?? 'succeeded'}`;
    ends[end] = (ends[end] ?? 0) + 1;
  }
  expect(ends).toEqual({
    'deposit succeeded': WALLETS,
    'hold succeeded': WALLETS,
    'capture succeeded': 3 * WALLETS,
    'capture hold_exceeded': WALLETS,
    'posting succeeded': WALLETS,
    'release succeeded': WALLETS,
    'release hold_closed': WALLETS,
    'reversal succeeded': 3 * WALLETS,
    'reversal reversal_exceeds_operation': 2 * WALLETS,
  });
  const { rows } = await rig.database.query<{ captured: bigint; released: bigint; holds: number }>(
    'SELECT captured, released, count(*)::int AS holds FROM holds WHERE remaining = 0 GROUP BY 1, 2',
  );
  expect(rows).toEqual([{ captured: 28_00n, released: 2_00n, holds: ((before + count) / count) * WALLETS }]);
}

/** Kills a worker that is at the gate, and lets what it had begun continue without it. */
async function killAtGate(worker: ServiceProcess): Promise<void> {
  await untilWaitingForLocks(rig.database, 1, AT_GATE_MS);
  await worker.kill();
}

it.each([
  ['before it has moved anything', ''],
  ['when it has moved it, before it has said so', 'CREATE TRIGGER gate AFTER INSERT ON movements'],
  [
    'while what it has moved is committed, which it does not see',
    'CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON movements DEFERRABLE INITIALLY DEFERRED',
  ],
])(
  'operations with terms are each applied once by the next worker, if one is killed %s',
  async (_when, trigger) => {
    const { rows } = await rig.database.query<{ before: number }>('SELECT count(*)::int AS before FROM operations');
    const count = await askForAll();
    for (let kill = 0; kill < 3; kill += 1) {
      await gate.query('BEGIN');
      if (trigger !== '') {
        await gate.query(`${trigger} FOR EACH ROW EXECUTE FUNCTION wait_at_gate()`);
        await gate.query('COMMIT; BEGIN');
        await gate.query(`SELECT pg_advisory_xact_lock(${GATE})`);
      } else await gate.query(`SELECT FROM accounts WHERE system IS NULL FOR UPDATE`);
      const worker = await rig.cluster.startWorker();
      await killAtGate(worker);
      await gate.query('COMMIT');
      if (trigger !== '') await rig.database.query('DROP TRIGGER gate ON movements');
    }
    const worker = await rig.cluster.startWorker();
    await expectAllAppliedOnce(count, rows[0]!.before);
    await worker.stop();
  },
  240_000,
);
