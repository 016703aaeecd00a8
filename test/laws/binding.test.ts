import { crc32 } from 'node:zlib';
import { urlFor } from '@wallet/local/embedded-postgres';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { constraintOf, sqlstateOf } from '@wallet/shared/database/sqlstate';
import { acceptOperations } from '@wallet/shared/database/tables/operations';
import { newId } from '@wallet/shared/words/ids';
import { KINDS, type Party } from '@wallet/shared/words/kinds';
import { OPERATION_TYPES, type OperationType } from '@wallet/shared/words/operation';
import { partitionOf } from '@wallet/shared/words/partition';
import { drainPartitions } from '@wallet/worker/drain/drain-partitions';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

/**
 * The database binds movements to the accepted operation: its wallets, its direction, the house account of its
 * partition. Operations are accepted through the API; the movements are as wrong as a worker can make them, and posted
 * as one.
 */
const AMOUNT = 4000n;
/** Those with terms are in terms-law.test.ts. */
const SIMPLE_TYPES = OPERATION_TYPES.filter((type) => !KINDS[type].hasTerms);
type Who = 'sender' | 'receiver' | 'stranger' | 'house' | 'otherPartition' | 'otherAsset';
type Posting = readonly [gains: Who, loses: Who];

let service: Service;
let worker: Database;
let accounts: Record<Who, bigint>;
let wallets: Record<'sender' | 'receiver' | 'stranger', string>;
/** Pending operations of each type: one accepted by itself, one as a line of a batch. */
const pending: Record<'single' | 'line', Partial<Record<OperationType, string>>> = { single: {}, line: {} };

beforeAll(async () => {
  service = await startService({ worker: false });
  worker = createPool({
    url: urlFor('worker', service.databaseUrl),
    name: 'worker',
    size: 1,
    onError: () => undefined,
  });
  const [sender, receiver, stranger] = [
    await createFundedWallet(service.url),
    await createFundedWallet(service.url),
    await createFundedWallet(service.url),
  ];
  wallets = { sender, receiver, stranger };
  for (const wallet of Object.values(wallets)) {
    await request(service.url)
      .post(`/wallets/${wallet}/operation`)
      .send({ operation_type: 'DEPOSIT', amount: '1000.00' });
    await drainPartitions(service, [partitionOf(wallet, service.partitions)], 'high', 10);
  }
  for (const type of SIMPLE_TYPES) pending.single[type] = await acceptSingle(type);
  for (const type of ['deposit', 'withdraw', 'transfer'] as const) pending.line[type] = await acceptLine(type);
  const partition = partitionOf(wallets.sender, service.partitions);
  const houseOf = (asset: number, place: number) =>
    idOf(`system = 'treasury' AND asset_id = ${asset} AND partition = ${place}`);
  accounts = {
    sender: await idOf(`wallet_id = '${wallets.sender}'`),
    receiver: await idOf(`wallet_id = '${wallets.receiver}'`),
    stranger: await idOf(`wallet_id = '${wallets.stranger}'`),
    house: await houseOf(4, partition),
    otherPartition: await houseOf(4, (partition + 1) % service.partitions),
    otherAsset: await houseOf(1, partition),
  };
});
afterAll(async () => {
  await worker.end();
  await service.stop();
});

async function idOf(condition: string): Promise<bigint> {
  const { rows } = await service.database.query<{ id: bigint }>(`SELECT id FROM accounts WHERE ${condition}`);
  return rows[0]!.id;
}

async function acceptSingle(type: OperationType): Promise<string> {
  const id = newId();
  await acceptOperations(
    service.database,
    [
      {
        ...{
          id,
          type,
          walletId: wallets.sender,
          toWalletId: type === 'transfer' ? wallets.receiver : null,
          amount: AMOUNT,
        },
        ...{ partition: partitionOf(wallets.sender, service.partitions), assetId: 4, priority: 'high' as const },
        ...{
          description: null,
          referenceId: null,
          idempotencyKey: null,
          requestHash: null,
          metadata: null,
          terms: null,
          executeAt: null,
        },
      },
    ],
    { again: false },
  );
  return id;
}

async function acceptLine(type: OperationType): Promise<string> {
  const { sender, receiver } = wallets;
  const of = type === 'transfer' ? { from_wallet_id: sender, to_wallet_id: receiver } : { wallet_id: sender };
  const operations = [{ type, amount: '40.00', ...of }];
  const { body } = await request(service.url).post('/batches').send({ operations }).expect(202);
  const { rows } = await service.database.query<{ id: string }>('SELECT id FROM operations WHERE batch_id = $1', [
    body.id,
  ]);
  return rows[0]!.id;
}

/** Ends the operation as a worker does, in one statement, and rolls back. @returns the constraint that refuses it. */
async function refusalOf(operation: string | undefined, [gains, loses]: Posting): Promise<string> {
  const client = await worker.connect();
  try {
    await client.query('BEGIN');
    await client.query(
      `WITH sides (account_id, change) AS (VALUES (${accounts[gains]}, ${AMOUNT}), (${accounts[loses]}, -${AMOUNT})),
       gone AS (DELETE FROM pending_operations WHERE operation_id = '${operation}'),
       moved AS (UPDATE accounts SET balance = accounts.balance + change, version = accounts.version + 1,
                                     last_operation_id = '${operation}'
                 FROM sides WHERE accounts.id = account_id)
       INSERT INTO movements (operation_id, from_account_id, from_version, from_balance, to_account_id, to_version, to_balance,
                              amount, asset_id)
       SELECT '${operation}', loses.id, loses.version + 1, loses.balance - ${AMOUNT},
              gains.id, gains.version + 1, gains.balance + ${AMOUNT}, ${AMOUNT}, 4
       FROM accounts AS gains, accounts AS loses WHERE gains.id = ${accounts[gains]} AND loses.id = ${accounts[loses]}`,
    );
    return 'accepted';
  } catch (error) {
    return constraintOf(error) ?? sqlstateOf(error) ?? String(error);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

const CASES: [string, OperationType, Posting, string][] = [
  ['a deposit posted to another wallet', 'deposit', ['stranger', 'house'], 'entries_fit_wallets'],
  ['a deposit posted from one house account to another', 'deposit', ['otherPartition', 'house'], 'entries_fit_wallets'],
  ['a deposit posted as a debit', 'deposit', ['house', 'sender'], 'entries_follow_direction'],
  ['a deposit taken from another wallet', 'deposit', ['sender', 'stranger'], 'entries_fit_house'],
  ['a deposit from the treasury of another partition', 'deposit', ['sender', 'otherPartition'], 'entries_fit_house'],
  ['a deposit from the treasury of another asset', 'deposit', ['sender', 'otherAsset'], 'entries_fit_house'],
  ['a withdrawal of 40 posted as a credit of 40', 'withdraw', ['sender', 'house'], 'entries_follow_direction'],
  ['a withdrawal posted to another wallet', 'withdraw', ['stranger', 'sender'], 'entries_fit_house'],
  ['a withdrawal from another wallet', 'withdraw', ['house', 'stranger'], 'entries_fit_wallets'],
  ['a withdrawal to the treasury of another partition', 'withdraw', ['otherPartition', 'sender'], 'entries_fit_house'],
  ['a withdrawal to the treasury of another asset', 'withdraw', ['otherAsset', 'sender'], 'entries_fit_house'],
  ['a transfer to another receiver', 'transfer', ['stranger', 'sender'], 'entries_fit_wallets'],
  ['a transfer from another sender', 'transfer', ['receiver', 'stranger'], 'entries_fit_wallets'],
  ['a transfer with its legs swapped', 'transfer', ['sender', 'receiver'], 'entries_follow_direction'],
  ['a transfer to the treasury', 'transfer', ['house', 'sender'], 'entries_fit_wallets'],
  ['a transfer from the treasury', 'transfer', ['receiver', 'house'], 'entries_fit_wallets'],
];
describe.each(['single', 'line'] as const)('of an operation accepted as a %s, the database refuses', (kind) => {
  it.each(CASES)('%s', async (_what, type, posting, refusal) => {
    expect(await refusalOf(pending[kind][type], posting)).toBe(refusal);
  });
});

/** Otherwise the refusals above could have other reasons. */
const ACCOUNT_OF = { wallet: 'sender', receiver: 'receiver', treasury: 'house' } as const satisfies Partial<
  Record<Party, Who>
>;
it.each(SIMPLE_TYPES)('the law moves a %s the way the program does, and no other', async (type) => {
  const { from, to } = KINDS[type] as { from: keyof typeof ACCOUNT_OF; to: keyof typeof ACCOUNT_OF };
  const [gains, loses] = [ACCOUNT_OF[to], ACCOUNT_OF[from]];
  for (const operation of [pending.single[type], pending.line[type]]) {
    if (operation === undefined) continue;
    expect(await refusalOf(operation, [gains, loses])).toBe('accepted');
    expect(await refusalOf(operation, [loses, gains])).toBe('entries_follow_direction');
  }
});

it('the account of a wallet has the hash from which the program computes its partition', async () => {
  const ids = Array.from({ length: 500 }, () => newId());
  const { rows } = await service.database.query<{ id: string; hash: bigint }>(
    `SELECT id::text, wallet_hash(id) AS hash FROM unnest($1::uuid[]) AS id
     UNION ALL SELECT wallet_id::text, wallet_hash FROM accounts WHERE wallet_id IS NOT NULL`,
    [ids],
  );
  expect(rows.length).toBeGreaterThan(500);
  expect(rows).toEqual(rows.map(({ id }) => ({ id, hash: BigInt(crc32(id)) })));
});

it('the account of a wallet has the hash of its wallet whatever statement creates it', async () => {
  const id = newId();
  const client = await service.database.connect();
  try {
    await client.query('BEGIN');
    await client.query(`INSERT INTO wallets (id, asset_id) VALUES ('${id}', 4)`);
    const { rows } = await client.query(
      `INSERT INTO accounts (wallet_id, asset_id, wallet_hash) VALUES ('${id}', 4, 7) RETURNING wallet_hash`,
    );
    expect(rows).toEqual([{ wallet_hash: BigInt(crc32(id)) }]);
    // A house account has its partition itself.
    const house = await client.query(
      `INSERT INTO accounts (system, partition, asset_id, wallet_hash) VALUES ('treasury', 999, 4, 7) RETURNING wallet_hash`,
    );
    expect(house.rows).toEqual([{ wallet_hash: null }]);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
});
