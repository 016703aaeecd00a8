import { ADVISORY_LOCK } from '@wallet/shared/database/locks';
import { type Client, createPool } from '@wallet/shared/database/pool';
import { partitionOf } from '@wallet/shared/words/partition';
import { drainPartitions } from '@wallet/worker/drain/drain-partitions';
import { DRAIN_PLANNER } from '@wallet/worker/drain/planner';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { untilWaitingForLocks } from '../support/until-waiting-for-locks.ts';
import { createFundedWallet } from '../support/wallets.ts';

/** A decision about a partition or a wallet waits for the session that is changing it, and is made on what is left. */

let service: Service;
let holder: Client;
let wallet: string;
let partition: number;
beforeEach(async () => {
  service = await startService({ worker: false });
  holder = await service.database.connect();
  wallet = await createFundedWallet(service.url);
  partition = partitionOf(wallet, service.partitions);
});
afterEach(async () => {
  await holder.query('ROLLBACK');
  holder.release();
  await service.stop();
});

async function acceptDeposit(): Promise<string> {
  const deposit = { type: 'deposit', wallet_id: wallet, amount: 5 };
  const { body } = await request(service.url).post('/operations').send(deposit).expect(202);
  return body.id as string;
}

const drain = () => drainPartitions(service, [partition], 'high', 10);

it('a partition that another worker drains is left alone', async () => {
  await acceptDeposit();
  await holder.query('BEGIN');
  await holder.query('SELECT pg_advisory_xact_lock($1, $2)', [ADVISORY_LOCK.drain, partition]);
  expect(await drain()).toMatchObject({ states: new Map([[partition, 'busy']]), applied: [], faults: [] });
  await holder.query('COMMIT');
  expect(await drain()).toMatchObject({ states: new Map([[partition, 'empty']]), applied: [expect.anything()] });
});

it('an operation applied after a wallet was frozen sees it frozen', async () => {
  await acceptDeposit();
  await holder.query('BEGIN');
  await holder.query(`UPDATE accounts SET status = 'frozen' WHERE wallet_id = $1`, [wallet]);
  const draining = drain();
  await untilWaitingForLocks(service.database);
  await holder.query('COMMIT');
  expect((await draining).applied).toMatchObject([{ outcome: { rejection: 'wallet_frozen' } }]);
});

it('wallets are locked in the order of their accounts, whichever way an amount goes', async () => {
  const sender = await createFundedWallet(service.url);
  const transfer = { type: 'transfer', from_wallet_id: sender, to_wallet_id: wallet, amount: 5 };
  await request(service.url).post('/operations').send(transfer).expect(202);
  await holder.query('BEGIN');
  // The receiver's account was made first.
  await holder.query('SELECT FROM accounts WHERE wallet_id = $1 FOR UPDATE', [wallet]);
  const { databaseUrl: url } = service;
  const pool = createPool({ url, name: 'worker', size: 1, settings: DRAIN_PLANNER, onError: () => undefined });
  const draining = drainPartitions(
    { ...service, database: pool },
    [partitionOf(sender, service.partitions)],
    'high',
    10,
  );
  await untilWaitingForLocks(service.database);
  const free = await service.database.query('SELECT FROM accounts WHERE wallet_id = $1 FOR UPDATE SKIP LOCKED', [
    sender,
  ]);
  expect(free.rowCount).toBe(1);
  await holder.query('COMMIT');
  expect((await draining).applied).toHaveLength(1);
  await pool.end();
});

it('a wallet that is being credited is not closed', async () => {
  await acceptDeposit();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM accounts WHERE wallet_id = $1 FOR UPDATE', [wallet]);
  const draining = drain();
  await untilWaitingForLocks(service.database);
  const closing = request(service.url).patch(`/wallets/${wallet}`).send({ status: 'closed' }).then();
  await untilWaitingForLocks(service.database, 2);
  await holder.query('COMMIT');
  expect((await draining).applied).toHaveLength(1);
  expect(await closing).toMatchObject({ status: 409, body: { code: 'wallet_not_empty' } });
});

it('a wallet whose whole balance is being held is not closed', async () => {
  await acceptDeposit();
  await drain();
  await request(service.url).post(`/wallets/${wallet}/holds`).send({ amount: 5 }).expect(202);
  await holder.query('BEGIN');
  await holder.query('SELECT FROM accounts WHERE wallet_id = $1 FOR UPDATE', [wallet]);
  const draining = drain();
  await untilWaitingForLocks(service.database);
  // It begins while nothing is held, and is to see what is when it comes to its turn.
  const closing = request(service.url).patch(`/wallets/${wallet}`).send({ status: 'closed' }).then();
  await untilWaitingForLocks(service.database, 2);
  await holder.query('COMMIT');
  expect((await draining).applied).toMatchObject([{ outcome: { rejection: null } }]);
  expect(await closing).toMatchObject({ status: 409, body: { code: 'wallet_not_empty' } });
});

it('a credit limit that is being spent is not lowered', async () => {
  const limit = (credit_limit: number) => request(service.url).patch(`/wallets/${wallet}`).send({ credit_limit });
  await limit(5).expect(200);
  const withdraw = { type: 'withdraw', wallet_id: wallet, amount: 5 };
  await request(service.url).post('/operations').send(withdraw).expect(202);
  await holder.query('BEGIN');
  await holder.query('SELECT FROM accounts WHERE wallet_id = $1 FOR UPDATE', [wallet]);
  const draining = drain();
  await untilWaitingForLocks(service.database);
  const lowering = limit(4).then();
  await untilWaitingForLocks(service.database, 2);
  await holder.query('COMMIT');
  expect((await draining).applied).toMatchObject([{ outcome: { rejection: null } }]);
  expect(await lowering).toMatchObject({ status: 409, body: { code: 'credit_in_use' } });
});

it('an operation applied after a credit limit was lowered is subject to it', async () => {
  await request(service.url).patch(`/wallets/${wallet}`).send({ credit_limit: 5 }).expect(200);
  const withdraw = { type: 'withdraw', wallet_id: wallet, amount: 5 };
  await request(service.url).post('/operations').send(withdraw).expect(202);
  await holder.query('BEGIN');
  await holder.query('UPDATE accounts SET credit_limit = 499 WHERE wallet_id = $1', [wallet]);
  const draining = drain();
  await untilWaitingForLocks(service.database);
  await holder.query('COMMIT');
  expect((await draining).applied).toMatchObject([{ outcome: { rejection: 'insufficient_funds' } }]);
});

it('a plan with a row that cannot be written is not written at all', async () => {
  const withdraw = { type: 'withdraw', wallet_id: wallet, amount: 5 };
  const { body } = await request(service.url)
    .post('/batches')
    .send({ operations: [withdraw] })
    .expect(202);
  // As if the row were not there: no law of the database speaks of it.
  await service.database.query(`
    CREATE FUNCTION skip_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
    CREATE TRIGGER skips BEFORE UPDATE ON batch_totals FOR EACH ROW EXECUTE FUNCTION skip_row()`);
  const bulk = () => drainPartitions(service, [partition], 'bulk', 10);
  expect(await bulk()).toMatchObject({ states: new Map([[partition, 'broken']]), applied: [] });
  const pending = await request(service.url).get(`/batches/${body.id}`).expect(200);
  expect(pending.body).toMatchObject({ pending: 1, failed: 0 });

  await service.database.query('DROP TRIGGER skips ON batch_totals');
  expect((await bulk()).applied).toMatchObject([{ outcome: { rejection: 'insufficient_funds' } }]);
});

// A line has no row in the queue that both would wait for: they wait for the account of its wallet.
it.each([
  ['fails while it is applied', true],
  ['is applied while it fails', false],
])('a line of a batch ends once, even if it %s', async (_what, isAppliedFirst) => {
  const operations = [{ type: 'deposit', wallet_id: wallet, amount: 5 }];
  await request(service.url).post('/batches').send({ operations }).expect(202);
  const { rows } = await service.database.query<Record<'line' | 'account' | 'treasury', string>>(
    `SELECT operations.id AS line, own.id::text AS account, house.id::text AS treasury
     FROM operations JOIN accounts AS own ON own.wallet_id = operations.wallet_id
     JOIN accounts AS house ON house.system = 'treasury' AND house.asset_id = own.asset_id AND house.partition = $1`,
    [partition],
  );
  const { line, account, treasury } = rows[0]!;
  const applied = `WITH moved AS (
      UPDATE accounts SET version = 1, last_operation_id = '${line}', balance = CASE WHEN id = ${account} THEN 500 ELSE -500 END
      WHERE id IN (${account}, ${treasury})
    )
    INSERT INTO movements (operation_id, from_account_id, from_version, from_balance, to_account_id, to_version, to_balance,
                           amount, asset_id)
    VALUES ('${line}', ${treasury}, 1, -500, ${account}, 1, 500, 500, 4)`;
  const failed = `INSERT INTO failures (operation_id, error_code, wallet_balance, wallet_version) VALUES ('${line}', 'x', 0, 0)`;
  await holder.query('BEGIN');
  await holder.query(isAppliedFirst ? applied : failed);
  const second = service.database.query(isAppliedFirst ? failed : applied).catch((error: unknown) => error);
  await untilWaitingForLocks(service.database);
  await holder.query('COMMIT');
  expect(await second).toMatchObject({ constraint: 'outcomes_fit_entries' });
});
