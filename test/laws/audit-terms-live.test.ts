import { runAudit } from '@wallet/shared/database/audit';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

/** The audit of operations with terms that API and worker have accepted and applied. */

let service: Service;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service.stop());

async function audit(mostRows: number, sinceCheckpoint = false): Promise<string[]> {
  const found: string[] = [];
  const tell = ({ violation, subject, detail }: Record<'violation' | 'subject' | 'detail', string>): unknown =>
    found.push(`${violation}: ${subject}: ${detail}`);
  await runAudit(service.database, { mostRows, keep: true, sinceCheckpoint, tell });
  return found;
}

/** @returns the id of the operation that was accepted. */
async function post(path: string, body: object = {}): Promise<string> {
  const answer = await request(service.url).post(path).send(body).expect(202);
  return answer.body.id as string;
}

/** Everything that can be requested for a hold, a transfer and postings, in quick succession: much of it fails. */
async function act(wallet: string, other: string): Promise<void> {
  const leg = (from: object, to: object, amount: string, more = {}) => ({ from, to, amount, ...more });
  const hold = await post(`/wallets/${wallet}/holds`, { amount: '3.00', expires_in: 3_600 });
  const parts = await Promise.all([
    post(`/holds/${hold}/capture`, { amount: '1.00', to_wallet_id: other, final: false }),
    post(`/holds/${hold}/capture`, { amount: '0.50', to_account: 'fees', final: false }),
    post(`/holds/${hold}/release`, { amount: '0.25' }),
    post(`/holds/${hold}/capture`, { amount: '1.50' }),
    post(`/holds/${hold}/capture`),
    post(`/holds/${hold}/release`),
  ]);
  await post(`/wallets/${wallet}/holds`, { amount: '0.10' });
  const transfer = await post('/transfers', { from_wallet_id: wallet, to_wallet_id: other, amount: '2.00' });
  const posting = await post('/postings', {
    legs: [
      leg({ wallet_id: wallet }, { wallet_id: other }, '1.00'),
      leg({ wallet_id: other }, { account: 'fees' }, '0.10'),
      leg({ account: 'fees' }, { account: 'treasury' }, '0.05', { asset: 'USD' }),
      leg({ wallet_id: other }, { wallet_id: wallet }, '0.20'),
    ],
  });
  await Promise.all([
    post(`/operations/${transfer}/reversal`, { amount: '1.50' }),
    post(`/operations/${transfer}/reversal`, { amount: '1.00' }),
    post(`/operations/${transfer}/reversal`),
    post(`/operations/${posting}/reversal`),
    ...[0, 0, 1, 3].map((part) => post(`/operations/${parts[part]}/reversal`).catch(() => undefined)),
  ]);
}

it('finds no violation while holds, reversals and postings are accepted and applied', async () => {
  await request(service.url).post('/accounts').send({ name: 'fees' }).expect(201);
  const wallets = await Promise.all([1, 2, 3].map(() => createFundedWallet(service.url, '20.00')));
  const load = { ends: false };
  const work = (async () => {
    for (let round = 0; !load.ends && round < 20; round += 1)
      await Promise.all(wallets.map((wallet, n) => act(wallet, wallets[(n + 1) % wallets.length] ?? wallet)));
  })();
  const found: string[] = [];
  for (let run = 0; run < 4; run += 1) found.push(...(await audit(5 + 10 * run, run % 2 === 1)));
  load.ends = true;
  await work;
  await service.drained();
  found.push(...(await audit(10_000)));
  // Pieces of three rows: most of the time that the whole takes.
  if (process.env['TEST_LONG']) found.push(...(await audit(3)));
  expect(found).toEqual([]);
}, 120_000);
