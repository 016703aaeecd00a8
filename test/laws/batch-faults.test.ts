import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { auditDatabase } from '@wallet/shared/database/audit';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { type Cluster, type ServiceProcess, createCluster } from '../support/cluster.ts';
import { createHttpClient } from '../support/http-client.ts';
import { untilDrained } from '../support/service.ts';
import { createTestDatabase } from '../support/test-database.ts';

/** The same file, again and again, whatever happens to the processes that read and apply it: credited exactly once. */

const LINES = 20_000;
const WALLETS = 100;
const DRAINED_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'wallet-batch-faults-'));
let cluster: Cluster;
let database: Database;
let api: ServiceProcess;
let worker: ServiceProcess;
let wallets: string[];
let files = 0;

beforeAll(async () => {
  const target = await createTestDatabase();
  database = createPool({ url: target.databaseUrl, name: 'test', size: 2, onError: () => undefined });
  cluster = createCluster({ ...target, folder });
  [api, worker] = await Promise.all([cluster.startApi(), cluster.startWorker()]);
  const client = createHttpClient(4, 5_000);
  wallets = await Promise.all(
    Array.from({ length: WALLETS }, async () => {
      const answer = await client.send('POST', `${api.url}/wallets`, {}, {});
      return answer.body['id'] as string;
    }),
  );
  client.close();
}, 60_000);

afterAll(async () => {
  await cluster.stop();
  await database.end();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** A file that credits every wallet the same amount, different from all earlier ones. */
function makeFile(): Buffer {
  files += 1;
  const lines = Array.from({ length: LINES }, (_, n) => `deposit,${wallets[n % WALLETS]},0.01,file ${files}`);
  return Buffer.from(['type,wallet_id,amount,description', ...lines].join('\n'));
}

interface Upload {
  /** The id of the batch; null if the connection broke before there was an answer. */
  readonly answer: Promise<string | null>;
  cut(): void;
}

/** Sends the first `bytes` of the file, and never the rest; all of it if none are given. */
function upload(file: Buffer, bytes = file.length): Upload {
  const headers = { 'content-type': 'text/csv', 'content-length': file.length };
  const outgoing = httpRequest(`${api.url}/batches`, { method: 'POST', headers });
  const answer = new Promise<string | null>((resolve, reject) => {
    outgoing.once('error', () => resolve(null));
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', () => resolve(null));
      incoming.once('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
        if (incoming.statusCode === 202) resolve(body['id'] as string);
        else reject(new Error(JSON.stringify(body)));
      });
    });
  });
  outgoing.write(file.subarray(0, bytes));
  if (bytes === file.length) outgoing.end();
  return { answer, cut: () => outgoing.destroy() };
}

async function restartApi(): Promise<void> {
  const { port } = new URL(api.url);
  await api.kill();
  api = await cluster.startApi(Number(port));
}

async function count(what: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${what}`);
  return rows[0]!.count;
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await isTrue())) {
    await delay(2);
    if (Date.now() > deadline) throw new Error('it never came to that');
  }
}

const batches: number[] = [];

/** Sends the file until it is accepted; then, when nothing is pending, each wallet has been credited once for each file. */
async function expectCreditedOnce(file: Buffer): Promise<void> {
  const ids = [await upload(file).answer, await upload(file).answer];
  expect(ids[0]).not.toBeNull();
  expect(ids[1]).toBe(ids[0]);
  await untilDrained(database, DRAINED_MS);
  batches.push(1);
  const { rows } = await database.query<{ balance: bigint }>(
    'SELECT DISTINCT balance::bigint AS balance FROM accounts WHERE wallet_id IS NOT NULL',
  );
  expect(rows).toEqual([{ balance: BigInt((batches.length * LINES) / WALLETS) }]);
  expect(await count('batches')).toBe(batches.length);
  const violations: unknown[] = [];
  await auditDatabase(database, (violation) => violations.push(violation));
  expect(violations).toEqual([]);
}

it('an upload cut in the middle leaves nothing behind', async () => {
  const file = makeFile();
  const first = upload(file, file.length / 2);
  await delay(50);
  first.cut();
  expect(await first.answer).toBeNull();
  expect(await count('operations')).toBe(0);
  await expectCreditedOnce(file);
}, 120_000);

it('an API killed while it reads the file leaves nothing behind', async () => {
  const file = makeFile();
  const before = await count('operations');
  const first = upload(file, file.length - 10);
  await delay(50);
  await restartApi();
  expect(await first.answer).toBeNull();
  expect(await count('operations')).toBe(before);
  await expectCreditedOnce(file);
}, 120_000);

it('an API killed while it stores the batch leaves all of it, or nothing', async () => {
  const file = makeFile();
  const first = upload(file);
  const storing = `pg_stat_activity WHERE application_name LIKE 'wallet-api/%' AND query LIKE '%INSERT INTO operations (id, batch_id%'
                     AND state <> 'idle'`;
  await until(async () => (await count(storing)) > 0);
  await restartApi();
  await first.answer;
  await expectCreditedOnce(file);
}, 120_000);

it('a worker killed three times while it applies the batch does no harm', async () => {
  const file = makeFile();
  const id = await upload(file).answer;
  for (let times = 1; times <= 3; times += 1) {
    const done = `outcomes JOIN operations ON id = operation_id WHERE batch_id = '${id}'`;
    await until(async () => (await count(done)) > (times * LINES) / 8);
    await worker.kill();
    worker = await cluster.startWorker();
  }
  await expectCreditedOnce(file);
}, 120_000);
