import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { partitionOf } from '@wallet/shared/words/partition';
import { drainPartitions } from '@wallet/worker/drain/drain-partitions';
import { breakTheLaw } from '../support/break-the-law.ts';
import { balanceOf, createFundedWallet } from '../support/wallets.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
  // Data that only the database refuses: it fails to compute with one amount.
  await service.database.query(
    'ALTER TABLE movements ADD CONSTRAINT unlucky CHECK (1 / (amount - 1313) IS NOT NULL) NOT VALID',
  );
});
afterAll(() => service.stop());

it('an operation that cannot be written fails alone, and its neighbours are applied in order', async () => {
  const wallets = await Promise.all(Array.from({ length: 6 }, () => createFundedWallet(service.url)));
  const posts: Promise<request.Response>[] = [];
  for (let round = 0; round < 20; round += 1) {
    for (const [index, wallet] of wallets.entries()) {
      const unlucky = round === 7 && index < 3;
      const body = { operation_type: 'DEPOSIT', amount: unlucky ? '13.13' : '1.00' };
      posts.push(request(service.url).post(`/wallets/${wallet}/operation`).send(body).then());
    }
  }
  const answers = await Promise.all(posts);
  await service.drained();
  for (const [index, wallet] of wallets.entries()) {
    expect(await balanceOf(service.url, wallet)).toBe(index < 3 ? '19.00' : '20.00');
  }
  const failed = await Promise.all(
    answers
      .filter((answer) => answer.body.amount === '13.13')
      .map((answer) => request(service.url).get(`/operations/${answer.body.id}`)),
  );
  expect(failed).toHaveLength(3);
  for (const answer of failed) {
    expect(answer.body).toMatchObject({ status: 'failed', result: null, error: { code: 'internal_error' } });
  }
});

it('a partition whose ledger is broken waits, and the others are drained', async () => {
  const wallets = await Promise.all(Array.from({ length: 12 }, () => createFundedWallet(service.url, '1.00')));
  const partitions = wallets.map((wallet) => partitionOf(wallet, service.partitions));
  const broken = partitions[0]!;
  const treasury = `system = 'treasury' AND asset_id = 4 AND partition = ${broken}`;
  const { rows } = await service.database.query<{ version: bigint }>(`SELECT version FROM accounts WHERE ${treasury}`);
  await breakTheLaw(service.database, `UPDATE accounts SET version = version + 7 WHERE ${treasury}`);
  const answers = await Promise.all(
    wallets.map((wallet, index) =>
      request(service.url)
        .post(`/wallets/${wallet}/operation`)
        .set('Prefer', partitions[index] === broken ? 'wait=1' : 'wait=10')
        .send({ operation_type: 'DEPOSIT', amount: 1 }),
    ),
  );
  answers.forEach((answer, index) => {
    expect(answer.body.status).toBe(partitions[index] === broken ? 'pending' : 'succeeded');
  });

  // Once repaired, it resumes where it stopped: no pending operation was decided on a broken ledger.
  await breakTheLaw(service.database, `UPDATE accounts SET version = ${rows[0]!.version} WHERE ${treasury}`);
  await service.drained();
  for (const wallet of wallets) expect(await balanceOf(service.url, wallet)).toBe('2.00');
});

it('a partition whose ledger is broken is left alone by the transaction that drains it with others', async () => {
  const idle = await startService({ worker: false });
  const broken = await createFundedWallet(idle.url);
  let sound = await createFundedWallet(idle.url);
  const placeOf = (wallet: string): number => partitionOf(wallet, idle.partitions);
  while (placeOf(sound) === placeOf(broken)) sound = await createFundedWallet(idle.url);
  for (const wallet_id of [broken, sound]) {
    await request(idle.url).post('/operations').send({ type: 'deposit', wallet_id, amount: 1 }).expect(202);
  }
  await breakTheLaw(idle.database, `UPDATE accounts SET version = 7 WHERE partition = ${placeOf(broken)}`);
  const drain = await drainPartitions(idle, [placeOf(broken), placeOf(sound)], 'high', 10);
  expect(drain.states).toEqual(
    new Map([
      [placeOf(broken), 'broken'],
      [placeOf(sound), 'empty'],
    ]),
  );
  expect(drain.applied.map(({ operation }) => operation.walletId)).toEqual([sound]);
  await idle.stop();
});
