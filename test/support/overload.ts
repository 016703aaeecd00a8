import { setTimeout as delay } from 'node:timers/promises';
import { newId } from '@wallet/shared/words/ids';
import request from 'supertest';
import type { Service } from './service.ts';

/** Slow machines take long: nothing depends on how long. */
const WAIT_MS = 60_000;

/** The statement by which an API reads the backlog. */
export const COUNTS_BACKLOG = /\bcount\(\*\)[^]*FROM pending_operations\b/;

export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('not in time');
    await delay(10);
  }
}

interface Sent {
  readonly key?: string;
  readonly priority?: 'high' | 'low';
}

export function deposit(service: Service, wallet: string, { key = newId(), priority }: Sent = {}): request.Test {
  return request(service.url)
    .post(`/wallets/${wallet}/operation`)
    .set('Idempotency-Key', key)
    .send({ operation_type: 'DEPOSIT', amount: '1.00', ...(priority ? { priority } : {}) });
}

/**
 * Sends it until it is accepted. What is accepted while the backlog is being counted counts twice until the next count, so one that would
 * just fit may be refused for a moment.
 * @returns the id of the operation.
 */
export async function accept(service: Service, wallet: string, sent: Sent): Promise<string> {
  const same = { key: newId(), ...sent };
  let id = '';
  await until(async () => {
    const { status, body } = await deposit(service, wallet, same);
    if (status === 202) id = body.id;
    return status === 202;
  });
  return id;
}

export function sendBatch(service: Service, wallet: string, lines: number, query = ''): request.Test {
  const line = `${JSON.stringify({ type: 'deposit', wallet_id: wallet, amount: '1.00' })}\n`;
  return request(service.url)
    .post(`/batches${query}`)
    .set('Content-Type', 'application/x-ndjson')
    .set('Idempotency-Key', newId())
    .send(line.repeat(lines));
}

export function expectRefused(answer: request.Response): void {
  expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 503, code: 'overloaded' });
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.body.request_id).toBe(answer.headers['x-request-id']);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
}

export async function keysOf(service: Service): Promise<string[]> {
  const { rows } = await service.database.query<{ key: string }>('SELECT idempotency_key AS key FROM operations');
  return rows.map(({ key }) => key);
}

/** As if pending operations had been accepted this many seconds earlier. */
export async function makeOlder(service: Service, seconds: number, where = 'true'): Promise<void> {
  await service.database.query('ALTER TABLE pending_operations DISABLE TRIGGER pending_operations_unchanged');
  await service.database.query(
    `UPDATE pending_operations SET accepted_at = accepted_at - ${seconds} * interval '1 second' WHERE ${where}`,
  );
  await service.database.query('ALTER TABLE pending_operations ENABLE TRIGGER pending_operations_unchanged');
}
