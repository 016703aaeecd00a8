import { urlFor } from '@wallet/local/embedded-postgres';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { partitionOf } from '@wallet/shared/words/partition';
import { drainPartitions } from '@wallet/worker/drain/drain-partitions';
import { DRAIN_PLANNER } from '@wallet/worker/drain/planner';
import fc from 'fast-check';
import request from 'supertest';
import { dryRun, toldOf } from '../support/dry-run.ts';
import { type Service, startService } from '../support/service.ts';

const RUNS = Number(process.env['TEST_DRY_RUNS'] ?? 12);

/** A dry run predicts what happens, whatever the backlog, and leaves no trace. */

let service: Service;
let worker: Database;
beforeAll(async () => {
  service = await startService({ worker: false });
  worker = createPool({
    ...{ url: urlFor('worker', service.databaseUrl), name: 'test', size: 1, settings: DRAIN_PLANNER },
    onError: () => undefined,
  });
  await request(service.url).post('/accounts').send({ name: 'fees' }).expect(201);
});
afterAll(() => Promise.all([service.stop(), worker.end()]));

type Body = Record<string, any>;

async function post(path: string, body: object, status = 202): Promise<Body> {
  return (await request(service.url).post(path).send(body).expect(status)).body;
}

async function createWallet(): Promise<string> {
  return (await post('/wallets', {}, 201))['id'];
}

/** One transaction of a worker on the partition of a wallet, of at most `limit` operations. @returns whether the lane is empty. */
async function drainOnce(wallet: string, lane: 'high' | 'bulk', limit: number): Promise<boolean> {
  const partition = partitionOf(wallet, service.partitions);
  const tools = { database: worker, assets: service.assets };
  const { states, faults } = await drainPartitions(tools, [partition], lane, limit);
  for (const { error } of faults) throw error;
  return states.get(partition) === 'empty';
}

/** Until nothing is pending. */
async function drain(wallet: string, limit: number): Promise<void> {
  for (const lane of ['high', 'bulk'] as const) while (!(await drainOnce(wallet, lane, limit)));
}

async function countWaiting(wallet: string): Promise<number> {
  const { rows } = await service.database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM operations
     WHERE wallet_id = $1 AND NOT EXISTS (SELECT FROM outcomes WHERE operation_id = operations.id)`,
    [wallet],
  );
  return rows[0]!.count;
}

const anyAmount = (most: number) => fc.integer({ min: 1, max: most }).map((cents) => (cents / 100).toFixed(2));
const anyCents = anyAmount(500);
const anyTarget = fc.nat({ max: 7 });
const anyPart = fc.option(anyAmount(800), { nil: undefined, freq: 2 });
const anyEnd = fc.constantFrom('wallet', 'other', 'fees', 'treasury');

/** What is asked for of the wallet, in the order of the steps; a target is one of the operations before. */
const anyStep = fc.oneof(
  fc.record({ do: fc.constantFrom('deposit' as const, 'withdraw' as const, 'transfer' as const), amount: anyCents }),
  fc.record({ do: fc.constant('hold' as const), amount: anyCents }),
  fc.record({
    do: fc.constant('capture' as const),
    ...{ target: anyTarget, amount: anyPart, to: fc.constantFrom('other', 'fees', 'treasury'), final: fc.boolean() },
  }),
  fc.record({ do: fc.constant('release' as const), target: anyTarget, amount: anyPart }),
  { arbitrary: fc.record({ do: fc.constant('reversal' as const), target: anyTarget, amount: anyPart }), weight: 2 },
  fc.record({
    do: fc.constant('posting' as const),
    ends: fc.array(fc.tuple(anyEnd, anyEnd, anyCents), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    do: fc.constant('batch' as const),
    priority: fc.constantFrom('high', 'low'),
    lines: fc.array(fc.tuple(fc.constantFrom('deposit', 'withdraw'), anyCents), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ do: fc.constant('drain' as const), limit: fc.integer({ min: 1, max: 3 }) }),
);
type Step = typeof anyStep extends fc.Arbitrary<infer Value> ? Value : never;

interface Run {
  readonly wallet: string;
  readonly other: string;
  readonly holds: string[];
  readonly reversible: { id: string; type: string }[];
}

/** The request of a step; null if it has no possible target. */
function requestOf(step: Exclude<Step, { do: 'batch' | 'drain' }>, run: Run): readonly [string, object] | null {
  const { wallet, other, holds, reversible } = run;
  switch (step.do) {
    case 'deposit':
    case 'withdraw':
      return ['/operations', { type: step.do, wallet_id: wallet, amount: step.amount }];
    case 'transfer':
      return ['/transfers', { from_wallet_id: wallet, to_wallet_id: other, amount: step.amount }];
    case 'hold':
      return [`/wallets/${wallet}/holds`, { amount: step.amount }];
    case 'posting':
      return ['/postings', { legs: legsOf(step.ends, run) }];
    case 'reversal': {
      const original = reversible[step.target % reversible.length];
      const part = original?.type === 'posting' ? undefined : step.amount;
      return original ? [`/operations/${original.id}/reversal`, { amount: part }] : null;
    }
    case 'capture': {
      const { target, amount, final, to } = step;
      const hold = holds[target % holds.length];
      const destination = to === 'other' ? { to_wallet_id: other } : { to_account: to };
      return hold === undefined ? null : [`/holds/${hold}/capture`, { amount, final, ...destination }];
    }
    case 'release': {
      const hold = holds[step.target % holds.length];
      return hold === undefined ? null : [`/holds/${hold}/release`, { amount: step.amount }];
    }
  }
}

/** The wallet is the first that they name: its queue is the one that they wait in. */
function legsOf(ends: readonly (readonly [string, string, string])[], { wallet, other }: Run): object[] {
  const end = (name: string): object =>
    name === 'wallet' ? { wallet_id: wallet } : name === 'other' ? { wallet_id: other } : { account: name };
  const moving = ends.filter(([from, to]) => from !== to);
  return [['wallet', 'fees', '0.10'], ...moving].map(([from, to, amount]) => ({
    ...{ from: end(from), to: end(to), asset: 'USD', amount },
  }));
}

it('predicts the outcome, whatever is pending and however much of it has been applied', async () => {
  const seen = new Map<string, number>();
  const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
  const property = fc.asyncProperty(fc.array(anyStep, { minLength: 20, maxLength: 30 }), async (steps) => {
    const run: Run = { wallet: await createWallet(), other: await createWallet(), holds: [], reversible: [] };
    const { wallet } = run;
    await request(service.url).patch(`/wallets/${wallet}`).send({ credit_limit: '2.00' }).expect(200);
    await post('/resupplies', { wallet_id: wallet, amount: '20.00' });
    const foreseen = new Map<string, Body>();
    for (const step of steps) {
      if (step.do === 'drain') {
        await drainOnce(wallet, 'bulk', step.limit);
      } else if (step.do === 'batch') {
        const operations = step.lines.map(([type, amount]) => ({ type, amount, wallet_id: wallet }));
        await post(`/batches?priority=${step.priority}`, { operations });
      } else {
        const asked = requestOf(step, run);
        if (asked === null) continue;
        const told = await dryRun(service, ...asked);
        expect(told['ahead']).toBe(await countWaiting(wallet));
        const { id, type } = await post(...asked);
        foreseen.set(id, told);
        if (type === 'hold') run.holds.push(id);
        else if (type !== 'release' && type !== 'reversal') run.reversible.push({ id, type });
        count(told['error']?.code ?? type);
        if (told['ahead'] > 3) count('behind others');
      }
    }
    await drain(wallet, 100);
    for (const [id, told] of foreseen) {
      const { body } = await request(service.url).get(`/operations/${id}`).expect(200);
      expect(toldOf(body)).toEqual(toldOf(told));
    }
  });
  await fc.assert(property, { numRuns: RUNS, seed: 20_261_127, endOnFailure: true });
  // The test proves something only if all of this has occurred.
  for (const what of ['deposit', 'hold', 'capture', 'release', 'reversal', 'posting', 'behind others']) {
    expect([what, (seen.get(what) ?? 0) >= 3]).toEqual([what, true]);
  }
  for (const code of ['insufficient_funds', 'hold_closed', 'hold_exceeded', 'reversal_exceeds_operation']) {
    expect([code, seen.has(code)]).toEqual([code, true]);
  }
}, 180_000);

/** All rows of all tables with the transactions that wrote and locked them, and where all sequences are. */
async function readEverything(): Promise<Map<string, string>> {
  const { rows: tables } = await service.database.query<{ name: string; kind: string }>(
    `SELECT oid::regclass::text AS name, relkind AS kind FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'S')`,
  );
  const all = new Map<string, string>();
  for (const { name, kind } of tables) {
    const row =
      kind === 'S'
        ? `concat_ws(' ', each.last_value, each.is_called)`
        : `concat_ws(' ', each.xmin, each.xmax, each::text)`;
    const { rows } = await service.database.query<{ text: string }>(
      `SELECT string_agg(${row}, ';' ORDER BY ${row}) AS text FROM ${name} AS each`,
    );
    all.set(name, rows[0]!.text);
  }
  return all;
}

it('stores nothing, and locks no row, for any kind of operation', async () => {
  const [wallet, other] = [await createWallet(), await createWallet()];
  await post('/clients', { login: 'dry', name: 'dry', asset: 'PTS' }, 201);
  const { id: hold } = await post(`/wallets/${wallet}/holds`, { amount: 1 });
  const { id: deposit } = await post('/resupplies', { wallet_id: wallet, amount: 5 });
  const from = { wallet_id: wallet };
  const asked: readonly (readonly [string, object])[] = [
    ['/resupplies', { ...from, amount: 1, idempotency_key: 'dry-1' }],
    [`/wallets/${wallet}/operation`, { operation_type: 'WITHDRAW', amount: 100, priority: 'low' }],
    ['/transfers', { from_wallet_id: wallet, to_wallet_id: other, amount: 1 }],
    [`/wallets/${other}/holds`, { amount: 1, expires_in: 60 }],
    [`/holds/${hold}/capture`, {}],
    [`/holds/${hold}/release`, {}],
    [`/operations/${deposit}/reversal`, {}],
    ['/postings', { legs: [{ from, to: { account: 'fees' }, amount: 1 }] }],
    ['/wallets/users/dry/bonus', { asset: 'USD', amount: 1 }],
    ['/operations', { type: 'top_up', external_user_id: 'dry', asset: 'GOLD', amount: 1 }],
  ];
  const before = await readEverything();
  for (const [path, body] of asked) await dryRun(service, path, body);
  expect(await readEverything()).toEqual(before);
  // The comparison notices when something is stored.
  await post('/resupplies', { ...from, amount: 1, idempotency_key: 'dry-1' });
  expect(await readEverything()).not.toEqual(before);
});

it('waits for no lock of a writer', async () => {
  const wallet = await createWallet();
  await post('/resupplies', { wallet_id: wallet, amount: 5 });
  const writing = await service.database.connect();
  await writing.query('BEGIN; LOCK TABLE accounts, operations, pending_operations, holds IN EXCLUSIVE MODE');
  const told = await dryRun(service, `/wallets/${wallet}/holds`, { amount: 2 });
  await writing.query('ROLLBACK');
  writing.release();
  expect(told).toMatchObject({ ahead: 1, result: { wallet_balance: '3.00', wallet_version: 2, held_balance: '2.00' } });
});

it('sees one moment while pending operations are applied', async () => {
  const [wallet, lines] = [await createWallet(), 300];
  const operations = Array.from({ length: lines }, () => ({ type: 'deposit', wallet_id: wallet, amount: '0.01' }));
  await post('/batches', { operations });
  const state = { isDrained: false };
  const draining = drain(wallet, 2).then(() => (state.isDrained = true));
  const ahead = new Set<number>();
  while (!state.isDrained) {
    const told = await dryRun(service, '/resupplies', { wallet_id: wallet, amount: '0.01' });
    expect(told['result']).toMatchObject({ wallet_balance: '3.01', wallet_version: lines + 1 });
    ahead.add(told['ahead']);
  }
  await draining;
  expect(ahead.size).toBeGreaterThan(5);
}, 60_000);
