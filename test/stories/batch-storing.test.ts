import { request as httpRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { type WireTrap, startWireTrap } from '../support/wire-trap.ts';
import { balanceOf, createFundedWallet, operate } from '../support/wallets.ts';

/** A batch is stored while it is being read: whatever its rest contains, all of it is accepted, or nothing. */

let trap: WireTrap;
let service: Service;
let wallet: string;
beforeAll(async () => {
  trap = await startWireTrap();
  service = await startService({ wire: trap });
  wallet = await createFundedWallet(service.url, '0.01');
});
afterAll(async () => {
  await service.stop();
  await trap.stop();
});

/** More than are stored at once. */
const LINES = 4_500;

interface Upload {
  write(text: string): void;
  end(text?: string): Promise<{ status: number; body: Record<string, unknown> }>;
  cut(): void;
}

function upload(type: string): Upload {
  const outgoing = httpRequest(`${service.url}/batches`, { method: 'POST', headers: { 'content-type': type } });
  const answer = new Promise<{ status: number; body: Record<string, unknown> }>((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
        resolve({ status: incoming.statusCode ?? 0, body });
      });
    });
  });
  answer.catch(() => undefined);
  return {
    write(text) {
      outgoing.write(text);
    },
    end(text) {
      outgoing.end(text);
      return answer;
    },
    cut() {
      outgoing.destroy();
    },
  };
}

function csv(amount: string, column = ''): string {
  const lines = Array.from({ length: LINES }, (_, n) => `deposit,${wallet},${amount}${column && `,${column}-${n}`}`);
  return `type,wallet_id,amount${column && ',idempotency_key'}\n${lines.join('\n')}\n`;
}

/** Resolves with the process ids of the API's connections that are in the middle of storing. */
async function untilStoring(): Promise<number[]> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const { rows } = await service.database.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'api/%'
         AND state = 'idle in transaction' AND query LIKE '%INSERT INTO operations (id, batch_id%'`,
    );
    if (rows.length > 0) return rows.map(({ pid }) => pid);
    if (Date.now() > deadline) throw new Error('nothing was stored before the end of the body');
    await delay(2);
  }
}

async function countLines(): Promise<number> {
  const { rows } = await service.database.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM operations WHERE batch_id IS NOT NULL',
  );
  return rows[0]!.count;
}

async function untilNothingIsStoring(): Promise<void> {
  for (;;) {
    const { rows } = await service.database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'api/%' AND xact_start IS NOT NULL`,
    );
    if (rows.length === 0) return;
    await delay(2);
  }
}

it('keeps nothing when a line after the stored ones is invalid', async () => {
  const before = await countLines();
  const sending = upload('text/csv');
  sending.write(csv('0.01'));
  await untilStoring();
  const { status, body } = await sending.end(`deposit,${wallet},0.001\n`);
  expect(status).toBe(422);
  expect(body['errors']).toEqual([expect.objectContaining({ line: LINES + 2, field: 'amount' })]);
  expect(await countLines()).toBe(before);
});

it('keeps nothing when the upload is cut', async () => {
  const before = await countLines();
  const sending = upload('text/csv');
  sending.write(csv('0.02'));
  await untilStoring();
  sending.cut();
  await untilNothingIsStoring();
  expect(await countLines()).toBe(before);
});

it('stores it again when the storing connection is lost', async () => {
  const before = await countLines();
  const balance = Number(await balanceOf(service.url, wallet));
  const sending = upload('text/csv');
  sending.write(csv('0.03'));
  for (const pid of await untilStoring()) await service.database.query('SELECT pg_terminate_backend($1)', [pid]);
  const { status, body } = await sending.end(`deposit,${wallet},0.03\n`);
  expect({ status, total: body['total'] }).toEqual({ status: 202, total: LINES + 1 });
  expect(await countLines()).toBe(before + LINES + 1);
  await service.drained();
  expect(Number(await balanceOf(service.url, wallet))).toBeCloseTo(balance + (LINES + 1) * 0.03, 2);
});

it('stores it once when the answer to its COMMIT is lost', async () => {
  const before = await countLines();
  trap.loseAnswer(/accept_batch.*COMMIT/);
  const { body, headers } = await request(service.url)
    .post('/batches')
    .set('Prefer', 'wait=10')
    .type('text/csv')
    .send(csv('0.08'))
    .expect(200);
  expect(headers['idempotent-replayed']).toBeUndefined();
  expect(body).toMatchObject({ status: 'completed', succeeded: LINES });
  expect(await countLines()).toBe(before + LINES);
});

it('answers with the first batch when the same was accepted before, and stores nothing', async () => {
  const first = await upload('text/csv').end(csv('0.04'));
  const before = await countLines();
  const again = await upload('text/csv').end(csv('0.04'));
  expect(first.status).toBe(202);
  expect(again.body['id']).toBe(first.body['id']);
  expect(await countLines()).toBe(before);
});

it('uses the priority that comes after the operations in a JSON body', async () => {
  const sending = upload('application/json');
  const operation = JSON.stringify({ type: 'deposit', wallet_id: wallet, amount: '0.05' });
  sending.write(`{"operations":[${Array.from({ length: LINES }, () => operation).join(',')}`);
  await untilStoring();
  const { status, body } = await sending.end('],"priority":"high"}');
  expect({ status, priority: body['priority'] }).toEqual({ status: 202, priority: 'high' });
  const { rows } = await service.database.query<{ priority: string }>(
    'SELECT DISTINCT priority FROM operations WHERE batch_id = $1',
    [body['id']],
  );
  expect(rows).toEqual([{ priority: 'high' }]);
});

it('holds no key of a line before all lines have been read', async () => {
  const sending = upload('text/csv');
  sending.write(csv('0.06', 'mine'));
  await untilSpooled();
  const single = await operate(service.url, wallet, 'DEPOSIT', '0.07', { idempotency_key: 'mine-7' });
  expect(single['status']).toBe('succeeded');
  const before = await countLines();
  expect((await sending.end()).body).toMatchObject({ status: 409, code: 'batch_in_progress' });
  expect(await countLines()).toBe(before);
});

/** The server has taken what was sent: it answers another request on the way. */
async function untilSpooled(): Promise<void> {
  for (let round = 0; round < 5; round += 1) await request(service.url).get('/health').expect(200);
}
