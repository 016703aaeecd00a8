import { auditDatabase } from '@wallet/shared/database/audit';
import { newId } from '@wallet/shared/words/ids';
import { partitionOf } from '@wallet/shared/words/partition';
import { drainPartitions } from '@wallet/worker/drain/drain-partitions';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { balanceOf } from '../support/wallets.ts';

/**
 * A wallet holds at most a bigint. The house account on the other side of every wallet of its partition may exceed
 * that: it must never be the reason why a customer's operation fails.
 */

const LIMIT = '92233720368547758.07';
const TWICE = '184467440737095516.14';

let service: Service;
let partition: number;
beforeAll(async () => {
  service = await startService({ worker: false });
  partition = partitionOf(newId(), service.partitions);
});
afterAll(() => service.stop());

/** A wallet of the one partition that all of these share. */
async function createWallet(clientId?: string): Promise<string> {
  let id = newId();
  while (partitionOf(id, service.partitions) !== partition) id = newId();
  await request(service.url).post('/wallets').send({ id, asset: 'USD', client_id: clientId }).expect(201);
  return id;
}

async function createUser(login: string): Promise<string> {
  const { body } = await request(service.url).post('/clients').send({ login, name: login, asset: 'GOLD' }).expect(201);
  return createWallet(body.id as string);
}

const deposit = (wallet: string, amount: string) => ({ type: 'deposit', wallet_id: wallet, amount });
const withdraw = (wallet: string, amount: string) => ({ type: 'withdraw', wallet_id: wallet, amount });

/** Accepts an operation and applies it. @returns it, as it ended. */
async function apply(path: string, body: object): Promise<Record<string, any>> {
  const { body: accepted } = await request(service.url).post(path).send(body).expect(202);
  await drainPartitions(service, [partition], 'high', 500);
  return (await request(service.url).get(`/operations/${accepted.id}`).expect(200)).body;
}

/** The batch as it ended, and how many of its lines were applied in sets. */
async function applyBatch(operations: readonly object[]): Promise<{ batch: Record<string, any>; inSets: number }> {
  const { body } = await request(service.url).post('/batches').send({ operations }).expect(202);
  const { appliedInSets } = await drainPartitions(service, [partition], 'bulk', 500);
  const { body: batch } = await request(service.url).get(`/batches/${body.id}`).expect(200);
  return { batch, inSets: appliedInSets[0]?.lines ?? 0 };
}

async function expectSound(): Promise<void> {
  const violations: unknown[] = [];
  await auditDatabase(service.database, (violation) => violations.push(violation));
  expect(violations).toEqual([]);
}

async function treasuryBalance(): Promise<string> {
  const { rows } = await service.database.query<{ balance: string }>(
    `SELECT balance::text FROM accounts
     WHERE system = 'treasury' AND partition = $1 AND asset_id = (SELECT id FROM assets WHERE code = 'USD')`,
    [partition],
  );
  return rows[0]!.balance;
}

it('wallets are filled and emptied one by one while others of their partition are full', async () => {
  const [full, other, third] = [await createWallet(), await createWallet(), await createWallet()];
  const user = await createUser('full_user');
  const credits: [path: string, body: object][] = [
    ['/operations', deposit(full, LIMIT)],
    ['/resupplies', { wallet_id: other, amount: LIMIT }],
    ['/wallets/users/full_user/top-up', { asset: 'USD', amount: LIMIT }],
    ['/operations', deposit(third, '5.00')],
  ];
  for (const [path, body] of credits)
    expect(await apply(path, body)).toMatchObject({ status: 'succeeded', error: null });
  expect(await treasuryBalance()).toBe(String(-(3n * (2n ** 63n - 1n) + 500n)));
  await expectSound();
  for (const wallet of [full, other, user]) expect(await balanceOf(service.url, wallet)).toBe(LIMIT);

  const transfer = { from_wallet_id: third, to_wallet_id: full, amount: '5.00' };
  expect(await apply('/transfers', transfer)).toMatchObject({
    status: 'failed',
    error: {
      code: 'balance_limit_exceeded',
      message: 'The credited wallet would exceed the highest balance that a wallet can have.',
    },
  });
  expect(await apply('/operations', withdraw(third, '5.00'))).toMatchObject({ status: 'succeeded' });
  expect(await apply('/transfers', { from_wallet_id: other, to_wallet_id: third, amount: LIMIT })).toMatchObject({
    status: 'succeeded',
    result: { from_wallet_balance: '0.00', to_wallet_balance: LIMIT },
  });
  for (const wallet of [full, third, user]) {
    expect(await apply('/operations', withdraw(wallet, LIMIT))).toMatchObject({ status: 'succeeded' });
  }
  expect(await treasuryBalance()).toBe('0');
  await expectSound();
});

it('lines of a batch are applied in sets while the house account exceeds the limit of a wallet', async () => {
  const [full, other, third] = [await createWallet(), await createWallet(), await createWallet()];
  const filled = await applyBatch([deposit(full, LIMIT), deposit(other, LIMIT), deposit(third, '7.00')]);
  expect(filled).toMatchObject({
    batch: { succeeded: 3, failed: 0, sums: [{ total: '184467440737095523.14' }] },
    inSets: 3,
  });
  expect(await treasuryBalance()).toBe(String(-(2n * (2n ** 63n - 1n) + 700n)));
  await expectSound();

  const emptied = await applyBatch([withdraw(other, LIMIT), withdraw(third, '7.00'), withdraw(full, LIMIT)]);
  expect(emptied).toMatchObject({ batch: { succeeded: 3, failed: 0 }, inSets: 3 });
  expect(await treasuryBalance()).toBe('0');
  await expectSound();
});

it('sums beyond the limit of a wallet are reported exactly', async () => {
  const wallet = await createWallet();
  const lines = [deposit(wallet, LIMIT), withdraw(wallet, LIMIT), deposit(wallet, LIMIT), withdraw(wallet, LIMIT)];
  const { batch } = await applyBatch(lines);
  expect(batch['sums']).toEqual([
    {
      asset: 'USD',
      total: '368934881474191032.28',
      succeeded: '368934881474191032.28',
      failed: '0.00',
      pending: '0.00',
    },
  ]);
  const { body } = await request(service.url).get(`/wallets/${wallet}/statistics`).expect(200);
  expect(body).toMatchObject({ count: 4, credited: TWICE, debited: TWICE, net: '0.00' });
  const checked = await request(service.url)
    .post('/batches?validate_only=true')
    .send({ operations: lines })
    .expect(200);
  expect(checked.body.sums).toEqual([{ asset: 'USD', total: '368934881474191032.28' }]);
});

describe('the database refuses', () => {
  it.each([
    ['a wallet that holds more than a wallet can', 'wallet_id', '9223372036854775808'],
    ['a wallet that owes more than a wallet can', 'wallet_id', '-9223372036854775809'],
    ['a wallet that holds what is not a number', 'wallet_id', "'NaN'"],
    ['a wallet that holds a fraction', 'wallet_id', '0.5'],
    ['a house account without a bound', 'system', "'-Infinity'"],
    ['a house account that holds what is not a number', 'system', "'NaN'"],
    ['a house account that holds a fraction', 'system', '-0.5'],
    ['a house account beyond all sums', 'system', '1e38'],
  ])('%s', async (_name, owner, balance) => {
    await createWallet();
    const sql = `UPDATE accounts SET balance = ${balance} WHERE id = (SELECT max(id) FROM accounts WHERE ${owner} IS NOT NULL)`;
    await expect(service.database.query(sql)).rejects.toMatchObject({ constraint: 'accounts_balance_fits' });
  });
});
