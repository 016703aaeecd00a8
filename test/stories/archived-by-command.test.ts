import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Month } from '@wallet/shared/words/month';
import request from 'supertest';
import * as rig from '../support/archive-rig.ts';
import { END, PLACE, age, expectGone, older } from '../support/archive-by-hand.ts';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet, operate } from '../support/wallets.ts';

/** The API answers from what `npm run archive` leaves behind. */

let service: Service;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wallet-archive-'));
  service = await startService();
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
});

const archive = (before: Month): Promise<number> => rig.archive(service, folder, before);

it('requests about an archived month are answered: operation, key, line, batch, history, moment, statistics', async () => {
  const { url } = service;
  const wallet = await createFundedWallet(url, '10.00');
  const line = { type: 'deposit', wallet_id: wallet, amount: '1.00', idempotency_key: 'line' };
  const taken = await operate(url, wallet, 'DEPOSIT', '2.00', { idempotency_key: 'single' });
  const batch = await request(url)
    .post('/batches')
    .send({ operations: [line] })
    .expect(202);
  await age(service);
  expect(await archive(END.slice(0, 7))).toBe(3);

  await expectGone(request(url).get(`/operations/${older(taken['id'] as string)}`), 'operation_archived', PLACE);
  const again = { operation_type: 'DEPOSIT', amount: '2.00', idempotency_key: 'single' };
  const sent = request(url).post(`/wallets/${wallet}/operation`).send(again);
  await expectGone(sent, 'operation_archived', { ...PLACE, operation_id: older(taken['id'] as string) });
  await expectGone(request(url).get(`/batches/${older(batch.body.id as string)}/operations`), 'batch_archived', PLACE);
  const resent = await request(url)
    .post('/batches')
    .set('Idempotency-Key', 'resent')
    .send({ operations: [line, { ...line, idempotency_key: 'other' }] })
    .expect(202);
  expect(resent.body).toMatchObject({ total: 1, replayed: 1 });
  await service.drained();
  await operate(url, wallet, 'WITHDRAW', '4.00');
  expect(await balanceOf(url, wallet)).toBe('10.00');

  const { body: history } = await request(url).get(`/wallets/${wallet}/transactions`).expect(200);
  expect(history.data.map(({ version }: { version: number }) => version)).toEqual([5, 4]);
  expect(history.archived).toMatchObject({ version: 3, balance: '13.00' });
  const at = (moment: string): request.Test => request(url).get(`/wallets/${wallet}`).query({ at: moment });
  expect((await at(history.archived.moved_at as string).expect(200)).body).toMatchObject({
    balance: '13.00',
    version: 3,
  });
  expect((await at(new Date().toISOString()).expect(200)).body).toMatchObject({ balance: '10.00', version: 5 });
  await expectGone(at('2001-01-01T00:00:00Z'), 'history_archived');
  const { body: sums } = await request(url).get(`/wallets/${wallet}/statistics`).expect(200);
  expect(sums).toMatchObject({ count: 2, net: '-3.00', archived: history.archived });
  expect((await request(url).get('/operations').expect(200)).body.archived_before).toBe(END);
});
