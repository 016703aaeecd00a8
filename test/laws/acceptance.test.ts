import { type AcceptOperation, createAcceptOperation } from '@wallet/api/operations/accept-operation';
import { ADVISORY_LOCK } from '@wallet/shared/database/locks';
import type { Client } from '@wallet/shared/database/pool';
import type { NewOperation } from '@wallet/shared/database/tables/operations';
import { newId } from '@wallet/shared/words/ids';
import { createLogger } from '@wallet/shared/process/logger';
import { partitionOf } from '@wallet/shared/words/partition';
import { drainPartitions } from '@wallet/worker/drain/drain-partitions';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';
import { untilWaitingForLocks } from '../support/until-waiting-for-locks.ts';

/** Obstacles that an operation meets on its way into the queue. */

let service: Service;
let holder: Client;
let accept: AcceptOperation;
let rings: { partitions: number[]; lane: string }[];
let wallet: string;
let partition: number;

beforeAll(async () => {
  service = await startService({ worker: false });
  holder = await service.database.connect();
  accept = createAcceptOperation({
    database: service.database,
    ring: (partitions, lane) => rings.push({ partitions: [...partitions], lane }),
    admission: { enter: () => undefined, leave: () => undefined },
    onAccepted: () => undefined,
    log: createLogger({ process: 'test', level: 'silent', pretty: false }),
  });
});
afterAll(() => {
  holder.release();
  return service.stop();
});
beforeEach(async () => {
  rings = [];
  wallet = await createFundedWallet(service.url);
  partition = partitionOf(wallet, service.partitions);
});
afterEach(() => holder.query('ROLLBACK'));

const USD = 4;

function deposit(more: Partial<NewOperation> = {}): NewOperation {
  return {
    ...{ id: newId(), partition, walletId: wallet, toWalletId: null, assetId: USD, type: 'deposit', amount: 100n },
    ...{ priority: 'high', description: null, referenceId: null, idempotencyKey: null, requestHash: null },
    ...{ metadata: null, terms: null, executeAt: null },
    ...more,
  };
}

it('waits for the operation being accepted in its partition, and rings when it is committed', async () => {
  await holder.query('BEGIN');
  await holder.query('SELECT pg_advisory_xact_lock($1, $2)', [ADVISORY_LOCK.accept, partition]);
  const operation = deposit();
  const accepting = accept(operation);
  // It may get its position in the order only when those before it are visible.
  await untilWaitingForLocks(service.database);
  const { rows: drawn } = await holder.query<{ seq: bigint }>(`SELECT nextval('operation_seq') AS seq`);
  expect(rings).toEqual([]);
  await holder.query('COMMIT');

  expect(await accepting).toMatchObject({ kind: 'accepted' });
  const { rows } = await service.database.query<{ seq: bigint }>('SELECT seq FROM operations WHERE id = $1', [
    operation.id,
  ]);
  expect(rows[0]!.seq).toBeGreaterThan(drawn[0]!.seq);
  expect(rings).toEqual([{ partitions: [partition], lane: 'high' }]);
});

it('rings in the lane of its priority', async () => {
  await Promise.all([accept(deposit({ priority: 'low' })), accept(deposit())]);
  expect(rings.map(({ lane }) => lane)).toEqual(['bulk', 'high']);
});

it('is accepted although the database refuses another operation of its group', async () => {
  const operations = Array.from({ length: 20 }, (_, n) => deposit(n === 12 ? { amount: -1n } : {}));
  const answers = await Promise.allSettled(operations.map(accept));
  expect(answers.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([12]);
});

it('is accepted with a new held account if the known one was lost in a promotion', async () => {
  const noTerms = { targetId: null, toAccountId: null, final: null, expiresAt: null, expiresInS: null, reason: null };
  const hold = (): NewOperation => deposit({ type: 'hold', terms: { ...noTerms, legs: [] } });
  await accept(hold());
  await holder.query('BEGIN; SET LOCAL session_replication_role = replica');
  await holder.query('DELETE FROM accounts WHERE held_of = $1', [wallet]);
  await holder.query('COMMIT');
  const answers = await Promise.all([deposit(), hold(), deposit()].map(accept));
  expect(answers.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'accepted']);
  const { rows } = await service.database.query('SELECT FROM accounts WHERE held_of = $1', [wallet]);
  expect(rows).toHaveLength(1);
});

it('is ordered by acceptance, whatever its id', async () => {
  const ids = [newId(), newId()].toReversed();
  for (const id of ids) await accept(deposit({ id }));
  const applied: string[] = [];
  for (let state: string | undefined = 'more'; state === 'more';) {
    const drain = await drainPartitions(service, [partition], 'high', 1);
    applied.push(...drain.applied.map(({ operation }) => operation.id));
    state = drain.states.get(partition);
  }
  // Other tests have left operations in the queue, some of them in this partition.
  expect(applied.filter((id) => ids.includes(id))).toEqual(ids);
});
