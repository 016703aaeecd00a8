import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import request from 'supertest';
import { type Cluster, type ServiceProcess, createCluster } from '../support/cluster.ts';
import { createHttpClient } from '../support/http-client.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { createFundedWallet } from '../support/wallets.ts';

/** Slow or malicious clients cost the others nothing, and are disconnected. */

const folder = mkdtempSync(join(tmpdir(), 'wallet-slow-'));
let cluster: Cluster;
let api: ServiceProcess;
let wallet: string;
beforeAll(async () => {
  // A machine that is slow is not what is tested here.
  const env = { API_MAX_CONNECTIONS: '12000', ADMISSION_EVENT_LOOP_MS: '60000' };
  cluster = createCluster({ ...(await createTestDatabase()), folder, env });
  [api] = await Promise.all([cluster.startApi(), cluster.startWorker()]);
  wallet = await createFundedWallet(api.url);
});
afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

const DEPOSIT = '{"operation_type":"DEPOSIT","amount":"1.00"}';
const head = (method: string, path: string, ...headers: string[]): string =>
  `${[`${method} ${path} HTTP/1.1`, 'Host: x', ...headers].join('\r\n')}\r\n\r\n`;
const post = (length: number, ...headers: string[]): string =>
  head(
    'POST',
    `/wallets/${wallet}/operation`,
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    ...headers,
  );

interface Client {
  readonly socket: Socket;
  text: string;
  closed: boolean;
}

function open(target = api): Client {
  const socket = connect(Number(new URL(target.url).port), '127.0.0.1');
  const client: Client = { socket, text: '', closed: false };
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    client.text += chunk;
  });
  socket
    .on('error', () => undefined)
    .on('close', () => {
      client.closed = true;
    });
  return client;
}

/** Sends byte by byte for as long as it can. */
function trickle(client: Client, byte: string): void {
  const timer = setInterval(() => client.socket.write(byte), 100);
  client.socket.once('close', () => clearInterval(timer));
}

async function until(what: string, isSo: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await delay(20);
  }
}

/** Other clients are served: some operations from end to end, and reads, over connections that are made now. */
async function expectOthersServed(): Promise<void> {
  const client = createHttpClient(8, 10_000);
  try {
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const body = { operation_type: 'DEPOSIT', amount: '1.00' };
        const url = `${api.url}/wallets/${wallet}/operation`;
        const answer = await client.send('POST', url, { Prefer: 'wait=10' }, body);
        expect({ status: answer.status, is: answer.body['status'] }).toEqual({ status: 200, is: 'succeeded' });
        expect(await client.send('GET', `${api.url}/operations/${String(answer.body['id'])}`, {})).toMatchObject({
          status: 200,
        });
      }),
    );
  } finally {
    client.close();
  }
}

it('headers and bodies that arrive slowly are cut off, and meanwhile others are answered', async () => {
  const slowHeaders = Array.from({ length: 100 }, () => open());
  const slowBodies = Array.from({ length: 100 }, () => open());
  const silent = Array.from({ length: 100 }, () => open());
  const endless = Array.from({ length: 10 }, () => open());
  for (const client of slowHeaders) {
    client.socket.write('GET /livez HTTP/1.1\r\nX-Slow: ');
    trickle(client, 'x');
  }
  for (const client of slowBodies) {
    client.socket.write(post(60_000));
    trickle(client, ' ');
  }
  for (const client of endless) {
    client.socket.write(post(1_000_000_000));
    trickle(client, ' ');
  }
  await expectOthersServed();
  const all = [...slowHeaders, ...slowBodies, ...silent, ...endless];
  await until('all of them are closed', () => all.every(({ closed }) => closed));
  const statuses = (clients: Client[]) => [...new Set(clients.map(({ text }) => Number(text.split(' ')[1])))];
  expect(statuses(slowHeaders)).toEqual([408]);
  expect(statuses(slowBodies)).toEqual([408]);
  expect(statuses(endless)).toEqual([413]);
  await expectOthersServed();
}, 60_000);

it('requests that are refused before they are read come to an end', async () => {
  const clients = [
    head('POST', '/nowhere', 'Content-Length: 1000000000'),
    head('GET', '/livez', 'Content-Length: 1000000000'),
  ].map((text) => {
    const client = open();
    client.socket.write(text);
    trickle(client, 'x');
    return client;
  });
  await until('they are closed', () => clients.every(({ closed }) => closed));
  expect(clients.map(({ text }) => Number(text.split(' ')[1]))).toEqual([404, 200]);
}, 40_000);

/** Each needs a descriptor here and one there. */
const LIMIT = Number(/Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 1_024);
const IDLE = Math.min(10_000, LIMIT - 1_000);

it(`${IDLE} idle connections cost the others nothing, and are closed after a while`, async () => {
  const clients: Client[] = [];
  for (let count = 0; count < IDLE; count += 250) {
    const some = Array.from({ length: 250 }, () => open());
    await Promise.all(some.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))));
    clients.push(...some);
  }
  await expectOthersServed();
  await until('they are closed', () => clients.every(({ closed }) => closed), 60_000);
  await expectOthersServed();
}, 120_000);

it('connections beyond the limit are closed at once, and accepted again when there is room', async () => {
  const small = createCluster({ ...(await createTestDatabase()), folder, env: { API_MAX_CONNECTIONS: '20' } });
  try {
    const limited = await small.startApi();
    const first = Array.from({ length: 20 }, () => open(limited));
    for (const { socket } of first) socket.write(head('GET', '/livez'));
    await until('they are answered', () => first.every(({ text }) => text.includes('"ok"')));
    const late = open(limited);
    late.socket.write(head('GET', '/livez'));
    await until('it is closed', () => late.closed);
    expect(late.text).toBe('');
    first.forEach(({ socket }) => socket.destroy());
    const ask = () => request(limited.url).get('/livez');
    // The server learns later than this process that they are closed.
    await until('there is room', () =>
      ask()
        .then(({ ok }) => ok)
        .catch(() => false),
    );
  } finally {
    await small.stop();
  }
}, 60_000);

it('a request that is too large is refused as such', async () => {
  const large = open();
  large.socket.write(post(70_000) + 'x'.repeat(70_000));
  const chunked = open();
  const type = ['Content-Type: application/json', 'Transfer-Encoding: chunked'];
  chunked.socket.write(head('POST', '/resupplies', ...type) + `${(70_000).toString(16)}\r\n${'x'.repeat(70_000)}\r\n`);
  const longHeader = open();
  longHeader.socket.write(`GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
  const manyHeaders = open();
  const headers = Array.from({ length: 5_000 }, (_, index) => `X-${index}: y`).join('\r\n');
  manyHeaders.socket.write(`GET /livez HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n`);
  const clients = [large, chunked, longHeader, manyHeaders];
  await until('they are answered', () => clients.every(({ text }) => text.includes('\r\n\r\n{')));
  expect(clients.map(({ text }) => Number(text.split(' ')[1]))).toEqual([413, 413, 431, 431]);
  await expectOthersServed();
  for (const { socket } of clients) socket.destroy();
});

it('pipelined requests are answered in order, and others meanwhile', async () => {
  const client = open();
  const key = (index: number): string => `Idempotency-Key: pipelined-${index}`;
  const requests = Array.from({ length: 500 }, (_, index) => post(DEPOSIT.length, key(index)) + DEPOSIT);
  client.socket.write(requests.join(''));
  await Promise.all([
    expectOthersServed(),
    until('all are answered', () => client.text.split('HTTP/1.1 202').length === 501),
  ]);
  const keys = [...client.text.matchAll(/"idempotency_key":"pipelined-(\d+)"/g)].map(([, index]) => Number(index));
  expect(keys).toEqual(Array.from({ length: 500 }, (_, index) => index));
  client.socket.destroy();
});

it('uploads that arrive slowly hold no more than their places, and single operations are applied', async () => {
  const type = ['Content-Type: text/csv', 'Transfer-Encoding: chunked'];
  const uploads = Array.from({ length: 4 }, () => open());
  for (const client of uploads) {
    client.socket.write(head('POST', '/batches', ...type));
    trickle(client, '1\r\nx\r\n');
  }
  const send = () => request(api.url).post('/batches').set('Content-Type', 'text/csv').send('type,wallet_id,amount\n');
  let answer = await send();
  for (const deadline = Date.now() + 10_000; answer.status !== 503 && Date.now() < deadline;) answer = await send();
  expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 503, code: 'overloaded' });
  expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(5);
  await expectOthersServed();
  await until('they are given up', () => uploads.every(({ closed }) => closed), 60_000);
  expect((await send()).status).toBe(422);
}, 90_000);
