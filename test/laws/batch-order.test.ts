import { setTimeout as delay } from 'node:timers/promises';
import { auditDatabase } from '@wallet/shared/database/audit';
import { inTransaction } from '@wallet/shared/database/transaction';
import { partitionOf } from '@wallet/shared/words/partition';
import { chooseOperations } from '@wallet/worker/drain/choose-operations';
import request from 'supertest';
import { randomFrom } from '../support/load.ts';
import { createModel } from '../support/model.ts';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet } from '../support/wallets.ts';

/** How often random cases are tried: a bug shows in the first few. */
const ROUNDS = process.env['TEST_LONG'] ? 40 : 12;

let service: Service;
afterEach(() => service.stop());

const NOBODY = 'redis://127.0.0.1:1';

interface Line {
  readonly type: 'deposit' | 'withdraw';
  readonly wallet_id: string;
  readonly amount: number;
}

function postBatch(lines: readonly Line[], priority = 'low') {
  return request(service.url).post('/batches').set('Idempotency-Key', nextKey()).send({ operations: lines, priority });
}

let keys = 0;
function nextKey(): string {
  keys += 1;
  return `key-${keys}`;
}

function postSingle(line: Line, priority = 'high') {
  return request(service.url)
    .post('/operations')
    .send({ ...line, priority });
}

async function expectSound(): Promise<void> {
  const violations: unknown[] = [];
  await auditDatabase(service.database, (violation) => violations.push(violation));
  expect(violations).toEqual([]);
}

/** The times of the requests and answers for a wallet's operations, by operation or batch. */
type Known = Map<string, { sentAt: number; answeredAt: number }>;

interface Row {
  id: string;
  of: string;
  walletId: string;
  type: 'deposit' | 'withdraw';
  amount: bigint;
  status: string;
  balance: bigint;
}

/** Every operation is final, as the model says, in an order of acceptance that agrees with real time. */
async function expectOrder(wallets: readonly string[], known: Known): Promise<void> {
  const { rows } = await service.database.query<Row>(
    `SELECT operations.id, coalesce(batch_id, operations.id) AS of, wallet_id AS "walletId", type, amount, status,
            wallet_balance AS balance
     FROM operations LEFT JOIN batches ON batches.id = batch_id LEFT JOIN outcomes ON operation_id = operations.id
     WHERE wallet_id = ANY ($1) ORDER BY coalesce(operations.seq, batches.seq), line`,
    [wallets],
  );
  const model = createModel();
  const latestSent = new Map<string, number>();
  for (const row of rows) {
    const { rejection, wallet } = model.apply({ type: row.type, wallet: row.walletId, amount: row.amount });
    const expected = { id: row.id, status: rejection === null ? 'succeeded' : 'failed', balance: wallet.balance };
    expect({ id: row.id, status: row.status, balance: row.balance }).toEqual(expected);
    const times = known.get(row.of);
    if (times === undefined) throw new Error(`operation ${row.id} was asked for by nobody`);
    const before = latestSent.get(row.walletId) ?? 0;
    if (times.answeredAt < before)
      throw new Error(`operation ${row.id} stands behind one that was sent after its answer`);
    latestSent.set(row.walletId, Math.max(before, times.sentAt));
  }
}

it.each(process.env['TEST_LONG'] ? [11, 12, 13] : [12])(
  'batches and single operations of both priorities are applied in the order of acceptance (seed %i)',
  async (seed) => {
    service = await startService({ worker: false });
    const random = randomFrom(seed);
    const upTo = (most: number): number => 1 + Math.floor(random() * most);
    const wallets = await Promise.all(Array.from({ length: 6 }, () => createFundedWallet(service.url)));
    const anyLine = (): Line => ({
      type: random() < 0.5 ? 'deposit' : 'withdraw',
      wallet_id: wallets[upTo(wallets.length) - 1]!,
      amount: upTo(50),
    });
    for (const limit of [upTo(3), upTo(9), 40]) service.startWorker({ limit });

    const known: Known = new Map();
    async function beClient(): Promise<void> {
      for (let turn = 0; turn < 25; turn += 1) {
        const sentAt = performance.now();
        const priority = random() < 0.5 ? 'high' : 'low';
        const answer =
          random() < 0.4
            ? await postBatch(Array.from({ length: upTo(60) }, anyLine), priority).expect(202)
            : await postSingle(anyLine(), priority).expect(202);
        known.set(answer.body.id as string, { sentAt, answeredAt: performance.now() });
        await delay(upTo(5));
      }
    }
    await Promise.all([beClient(), beClient(), beClient(), beClient()]);
    await service.drained();
    await expectOrder(wallets, known);
    await expectSound();
  },
);

it('many operations of both priorities on one wallet at once are applied in the order of acceptance', async () => {
  service = await startService();
  const wallet_id = await createFundedWallet(service.url);
  const known: Known = new Map();
  async function beClient(client: number): Promise<void> {
    for (let turn = 0; turn < ROUNDS * 4; turn += 1) {
      const sentAt = performance.now();
      const priority = (client + turn) % 2 === 0 ? 'high' : 'low';
      const { body } = await postSingle({ type: 'deposit', wallet_id, amount: 1 }, priority).expect(202);
      known.set(body.id as string, { sentAt, answeredAt: performance.now() });
    }
  }
  await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(beClient));
  await service.drained();
  await expectOrder([wallet_id], known);
  await expectSound();
});

/** Two wallets of one partition. */
async function createNeighbours(): Promise<[string, string]> {
  const byPartition = new Map<number, string>();
  for (;;) {
    const wallet = await createFundedWallet(service.url);
    const partition = partitionOf(wallet, service.partitions);
    const other = byPartition.get(partition);
    if (other !== undefined) return [other, wallet];
    byPartition.set(partition, wallet);
  }
}

it('a single operation waits for the lines of its wallet that do not fit into its transaction', async () => {
  service = await startService({ worker: false });
  const [long, short] = await createNeighbours();
  const lineFor = (wallet_id: string): Line => ({ type: 'deposit', wallet_id, amount: 1 });
  await postBatch([...Array<Line>(12).fill(lineFor(long)), lineFor(short)]).expect(202);
  for (const wallet of [long, short]) await postSingle(lineFor(wallet)).expect(202);
  const partition = partitionOf(long, service.partitions);
  const { operations } = await inTransaction(service.database, (client) =>
    chooseOperations(client, [partition], 'high', 10),
  );
  // Half of the limit is read of the operations before each: of one wallet that is not all.
  const lines = (walletId: string, count: number) => Array(count).fill([walletId, true]);
  expect(operations.map(({ walletId, part }) => [walletId, part !== null])).toEqual([
    ...lines(long, 5),
    ...lines(short, 1),
    [short, false],
  ]);
});

it('an atomic batch gets its turn however large the backlog', async () => {
  service = await startService({ worker: false });
  const wallets = await Promise.all([1, 2].map(() => createFundedWallet(service.url)));
  const lines = (count: number, wallet_id: string): Line[] =>
    Array.from({ length: count }, () => ({ type: 'deposit', wallet_id, amount: 1 }));
  await postBatch(lines(3_000, wallets[0]!)).expect(202);
  const atomic = await request(service.url)
    .post('/batches?atomic=true')
    .send({ operations: [...lines(1, wallets[0]!), ...lines(48, wallets[1]!)] })
    .expect(202);
  service.startWorker({ limit: 50 });
  const ended = await request(service.url).get(`/batches/${atomic.body.id}`).set('Prefer', 'wait=20').expect(200);
  expect(ended.body.succeeded).toBe(49);
  const { rows } = await service.database.query<{ left: bigint }>(
    'SELECT (SELECT count(*) FROM operations) - (SELECT count(*) FROM outcomes) AS left',
  );
  expect(Number(rows[0]!.left)).toBeGreaterThan(0);
  await service.drained();
  await expectSound();
});

it('a high spend never overtakes the pending low credit that it needs', async () => {
  service = await startService({ worker: false });
  service.startWorker({ limit: 5 });
  service.startWorker({ limit: 64 });
  const random = randomFrom(7);
  const filler = await Promise.all(Array.from({ length: 20 }, () => createFundedWallet(service.url)));
  for (let round = 0; round < ROUNDS; round += 1) {
    const wallet_id = await createFundedWallet(service.url);
    const lines = Array.from({ length: 100 }, (_, n): Line => ({
      type: 'deposit',
      wallet_id: filler[n % 20]!,
      amount: 1,
    }));
    lines.splice(Math.floor(random() * 100), 0, { type: 'deposit', wallet_id, amount: 10 });
    await (round % 2 === 0 ? postBatch(lines) : postSingle({ type: 'deposit', wallet_id, amount: 10 }, 'low')).expect(
      202,
    );
    await delay(Math.floor(random() * 4));
    const spend = await postSingle({ type: 'withdraw', wallet_id, amount: 10 }).set('Prefer', 'wait=20').expect(200);
    expect(spend.body).toMatchObject({ status: 'succeeded', result: { wallet_version: 2 } });
  }
  await service.drained();
  await expectSound();
});

it('a wallet with a longer queue than fits into a transaction still gets there', async () => {
  service = await startService({ worker: false });
  const wallet_id = await createFundedWallet(service.url);
  await postBatch(Array.from({ length: 300 }, (): Line => ({ type: 'deposit', wallet_id, amount: 1 }))).expect(202);
  await postBatch(Array.from({ length: 300 }, (): Line => ({ type: 'withdraw', wallet_id, amount: 1 }))).expect(202);
  const spend = await postSingle({ type: 'deposit', wallet_id, amount: 5 }).expect(202);
  service.startWorker({ limit: 16 });
  const { body } = await request(service.url).get(`/operations/${spend.body.id}`).set('Prefer', 'wait=20').expect(200);
  expect(body.result).toMatchObject({ wallet_balance: '5.00', wallet_version: 601 });
  await service.drained();
  await expectSound();
});

/** Ten times as long as the batch beside it. */
const LARGE = 2_000;

it('batches progress side by side, and do not block others', async () => {
  service = await startService({ worker: false });
  const wallets = await Promise.all(Array.from({ length: 16 }, () => createFundedWallet(service.url)));
  // The two have no wallet in common: within one, the first batch has to be done before the second.
  const fill = (count: number, first: number): Line[] =>
    Array.from({ length: count }, (_, n) => ({ type: 'deposit', wallet_id: wallets[first + (n % 8)]!, amount: 1 }));
  const large = await postBatch(fill(LARGE, 0)).expect(202);
  const small = await postBatch(fill(200, 8)).expect(202);
  const other = await createFundedWallet(service.url);
  const single = await postSingle({ type: 'deposit', wallet_id: other, amount: 1 }).expect(202);
  service.startWorker({ limit: 50 });
  const ended = await request(service.url).get(`/operations/${single.body.id}`).set('Prefer', 'wait=20').expect(200);
  const [first, second] = await Promise.all(
    [large, small].map(({ body }) =>
      request(service.url).get(`/batches/${body.id}`).set('Prefer', 'wait=30').expect(200),
    ),
  );
  expect([first!.body.succeeded, second!.body.succeeded]).toEqual([LARGE, 200]);
  const times = [ended.body.completed_at, second!.body.finished_at, first!.body.finished_at] as string[];
  expect(times.toSorted()).toEqual(times);
  await expectSound();
});

it.each([
  ['whose ring was lost', { apiRedisUrl: NOBODY }],
  ['without Redis', { redisUrl: NOBODY, apiRedisUrl: NOBODY }],
])('a batch and an operation of low priority %s are still applied', async (_name, redis) => {
  service = await startService(redis);
  const wallet_id = await createFundedWallet(service.url);
  await postBatch([{ type: 'deposit', wallet_id, amount: 1 }]).expect(202);
  await postSingle({ type: 'deposit', wallet_id, amount: 2 }, 'low').expect(202);
  await service.drained();
  expect(await balanceOf(service.url, wallet_id)).toBe('3.00');
});

it('a line that cannot be written fails, and the others of its batch succeed', async () => {
  service = await startService({ worker: false });
  const wallets = await Promise.all(Array.from({ length: 3 }, () => createFundedWallet(service.url)));
  await service.database.query(
    `ALTER TABLE movements ADD CONSTRAINT movements_unlucky CHECK (1 / (amount - 1300) IS NOT NULL)`,
  );
  const lines = Array.from({ length: 90 }, (_, n): Line => ({
    type: 'deposit',
    wallet_id: wallets[n % 3]!,
    amount: n === 40 ? 13 : 1,
  }));
  const { body } = await postBatch(lines).expect(202);
  const atomic = await request(service.url)
    .post('/batches?atomic=true')
    .send({ operations: lines.slice(39, 42) })
    .expect(202);
  service.startWorker();
  await service.drained();
  expect((await request(service.url).get(`/batches/${body.id}`)).body).toMatchObject({ succeeded: 89, failed: 1 });
  expect((await request(service.url).get(`/batches/${atomic.body.id}`)).body).toMatchObject({
    succeeded: 0,
    failed: 3,
  });
  const failed = await request(service.url).get(`/batches/${body.id}/operations?status=failed`);
  expect(failed.body.data[0]).toMatchObject({ line: 41, error: { code: 'internal_error' } });
  await expectSound();
});
