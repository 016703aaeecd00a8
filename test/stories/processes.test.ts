import { mkdtempSync, rmSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { urlFor } from '@wallet/local/embedded-postgres';
import { createPool, type Database } from '@wallet/shared/database/pool';
import request from 'supertest';
import { createHttpClient } from '../support/http-client.ts';
import { type Cluster, createCluster, untilLogged } from '../support/cluster.ts';
import { untilDrained } from '../support/service.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { createFundedWallet } from '../support/wallets.ts';

const folder = mkdtempSync(join(tmpdir(), 'wallet-processes-'));
let target: Awaited<ReturnType<typeof createTestDatabase>>;
let cluster: Cluster;
let database: Database;
beforeAll(async () => {
  target = await createTestDatabase();
  cluster = createCluster({ ...target, folder, asShipped: true, env: { LOG_LEVEL: 'debug' } });
  database = createPool({ url: target.databaseUrl, name: 'test', size: 1, onError: () => undefined });
});
afterAll(async () => {
  await cluster.stop();
  await database.end();
  rmSync(folder, { recursive: true, force: true });
});

const linesOf = (log: string) =>
  log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('an API process', () => {
  it('answers waiting requests, then exits 0, when it is asked to stop', async () => {
    const api = await cluster.startApi();
    const wallet = await createFundedWallet(api.url);
    const keptAlive = createHttpClient(2, 30_000);
    const waiting = keptAlive.send(
      'POST',
      `${api.url}/wallets/${wallet}/operation`,
      { Prefer: 'wait=30' },
      { operation_type: 'DEPOSIT', amount: 1 },
    );
    await untilAccepted(wallet);
    const started = Date.now();
    const code = api.stop();
    expect(await waiting).toMatchObject({ status: 202, body: { status: 'pending' } });
    expect(await code).toBe(0);
    // The client would have kept its connection; nothing waits for that.
    expect(Date.now() - started).toBeLessThan(3_000);
    keptAlive.close();
  });

  it('exits at once at a second signal', async () => {
    const api = await cluster.startApi();
    const client = await sendHalfARequest(api.url);
    api.child.process.kill('SIGTERM');
    await untilLogged(api, 'process stopping');
    api.child.process.kill('SIGTERM');
    expect(await api.child.ended).toBe(1);
    client.destroy();
  });

  it('does not wait forever for a client that never finishes its request', async () => {
    const api = await cluster.startApi();
    const client = await sendHalfARequest(api.url);
    const started = Date.now();
    expect(await api.stop()).toBe(0);
    expect(Date.now() - started).toBeLessThan(10_000);
    client.destroy();
  });

  it.each([
    [{ PARTITIONS: '7' }, 'this database was made for 16'],
    [{ HOST: '0.0.0.0' }, 'ALLOW_ANONYMOUS'],
    [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL: must be a postgres:// URL'],
  ])('does not start with %j', async (env, message) => {
    await expect(createCluster({ ...target, folder, env }).startApi()).rejects.toThrow(message);
  });

  it('does not start on a database without a schema', async () => {
    const bare = { ...target, databaseUrl: new URL('/postgres', target.databaseUrl).href };
    await expect(createCluster({ ...bare, folder }).startApi()).rejects.toThrow('run the migrations first');
  });
});

describe('the logs', () => {
  it('log one line per outcome, with its ids', async () => {
    const [api, worker] = await Promise.all([cluster.startApi(), cluster.startWorker()]);
    const wallet = await createFundedWallet(api.url);
    const accepted = await request(api.url)
      .post(`/wallets/${wallet}/operation`)
      .set('X-Request-Id', 'req-1')
      .send({ operation_type: 'WITHDRAW', amount: 1 })
      .expect(202);
    await untilDrained(database, 10_000);
    expect([await api.stop(), await worker.stop()]).toEqual([0, 0]);

    const operation_id = accepted.body.id as string;
    const answered = linesOf(api.log()).filter((line) => line['operation_id'] === operation_id);
    expect(answered).toEqual([
      expect.objectContaining({ msg: 'request answered', request_id: 'req-1', status: 202, wallet_id: wallet }),
    ]);
    const lines = linesOf(worker.log());
    expect(lines.filter((line) => line['operation_id'] === operation_id)).toEqual([
      expect.objectContaining({ msg: 'operation refused', code: 'insufficient_funds', wallet_id: wallet }),
    ]);
    expect(lines).toContainEqual(
      expect.objectContaining({
        msg: 'batch committed',
        batch_size: expect.any(Number),
        partitions: expect.any(Array),
      }),
    );
    for (const role of ['api', 'worker'] as const) {
      const { password } = new URL(urlFor(role, target.databaseUrl));
      for (const log of [api.log(), worker.log()]) expect(log).not.toContain(password);
    }
  });
});

/** A client that has sent the beginning of a request, and nothing more. */
async function sendHalfARequest(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('POST /wallets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{');
  // Once the API answers another connection, it has read this one too.
  await new Promise((resolve) => socket.once('connect', resolve));
  await request(url).get('/livez').expect(200);
  return socket;
}

async function untilAccepted(wallet: string): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const { rowCount } = await database.query('SELECT FROM operations WHERE wallet_id = $1', [wallet]);
    if (rowCount === 1) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the operation was not accepted');
}
