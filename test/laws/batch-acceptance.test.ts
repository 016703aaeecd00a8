import { ADVISORY_LOCK } from '@wallet/shared/database/locks';
import type { Client } from '@wallet/shared/database/pool';
import { partitionOf } from '@wallet/shared/words/partition';
import { drainPartitions } from '@wallet/worker/drain/drain-partitions';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';
import { untilWaitingForLocks } from '../support/until-waiting-for-locks.ts';

/** What gives a batch its position in the order of acceptance, once. */

let service: Service;
let holder: Client;
beforeAll(async () => {
  service = await startService({ worker: false });
  holder = await service.database.connect();
});
afterAll(() => {
  holder.release();
  return service.stop();
});
afterEach(() => holder.query('ROLLBACK'));

type Body = Record<string, unknown>;

const deposit = (wallet: string, amount: number): Body => ({ type: 'deposit', wallet_id: wallet, amount });

/** Sends the batch at once; the answer may be read later. */
function post(body: Body, key?: string): Promise<request.Response> {
  const sending = request(service.url).post('/batches');
  if (key !== undefined) sending.set('Idempotency-Key', key);
  return sending.send(body).then((answer) => answer);
}

it('is ordered after everything accepted in its partitions before it', async () => {
  const wallet = await createFundedWallet(service.url);
  await holder.query('BEGIN');
  await holder.query('SELECT pg_advisory_xact_lock($1, $2)', [
    ADVISORY_LOCK.accept,
    partitionOf(wallet, service.partitions),
  ]);
  const sending = post({ operations: [deposit(wallet, 1)] });
  await untilWaitingForLocks(service.database);
  // The session that holds the lock draws a place, and commits.
  const { rows: drawn } = await holder.query<{ seq: bigint }>(`SELECT nextval('operation_seq') AS seq`);
  await holder.query('COMMIT');

  const { status, body } = await sending;
  expect(status).toBe(202);
  const { rows } = await service.database.query<{ seq: bigint }>('SELECT seq FROM batches WHERE id = $1', [body.id]);
  expect(rows[0]!.seq).toBeGreaterThan(drawn[0]!.seq);
});

it('is accepted by only one request at a time under its key', async () => {
  const wallet = await createFundedWallet(service.url);
  await holder.query('BEGIN');
  await holder.query(`SELECT pg_advisory_xact_lock(hashtextextended('batch ' || $1, 0))`, ['mine']);
  const refused = await post({ operations: [deposit(wallet, 1)] }, 'mine');
  expect(refused.body).toMatchObject({ status: 409, code: 'batch_in_progress' });
  await holder.query('COMMIT');
  expect((await post({ operations: [deposit(wallet, 1)] }, 'mine')).status).toBe(202);
});

it('is a different batch if its lines are to be applied together', async () => {
  const wallet = await createFundedWallet(service.url);
  const operations = [deposit(wallet, 1), deposit(wallet, 2)];
  const [apart, together] = [await post({ operations }), await post({ operations, atomic: true })];
  expect(together.body.id).not.toBe(apart.body.id);
  await post({ operations }, 'twice');
  const refused = await post({ operations, atomic: true }, 'twice');
  expect(refused.body).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
});

it('comes before batches of low priority, whichever was accepted first', async () => {
  const low = await createFundedWallet(service.url);
  let high = await createFundedWallet(service.url);
  const partition = partitionOf(low, service.partitions);
  while (partitionOf(high, service.partitions) !== partition) high = await createFundedWallet(service.url);
  await post({ operations: Array.from({ length: 5 }, (_, n) => deposit(low, n + 1)) });
  await post({ operations: Array.from({ length: 5 }, (_, n) => deposit(high, n + 1)), priority: 'high' });
  const { applied } = await drainPartitions(service, [partition], 'bulk', 4);
  expect(applied.map(({ operation }) => operation.walletId)).toEqual([high, high, high, high]);
});

it('is retried without the lines that stand for other operations', async () => {
  const wallet = await createFundedWallet(service.url);
  const partition = partitionOf(wallet, service.partitions);
  const spend = { type: 'spend', wallet_id: wallet, amount: 3 };
  await request(service.url)
    .post('/operations')
    .send({ ...spend, idempotency_key: 'once' })
    .expect(202);
  await drainPartitions(service, [partition], 'high', 10);

  const { body } = await post({
    operations: [
      { ...spend, idempotency_key: 'once' },
      { ...spend, amount: 4 },
    ],
  });
  expect(body).toMatchObject({ total: 1, replayed: 1 });
  // Batches of other tests may be pending before it, in the same partition.
  let state: string | undefined;
  while (state !== 'empty') state = (await drainPartitions(service, [partition], 'bulk', 100)).states.get(partition);
  const failed = await request(service.url).get(`/batches/${body.id}/operations?status=failed`).expect(200);
  expect(failed.body.data).toHaveLength(2);
  const retry = await request(service.url).post(`/batches/${body.id}/retry`).expect(202);
  expect(retry.body).toMatchObject({ total: 1, replayed: 0, sums: [{ total: '4.00' }] });
});

describe('first holds', () => {
  const hold = (wallet: string): Body => ({ type: 'hold', wallet_id: wallet, amount: 1 });
  const heldAccounts = async (wallets: readonly string[]): Promise<unknown[]> => {
    const { rows } = await service.database.query('SELECT held_of FROM accounts WHERE held_of = ANY ($1)', [wallets]);
    return rows.map(({ held_of: id }) => id as unknown).sort();
  };

  it('does not make holds of wallets wait for a batch that is being stored with first holds', async () => {
    const wallet = await createFundedWallet(service.url);
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE batch_parts IN EXCLUSIVE MODE');
    const batch = post({ operations: Array.from({ length: 3_000 }, () => hold(wallet)) });
    await untilWaitingForLocks(service.database);
    const single = await request(service.url).post('/operations').send(hold(wallet));
    expect(single.status).toBe(202);
    await holder.query('COMMIT');
    expect((await batch).body).toMatchObject({ total: 3_000 });
  });

  it('are accepted by batches and singles at once, whatever the order of their wallets', async () => {
    const wallets = await Promise.all(Array.from({ length: 40 }, () => createFundedWallet(service.url)));
    const sending = [0, 1, 2, 3].map((n) => {
      const ordered = n % 2 === 0 ? wallets : wallets.toReversed();
      return post({ operations: [...ordered, ...ordered].map(hold) }, `first-${n}`);
    });
    const singles = wallets.map((wallet) => request(service.url).post('/operations').send(hold(wallet)));
    const answers = [...(await Promise.all(sending)), ...(await Promise.all(singles))];
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(await heldAccounts(wallets)).toEqual(wallets.toSorted());
  });

  it('creates no account for a batch that is refused or only validated', async () => {
    const wallet = await createFundedWallet(service.url);
    const refused = await post({ operations: [hold(wallet), { ...hold(wallet), amount: 0 }] });
    expect(refused.status).toBe(422);
    await request(service.url)
      .post('/batches?validate_only=true')
      .send({ operations: [hold(wallet)] })
      .expect(200);
    expect(await heldAccounts([wallet])).toEqual([]);
  });
});
