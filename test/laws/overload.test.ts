import { connect } from 'node:net';
import { COUNTED_BATCHES, readBacklog } from '@wallet/shared/database/tables/pending-operations';
import { partitionOf } from '@wallet/shared/words/partition';
import request from 'supertest';
import {
  COUNTS_BACKLOG,
  accept,
  deposit,
  expectRefused,
  keysOf,
  makeOlder,
  sendBatch,
  until,
} from '../support/overload.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';
import { type WireTrap, startWireTrap } from '../support/wire-trap.ts';

/** Overload is refused before acceptance, while polling is still answered (P7). */

const services: Service[] = [];
async function start(options: Parameters<typeof startService>[0]): Promise<Service> {
  const service = await startService({ worker: false, ...options });
  services.push(service);
  return service;
}
let wire: WireTrap;
beforeAll(async () => {
  wire = await startWireTrap();
});
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()));
});
afterAll(() => wire.stop());

/** Slow machines take long: nothing here depends on how long. */
jest.setTimeout(180_000);

describe('when too many operations are pending', () => {
  it('more are refused at every endpoint, nothing is stored, reads are answered, and the same key is accepted later', async () => {
    const service = await start({ admission: { pendingOperations: 3 } });
    const [wallet, other] = [await createFundedWallet(service.url), await createFundedWallet(service.url)];
    await request(service.url).post('/clients').send({ name: 'U', login: 'user' }).expect(201);
    const accepted = [];
    for (const key of ['a', 'b', 'c']) accepted.push(await accept(service, wallet, { key }));

    const post = (path: string, body: object) => request(service.url).post(path).send(body);
    const amount = '1.00';
    const refused = await Promise.all([
      deposit(service, wallet, { key: 'd' }),
      post(`/api/v1/wallets/${wallet}/operations`, { operation_type: 'DEPOSIT', amount }),
      post('/resupplies', { wallet_id: wallet, amount }),
      post('/Resupplies/', { wallet_id: wallet, amount }),
      post('/transfers', { from_wallet_id: wallet, to_wallet_id: other, amount }),
      post('/operations', { type: 'deposit', wallet_id: wallet, amount }),
      ...['top-up', 'bonus', 'spend'].map((word) => post(`/wallets/users/user/${word}`, { amount, asset: 'GOLD' })),
      // Facts that only a body could reveal are not considered.
      post('/operations', { nonsense: true }),
    ]);
    refused.forEach(expectRefused);
    expect((await keysOf(service)).sort()).toEqual(['a', 'b', 'c']);
    const { rows } = await service.database.query('SELECT FROM wallets WHERE asset_id = 1');
    expect(rows).toHaveLength(0);

    await request(service.url).get(`/operations/${accepted[0]}`).expect(200);
    await request(service.url).get(`/wallets/${wallet}`).expect(200);
    await request(service.url).get('/health').expect(200);
    await request(service.url).post('/wallets').send({ asset: 'USD' }).expect(201);

    service.startWorker();
    await service.drained();
    await until(async () => (await deposit(service, wallet, { key: 'd' })).status === 202);
    await service.drained();
    expect((await keysOf(service)).sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('admitted operations are applied, however many came at once', async () => {
    const service = await start({ admission: { pendingOperations: 20, waitingRequests: 10 } });
    const wallet = await createFundedWallet(service.url);
    const keys = Array.from({ length: 200 }, (_, index) => `burst-${index}`);
    const answers = await Promise.all(keys.map((key) => deposit(service, wallet, { key })));
    const accepted = keys.filter((_key, index) => answers[index]!.status === 202);
    answers.filter(({ status }) => status !== 202).forEach(expectRefused);
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted.length).toBeLessThanOrEqual(20);
    service.startWorker();
    await service.drained();
    expect((await keysOf(service)).sort()).toEqual(accepted.sort());
    const { body } = await request(service.url).get(`/wallets/${wallet}`).expect(200);
    expect(body.balance).toBe(`${accepted.length}.00`);
  });

  it('those of low priority do not shut out those of high priority, nor the other way round', async () => {
    const service = await start({ admission: { pendingOperations: 2 } });
    const wallet = await createFundedWallet(service.url);
    await accept(service, wallet, { priority: 'low' });
    await accept(service, wallet, { priority: 'low' });
    expectRefused(await deposit(service, wallet, { priority: 'low' }));
    // Also when they have been counted, and are not only remembered.
    await until(async () => {
      const { text } = await request(service.url).get('/metrics');
      return /^wallet_pending_operations\{partition="\d+",priority="low"\} 2$/m.test(text);
    });
    await accept(service, wallet, { priority: 'high' });
    await accept(service, wallet, { priority: 'high' });
    expectRefused(await deposit(service, wallet, { priority: 'high' }));
  });

  it('also counts operations that other processes have accepted', async () => {
    const service = await start({ admission: { pendingOperations: 3 } });
    const wallet = await createFundedWallet(service.url);
    await deposit(service, wallet).expect(202);
    // As another process would do it: this one hears nothing of it.
    await service.database.query(
      `WITH ids AS (SELECT gen_random_uuid() AS id, nextval('operation_seq') AS seq FROM generate_series(1, 2)),
            made AS (INSERT INTO operations (id, seq, wallet_id, amount, created_at, asset_id, type, priority)
                     SELECT id, seq, $1, 1, now(), 4, 'deposit', 'high' FROM ids)
       INSERT INTO pending_operations (partition, seq, operation_id, wallet_id, accepted_at)
       SELECT $2, seq, id, $1, now() FROM ids`,
      [wallet, partitionOf(wallet, service.partitions)],
    );
    await until(async () => (await request(service.url).post('/operations').send({})).status === 503);
    expect(await keysOf(service)).toHaveLength(3);
  });
});

describe('batches', () => {
  it('do not shut out single operations, and are refused by a limit of their own', async () => {
    const service = await start({ admission: { pendingLines: 100, pendingOperations: 50 } });
    const wallet = await createFundedWallet(service.url);
    const { body: batch } = await sendBatch(service, wallet, 120).expect(202);
    await until(async () => (await sendBatch(service, wallet, 1)).status === 503);
    const refused = await sendBatch(service, wallet, 1);
    expectRefused(refused);
    expectRefused(await request(service.url).post(`/batches/${batch.id}/retry`));
    await deposit(service, wallet).expect(202);
    await sendBatch(service, wallet, 1, '?validate_only=true').expect(200);
    await request(service.url).get(`/batches/${batch.id}/operations`).expect(200);
    service.startWorker();
    await service.drained();
    await until(async () => (await sendBatch(service, wallet, 1)).status === 202);
  });

  it('are refused before their body is asked for', async () => {
    const service = await start({ admission: { pendingLines: 1 } });
    const wallet = await createFundedWallet(service.url);
    await sendBatch(service, wallet, 1).expect(202);
    await until(async () => (await sendBatch(service, wallet, 1)).status === 503);
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.write(
      'POST /batches HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 100000000\r\nExpect: 100-continue\r\n\r\n',
    );
    await new Promise((resolve) => socket.once('end', resolve));
    socket.destroy();
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 503 /);
  });

  it('that are small and many are refused at some time', async () => {
    const service = await start({});
    const backlog = await readBacklog(service.database, service.partitions, 10);
    expect(backlog.every(({ batches }) => batches < COUNTED_BATCHES)).toBe(true);
    await service.database.query(
      `WITH ids AS (SELECT gen_random_uuid() AS id FROM generate_series(1, $1)),
            made AS (INSERT INTO batches (id, seq, total, replayed, idempotency_key, request_hash, priority, atomic, accepted_at, open_parts)
                     SELECT id, nextval('operation_seq'), 1, 0, id::text, sha256(id::text::bytea), 'low', false, now(), 1 FROM ids
                     RETURNING id)
       INSERT INTO batch_parts (batch_id, partition, after_id, last_id)
       SELECT id, 0, '00000000-0000-0000-0000-000000000000', id FROM made`,
      [COUNTED_BATCHES],
    );
    const wallet = await createFundedWallet(service.url);
    await until(async () => (await sendBatch(service, wallet, 1)).status === 503);
    await deposit(service, wallet).expect(202);
  });
});

describe('when operations wait too long', () => {
  it('more are refused for that partition, and everywhere once most partitions are late', async () => {
    const service = await start({ admission: { pendingAgeMs: 60_000 } });
    const wallets = await Promise.all(Array.from({ length: 60 }, () => createFundedWallet(service.url)));
    const byPartition = new Map(wallets.map((wallet) => [partitionOf(wallet, service.partitions), wallet]));
    const [[late, wallet], [, other]] = [...byPartition] as [[number, string], [number, string]];
    for (const each of byPartition.values()) await deposit(service, each).expect(202);
    await makeOlder(service, 100, `partition = ${late}`);
    await until(async () => (await deposit(service, wallet)).status === 503);
    expectRefused(await deposit(service, wallet));
    await deposit(service, other).expect(202);

    await makeOlder(service, 100);
    // Decided before the body is read, so that its content does not matter.
    await until(async () => (await request(service.url).post('/operations').send({})).status === 503);
    expectRefused(await deposit(service, other));
    expectRefused(await sendBatch(service, other, 1));
    service.startWorker();
    await service.drained();
    await until(async () => (await deposit(service, wallet)).status === 202);
  });

  it('an operation that waits behind a progressing batch of its own wallet is not late', async () => {
    const service = await start({ admission: { pendingAgeMs: 60_000 } });
    const wallet = await createFundedWallet(service.url);
    await sendBatch(service, wallet, 10).expect(202);
    await deposit(service, wallet).expect(202);
    await makeOlder(service, 100);
    const ageOf = async () =>
      (await readBacklog(service.database, service.partitions, 10))[partitionOf(wallet, service.partitions)]!.ageMs;
    expect(await ageOf()).toBeLessThan(60_000);
    await service.database.query(`UPDATE batch_parts SET touched_at = now() - interval '90 seconds'`);
    expect(await ageOf()).toBeGreaterThanOrEqual(90_000);
    await until(async () => (await deposit(service, wallet)).status === 503);
  });
});

it('when requests wait to be stored, more are refused, and reads are answered by other connections', async () => {
  const service = await start({ wire, admission: { waitingRequests: 4 } });
  const wallet = await createFundedWallet(service.url);
  const { body: first } = await deposit(service, wallet, { key: 'first' }).expect(202);
  const held = wire.hold(/INSERT INTO operations\b/);
  const waiting = ['w1', 'w2', 'w3', 'w4'].map((key) => deposit(service, wallet, { key }).then());
  await until(async () => (await request(service.url).post('/operations').send({})).status === 503);
  expectRefused(await deposit(service, wallet, { key: 'late' }));
  expectRefused(await sendBatch(service, wallet, 1));
  for (let round = 0; round < 20; round += 1) await request(service.url).get(`/operations/${first.id}`).expect(200);
  held.letGo();
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([202, 202, 202, 202]);
  await deposit(service, wallet, { key: 'late' }).expect(202);
  expect((await keysOf(service)).sort()).toEqual(['first', 'late', 'w1', 'w2', 'w3', 'w4']);
});

it('when the event loop is late, more is refused until it is not', async () => {
  const service = await start({ admission: { eventLoopMs: 80 } });
  const wallet = await createFundedWallet(service.url);
  await until(async () => (await deposit(service, wallet, { key: 'before' })).status === 202);
  let isBusy = true;
  const work = (): void => {
    const end = performance.now() + 120;
    while (performance.now() < end) continue;
    if (isBusy) setImmediate(work);
  };
  work();
  await until(async () => (await request(service.url).post('/operations').send({})).status === 503);
  expectRefused(await deposit(service, wallet, { key: 'meanwhile' }));
  await request(service.url).get(`/wallets/${wallet}`).expect(200);
  isBusy = false;
  await until(async () => (await deposit(service, wallet, { key: 'meanwhile' })).status === 202);
  expect((await keysOf(service)).sort()).toEqual(['before', 'meanwhile']);
});

it('while the backlog cannot be counted, a limited number of operations are accepted', async () => {
  const service = await start({ wire, admission: { pendingOperations: 5 } });
  const wallet = await createFundedWallet(service.url);
  let looks = 0;
  const restore = wire.onStatement(COUNTS_BACKLOG, () => {
    looks += 1;
    return Promise.reject(new Error('the connection breaks'));
  });
  await until(() => Promise.resolve(looks > 0));
  service.startWorker();
  for (let index = 0; index < 5; index += 1) await deposit(service, wallet).expect(202);
  await service.drained();
  expectRefused(await deposit(service, wallet));
  restore();
  await until(async () => (await deposit(service, wallet)).status === 202);
});
