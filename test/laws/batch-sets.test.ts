import { applyPart } from '@wallet/shared/database/statements/apply-part';
import { auditDatabase } from '@wallet/shared/database/audit';
import { createPool } from '@wallet/shared/database/pool';
import { inTransaction } from '@wallet/shared/database/transaction';
import { partitionOf } from '@wallet/shared/words/partition';
import { drainPartitions } from '@wallet/worker/drain/drain-partitions';
import { DRAIN_PLANNER } from '@wallet/worker/drain/planner';
import request from 'supertest';
import { randomFrom } from '../support/load.ts';
import { type Service, startService } from '../support/service.ts';
import { untilWaitingForLocks } from '../support/until-waiting-for-locks.ts';
import { balanceOf, createFundedWallet } from '../support/wallets.ts';

/** Lines of a batch that cannot be rejected are applied in sets; all others like single operations. */

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterAll(() => service.stop());

type Line = Record<string, unknown>;

async function postBatch(operations: readonly Line[], more: Line = {}): Promise<string> {
  const { body } = await request(service.url)
    .post('/batches')
    .send({ operations, ...more })
    .expect(202);
  return body.id as string;
}

const deposit = (wallet: string, amount: unknown): Line => ({ type: 'deposit', wallet_id: wallet, amount });
const withdraw = (wallet: string, amount: unknown): Line => ({ type: 'withdraw', wallet_id: wallet, amount });
const placeOf = (wallet: string): number => partitionOf(wallet, service.partitions);

/** Applies everything pending in a partition. @returns how many operations one by one, and how many in sets. */
async function drain(partition: number, limit = 500): Promise<{ applied: number; inSets: number }> {
  const done = { applied: 0, inSets: 0 };
  for (let state = 'more'; state === 'more';) {
    const { states, applied, appliedInSets } = await drainPartitions(service, [partition], 'bulk', limit);
    done.applied += applied.length;
    for (const { lines } of appliedInSets) done.inSets += lines;
    state = states.get(partition)!;
  }
  return done;
}

async function countOutcomes(): Promise<{ succeeded: number; failed: number }> {
  const { rows } = await service.database.query<{ succeeded: number; failed: number }>(
    `SELECT count(*) FILTER (WHERE status = 'succeeded')::int AS succeeded,
            count(*) FILTER (WHERE status = 'failed')::int AS failed FROM outcomes`,
  );
  return rows[0]!;
}

async function expectSound(): Promise<void> {
  const violations: unknown[] = [];
  await auditDatabase(service.database, (violation) => violations.push(violation));
  expect(violations).toEqual([]);
}

it('applies credits and debits of several wallets and assets, each in its order', async () => {
  const random = randomFrom(7);
  const assets = ['USD', 'PTS', 'GOLD'];
  const wallets = await Promise.all(
    Array.from({ length: 12 }, (_, n) => createFundedWallet(service.url, undefined, assets[n % 3])),
  );
  const balances = new Map(wallets.map((wallet) => [wallet, 0]));
  const lines = Array.from({ length: 400 }, () => {
    const wallet = wallets[Math.floor(random() * wallets.length)]!;
    const balance = balances.get(wallet)!;
    const isDebit = random() < 0.4 && balance > 0;
    const amount = 1 + Math.floor(random() * (isDebit ? balance : 50));
    balances.set(wallet, balance + (isDebit ? -amount : amount));
    return isDebit ? withdraw(wallet, amount) : deposit(wallet, amount);
  });
  const batch = await postBatch(lines);

  const done = { applied: 0, inSets: 0 };
  for (const partition of new Set(wallets.map(placeOf))) {
    const { applied, inSets } = await drain(partition, 7);
    done.applied += applied;
    done.inSets += inSets;
  }
  expect(done).toEqual({ applied: 0, inSets: 400 });
  for (const wallet of wallets) expect(Number(await balanceOf(service.url, wallet))).toBe(balances.get(wallet));
  const { body } = await request(service.url).get(`/batches/${batch}`).expect(200);
  expect(body).toMatchObject({ status: 'completed', pending: 0, succeeded: 400, failed: 0 });
  await expectSound();
});

it('applies debits on credit in sets, down to the limit', async () => {
  const wallet = await createFundedWallet(service.url);
  await request(service.url).patch(`/wallets/${wallet}`).send({ credit_limit: 6 }).expect(200);
  await postBatch([withdraw(wallet, 5), withdraw(wallet, 1), deposit(wallet, 2), withdraw(wallet, 2)]);
  expect(await drain(placeOf(wallet))).toEqual({ applied: 0, inSets: 4 });
  expect(await balanceOf(service.url, wallet)).toBe('-6.00');
  await postBatch([withdraw(wallet, '0.01')]);
  expect(await drain(placeOf(wallet))).toEqual({ applied: 1, inSets: 0 });
  await expectSound();
});

describe('goes line by line, and writes nothing in sets', () => {
  const LIMIT = '92233720368547758.07';

  it.each<[string, (wallet: string) => Promise<unknown>, { succeeded: number; failed: number }]>([
    [
      'with a debit that is not covered on its way',
      (wallet) => postBatch([deposit(wallet, 5), withdraw(wallet, 6), deposit(wallet, 5)]),
      { succeeded: 2, failed: 1 },
    ],
    [
      'with a credit above the limit of a balance',
      (wallet) => postBatch([deposit(wallet, LIMIT), deposit(wallet, 1), withdraw(wallet, 1)]),
      { succeeded: 2, failed: 1 },
    ],
    [
      'with a frozen wallet',
      async (wallet) => {
        await postBatch([deposit(wallet, 5)]);
        await service.database.query(`UPDATE accounts SET status = 'frozen' WHERE wallet_id = $1`, [wallet]);
      },
      { succeeded: 0, failed: 1 },
    ],
    [
      'with a transfer',
      async (wallet) => {
        const to = await createFundedWallet(service.url);
        await postBatch([
          deposit(wallet, 5),
          { type: 'transfer', from_wallet_id: wallet, to_wallet_id: to, amount: 2 },
        ]);
      },
      { succeeded: 2, failed: 0 },
    ],
    [
      'behind an operation that was accepted before',
      async (wallet) => {
        await request(service.url).post('/operations').send(deposit(wallet, 5)).expect(202);
        await postBatch([deposit(wallet, 6)]);
      },
      { succeeded: 2, failed: 0 },
    ],
    [
      'beside operations of low priority',
      async (wallet) => {
        await postBatch([deposit(wallet, 5)]);
        await request(service.url)
          .post('/operations')
          .send({ ...withdraw(wallet, 5), priority: 'low' })
          .expect(202);
      },
      { succeeded: 2, failed: 0 },
    ],
    [
      'beside another batch',
      async (wallet) => {
        await postBatch([deposit(wallet, 5)]);
        await postBatch([withdraw(wallet, 5)]);
      },
      { succeeded: 2, failed: 0 },
    ],
    [
      'in an atomic batch',
      (wallet) => postBatch([deposit(wallet, 5), withdraw(wallet, 5)], { atomic: true }),
      { succeeded: 2, failed: 0 },
    ],
    [
      'in a batch that was cancelled',
      async (wallet) => {
        const batch = await postBatch([deposit(wallet, 5), deposit(wallet, 6)]);
        await request(service.url).post(`/batches/${batch}/cancel`).expect(202);
      },
      { succeeded: 0, failed: 2 },
    ],
  ])('%s', async (_name, arrange, expected) => {
    const wallet = await createFundedWallet(service.url);
    await arrange(wallet);
    const before = await countOutcomes();
    expect(await inTransaction(service.database, (client) => applyPart(client, placeOf(wallet), 500))).toBeNull();
    expect(await countOutcomes()).toEqual(before);

    expect(await drain(placeOf(wallet))).toEqual({ applied: expected.succeeded + expected.failed, inSets: 0 });
    const after = await countOutcomes();
    expect({ succeeded: after.succeeded - before.succeeded, failed: after.failed - before.failed }).toEqual(expected);
    await expectSound();
  });
});

it('continues in sets while operations of high priority that were accepted later are pending', async () => {
  const wallet = await createFundedWallet(service.url);
  await postBatch([deposit(wallet, 5), deposit(wallet, 6)]);
  await request(service.url).post('/operations').send(withdraw(wallet, 11)).expect(202);
  expect(await drain(placeOf(wallet))).toEqual({ applied: 0, inSets: 2 });
  await drainPartitions(service, [placeOf(wallet)], 'high', 10);
  expect(await balanceOf(service.url, wallet)).toBe('0.00');
});

it('skips the lines that an operation of high priority took along', async () => {
  const wallet = await createFundedWallet(service.url);
  await postBatch(Array.from({ length: 10 }, () => deposit(wallet, 5)));
  await request(service.url).post('/operations').send(withdraw(wallet, 12)).expect(202);
  const high = await drainPartitions(service, [placeOf(wallet)], 'high', 4);
  expect(high.applied).toHaveLength(4);
  expect(await drain(placeOf(wallet), 3)).toEqual({ applied: 0, inSets: 6 });
  await drainPartitions(service, [placeOf(wallet)], 'high', 10);
  expect(await balanceOf(service.url, wallet)).toBe('38.00');
  await expectSound();
});

it('looks rows up by key, although its plans were made while the tables were empty', async () => {
  const fresh = await startService({ worker: false });
  const { databaseUrl: url } = fresh;
  const session = createPool({ url, name: 'one', size: 1, settings: DRAIN_PLANNER, onError: () => undefined });
  try {
    const wallet = await createFundedWallet(fresh.url);
    const operations = Array.from({ length: 4_000 }, (_, n) => deposit(wallet, n + 1));
    await request(fresh.url).post('/batches').send({ operations }).expect(202);
    for (let state; state !== 'empty';) {
      state = (await drainPartitions({ ...service, database: session }, [placeOf(wallet)], 'bulk', 1_000)).states.get(
        placeOf(wallet),
      );
    }
    await session.query('SELECT pg_stat_force_next_flush()');
    const { rows } = await session.query<{ read: number }>(
      `SELECT (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)::int
            + (SELECT sum(seq_tup_read) FROM pg_stat_user_tables)::int AS read`,
    );
    // About twenty per line. Reading whole tables each time would make it hundreds.

    expect(rows[0]!.read).toBeLessThan(50 * operations.length);
  } finally {
    await session.end();
    await fresh.stop();
  }
});

it('sees the credit of a transfer from another partition', async () => {
  const wallet = await createFundedWallet(service.url);
  let sender = await createFundedWallet(service.url);
  while (placeOf(sender) === placeOf(wallet)) sender = await createFundedWallet(service.url);
  await postBatch([deposit(sender, 10)]);
  await drain(placeOf(sender));
  await request(service.url)
    .post('/operations')
    .send({ type: 'transfer', from_wallet_id: sender, to_wallet_id: wallet, amount: 10 })
    .expect(202);
  await postBatch([deposit(wallet, 1), withdraw(wallet, 11), deposit(wallet, 4)]);

  // Both wait for the wallet's account, the transfer first. The batch's snapshot of it is older than the transfer.
  const holder = await service.database.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM accounts WHERE wallet_id = $1 FOR UPDATE', [wallet]);
  const transfer = drainPartitions(service, [placeOf(sender)], 'high', 10);
  await untilWaitingForLocks(service.database);
  const batch = drain(placeOf(wallet));
  await untilWaitingForLocks(service.database, 2);
  await holder.query('COMMIT');
  holder.release();

  expect((await transfer).applied).toHaveLength(1);
  expect(await batch).toEqual({ applied: 0, inSets: 3 });
  expect(await balanceOf(service.url, wallet)).toBe('4.00');
  const { rows } = await service.database.query(
    `SELECT FROM entries AS one JOIN entries AS next ON next.account_id = one.account_id AND next.version = one.version + 1
     WHERE next.created_at < one.created_at`,
  );
  expect(rows).toHaveLength(0);
  await expectSound();
});
