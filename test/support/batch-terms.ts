import { auditDatabase } from '@wallet/shared/database/audit';
import request from 'supertest';
import { type Service, startService } from './service.ts';
import { createFundedWallet } from './wallets.ts';

/** The setup for tests of lines with terms: one service per importing file, whose database is sound at the end. */
export let service: Service;
beforeAll(async () => {
  service = await startService();
  await request(service.url).post('/accounts').send({ name: 'fees' }).expect(201);
});
afterAll(async () => {
  await service.drained();
  const violations: unknown[] = [];
  await auditDatabase(service.database, (violation) => violations.push(violation));
  expect(violations).toEqual([]);
  await service.stop();
});

export type Line = Record<string, unknown>;

export function funded(balance?: string, asset?: string): Promise<string> {
  return createFundedWallet(service.url, balance, asset);
}

/** A hold that has succeeded. */
export async function heldOf(wallet: string, amount: string): Promise<string> {
  return ended(`/wallets/${wallet}/holds`, { amount });
}

/** Requests an operation, and waits until it has succeeded. @returns its id */
export async function ended(path: string, body: object): Promise<string> {
  const answer = await request(service.url).post(path).set('Prefer', 'wait=10').send(body).expect(200);
  expect(answer.body).toMatchObject({ status: 'succeeded' });
  return answer.body.id as string;
}

/** Sends a batch, and waits for its end. */
export function sendBatch(operations: readonly Line[], query = ''): request.Test {
  return request(service.url).post(`/batches${query}`).set('Prefer', 'wait=20').send({ operations });
}

/** The lines of a batch, as they stand. */
export async function linesOf(id: string, query = ''): Promise<Record<string, any>[]> {
  const { body } = await request(service.url).get(`/batches/${id}/operations${query}`).expect(200);
  return body.data as Record<string, unknown>[];
}

/** The balance and the held amount of a wallet. */
export async function standOf(wallet: string): Promise<{ balance: string; held: string }> {
  const { rows } = await service.database.query<{ balance: string; held: string }>(
    `SELECT (SELECT balance FROM accounts WHERE wallet_id = $1)::text AS balance,
            coalesce((SELECT balance FROM accounts WHERE held_of = $1), 0)::text AS held`,
    [wallet],
  );
  return rows[0]!;
}

/** Without the operations that the service accepts itself when a hold has expired, at any time. */
export async function countRows(): Promise<unknown> {
  const { rows } = await service.database.query(
    `SELECT (SELECT count(*) FROM operations)::int - (SELECT count(*) FROM operation_terms WHERE reason = 'expired')::int AS operations,
            (SELECT count(*) FROM operation_terms WHERE reason IS NULL)::int AS terms,
            (SELECT count(*) FROM operation_legs)::int AS legs, (SELECT count(*) FROM batches)::int AS batches,
            (SELECT count(*) FROM accounts WHERE held_of IS NOT NULL)::int AS held`,
  );
  return rows[0];
}
