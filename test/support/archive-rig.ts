import { archiveMonths } from '@wallet/shared/database/archive';
import { verifyArchive } from '@wallet/shared/database/archive/verify';
import { auditDatabase } from '@wallet/shared/database/audit';
import { createPool } from '@wallet/shared/database/pool';
import { type Month, startOf } from '@wallet/shared/words/month';
import request from 'supertest';
import { age, idOfNow } from './aged-history.ts';
import type { Service } from './service.ts';
import { operate } from './wallets.ts';

/** Archives the months of a service before one, to a folder. */
export async function archive(service: Service, folder: string, before: Month): Promise<number> {
  const pool = createPool({
    url: service.databaseUrl,
    name: 'archive',
    size: 1,
    statementMs: 0,
    onError: () => undefined,
  });
  const client = await pool.connect();
  try {
    return await archiveMonths(client, { before, to: folder, tell: () => undefined, explain: String });
  } finally {
    client.release(true);
    await pool.end();
  }
}

/** The violations that the audit finds. */
export async function audit(service: Service): Promise<unknown[]> {
  const found: unknown[] = [];
  await auditDatabase(service.database, (violation) => found.push(violation));
  return found;
}

/** The problems of an archive. */
export async function verify(service: Service, folder: string): Promise<string[]> {
  const told: string[] = [];
  await verifyArchive(folder, service.database, (sentence) => told.push(sentence));
  return told;
}

/** Operations of all kinds on wallets, some of which fail, and batches of simple ones, of which one is atomic. */
export async function work(service: Service, wallets: readonly string[]): Promise<void> {
  const [one, other] = wallets as [string, string];
  await operate(service.url, one, 'DEPOSIT', '50.00', {
    description: 'a "quoted"\nline, and a comma',
    metadata: { a: '"\n' },
  });
  await operate(service.url, other, 'WITHDRAW', '1000000.00');
  await operate(service.url, one, 'WITHDRAW', '3.00');
  const transfer = { from_wallet_id: one, to_wallet_id: other, amount: '4.00' };
  await request(service.url).post('/transfers').set('Prefer', 'wait=10').send(transfer).expect(200);
  await workWithTerms(service, one, other);
  const operations = Array.from({ length: 30 }, (_, n) => ({
    type: n % 3 === 2 ? 'withdraw' : 'deposit',
    wallet_id: wallets[n % wallets.length],
    amount: n % 11 === 2 ? '1000000.00' : '2.00',
    ...(n % 5 === 0 ? { idempotency_key: `${wallets[0]}-${Date.now()}-${n}` } : {}),
  }));
  await request(service.url).post('/batches').send({ operations }).expect(202);
  const atomic = { operations: operations.slice(1, 5), atomic: true };
  await request(service.url).post('/batches').set('Idempotency-Key', idOfNow()).send(atomic).expect(202);
  await service.drained();
}

/** A hold that is captured and released in parts, a reversal of each reversible kind, and a posting; all of it ends. */
async function workWithTerms({ url }: Service, one: string, other: string): Promise<void> {
  const post = async (path: string, body: object): Promise<string> => {
    const answer = await request(url).post(path).set('Prefer', 'wait=10').send(body).expect(200);
    expect(answer.body).toMatchObject({ status: 'succeeded' });
    return answer.body.id as string;
  };
  const hold = await post(`/wallets/${one}/holds`, { amount: '9.00', expires_in: 3600 });
  const capture = await post(`/holds/${hold}/capture`, { amount: '2.00', final: false });
  await post(`/holds/${hold}/release`, { amount: '1.00' });
  await post(`/holds/${hold}/capture`, { amount: '2.00', to_wallet_id: other });
  await post(`/operations/${capture}/reversal`, { amount: '0.50' });
  const [from, to] = [{ wallet_id: one }, { wallet_id: other }];
  const legs = [
    { from, to, amount: '3.00' },
    { from: to, to: { account: 'treasury' }, amount: '0.25' },
  ];
  const posting = await post('/postings', { legs });
  await post(`/operations/${posting}/reversal`, {});
  await post('/postings', { legs });
}

/** Moves what `done` does into a month, some days after its beginning. */
export async function inMonth(service: Service, month: Month, done: () => Promise<unknown>): Promise<void> {
  const since = idOfNow();
  await done();
  await age(service.database, Date.now() - startOf(month).getTime() - 5 * 86_400_000, since);
}
