import { urlFor } from '@wallet/local/embedded-postgres';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { firstIdOf, startOf } from '@wallet/shared/words/month';
import request from 'supertest';
import { age } from '../support/aged-history.ts';
import { refusalOf } from '../support/law-rig.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/** What the database refuses to delete of history, whatever an archive orders: here it is as wrong as it can be. */

const MONTH = '2026-01';
const HASH = `decode(repeat('ab', 32), 'hex')`;
const CHANGE_OF_HISTORY = '23001';
const NO_RIGHT = '42501';

let service: Service;
let wallet: string;
let account: bigint;
let treasury: bigint;
/** Of January: a deposit, one that failed, and two lines of a batch. */
let moved: string;
let failed: string;
let line: string;
let lastLine: string;
/** Of now. */
let later: string;

beforeAll(async () => {
  service = await startService();
  wallet = await createFundedWallet(service.url, '10.00');
  failed = String((await operate(service.url, wallet, 'WITHDRAW', '99.00'))['id']);
  const operations = [1, 2].map((amount) => ({ type: 'deposit', wallet_id: wallet, amount }));
  await request(service.url).post('/batches').send({ operations }).expect(202);
  await service.drained();
  await age(service.database, Date.now() - startOf(MONTH).getTime() - 86_400_000, FIRST);
  later = String((await operate(service.url, wallet, 'DEPOSIT', '1.00'))['id']);
  const { rows } = await service.database.query<{ id: string; line: number | null; account: bigint; treasury: bigint }>(
    `SELECT operations.id, line, to_account_id AS account, from_account_id AS treasury
     FROM operations JOIN movements ON operation_id = operations.id ORDER BY to_version`,
  );
  moved = rows[0]!.id;
  [line, lastLine] = [rows[1]!.id, rows[2]!.id];
  ({ account, treasury } = rows[0]!);
  failed = (await service.database.query<{ id: string }>('SELECT operation_id AS id FROM failures')).rows[0]!.id;
});
afterAll(() => service.stop());

const FIRST = '00000000-0000-0000-0000-000000000000';

const refused = (...statements: string[]): Promise<string> => refusalOf(service.database, statements.join('; '));

const note = (month = MONTH, before = '2026-02'): string =>
  `INSERT INTO archives (month, before_id, operations, movements, failures, manifest_hash)
   VALUES ('${month}-01', '${firstIdOf(before)}', 1, 1, 1, ${HASH})`;

/** The checkpoint of an account at a version, with its true values unless others are given. */
const checkpoint = (of: bigint, version: number, more: Record<string, string> = {}): string => {
  const columns = {
    ...{ account_id: 'account_id', version: 'version', balance: 'balance', operation_id: 'operation_id' },
    ...{ accepted: 'NULL::numeric', moved_at: 'created_at' },
    ...more,
  };
  return `INSERT INTO archive_checkpoints (${Object.keys(columns).join(', ')})
          SELECT ${Object.values(columns).join(', ')} FROM entries WHERE account_id = ${of} AND version = ${version}
          ON CONFLICT (account_id) DO UPDATE SET version = excluded.version, balance = excluded.balance,
            operation_id = excluded.operation_id, moved_at = excluded.moved_at`;
};
const bothAt = (version: number): string => `${checkpoint(account, version)}; ${checkpoint(treasury, version)}`;
const removed = `UPDATE archives SET removed_at = now()`;

const drop = (table: 'operations' | 'movements' | 'failures', id: string): string =>
  `DELETE FROM ${table} WHERE ${table === 'operations' ? 'id' : 'operation_id'} = '${id}'`;
const OPERATIONS = 'operations_kept_until_archived';
const MOVEMENTS = 'movements_kept_until_archived';
const FAILURES = 'failures_kept_until_archived';

it('archived rows may be deleted: an operation first, and then its movement or failure', async () => {
  expect(
    await refused(
      note(),
      bothAt(1),
      drop('operations', moved),
      drop('movements', moved),
      drop('operations', failed),
      drop('failures', failed),
    ),
  ).toBe('accepted');
});

describe('an operation stays', () => {
  it.each<[string, () => string[], string]>([
    ['that is in no archive', () => [drop('operations', moved)], OPERATIONS],
    ['of a month after the archived ones', () => [note('2025-12', '2026-01'), drop('operations', moved)], OPERATIONS],
    ['whose accounts have no checkpoint', () => [note(), drop('operations', moved)], OPERATIONS],
    [
      'whose one account has no checkpoint',
      () => [note(), checkpoint(account, 1), drop('operations', moved)],
      OPERATIONS,
    ],
    [
      'whose other account has no checkpoint',
      () => [note(), checkpoint(treasury, 1), drop('operations', moved)],
      OPERATIONS,
    ],
    ['whose movement is behind the checkpoint', () => [note(), bothAt(1), drop('operations', line)], OPERATIONS],
    [
      'that failed in a month after the archived ones',
      () => [note('2025-12', '2026-01'), drop('operations', failed)],
      OPERATIONS,
    ],
    [
      'of a batch that is not finished',
      () => [
        note(),
        bothAt(3),
        `SET LOCAL session_replication_role = replica; UPDATE batches SET finished_at = NULL, open_parts = 1`,
        'SET LOCAL session_replication_role = origin',
        drop('operations', line),
      ],
      OPERATIONS,
    ],
    [
      'that has never ended',
      () => [
        note(),
        bothAt(1),
        `SET LOCAL session_replication_role = replica; ${drop('movements', moved)}`,
        'SET LOCAL session_replication_role = origin',
        drop('operations', moved),
      ],
      OPERATIONS,
    ],
    [
      'that waits',
      () => [
        note(),
        bothAt(1),
        `SET LOCAL session_replication_role = replica;
         INSERT INTO pending_operations (partition, seq, operation_id, wallet_id, accepted_at, low)
         SELECT 0, seq, id, wallet_id, now(), false FROM operations WHERE id = '${moved}'`,
        'SET LOCAL session_replication_role = origin',
        drop('operations', moved),
      ],
      OPERATIONS,
    ],
    ['that is changed', () => [note(), `UPDATE operations SET amount = 1`], CHANGE_OF_HISTORY],
  ])('%s', async (_, statements, refusal) => {
    expect(await refused(...statements())).toBe(refusal);
  });
});

const TABLES = ['operations', 'movements', 'failures', 'archives', 'archive_checkpoints'];
it.each(TABLES)('no archive truncates %s', async (table) => {
  expect(await refused(note(), bothAt(3), `TRUNCATE ${table}`)).toBe(CHANGE_OF_HISTORY);
});

describe('a movement or failure stays', () => {
  it.each<[string, () => string[], string]>([
    ['whose operation is there', () => [note(), bothAt(1), drop('movements', moved)], MOVEMENTS],
    ['that failed, and whose operation is there', () => [note(), drop('failures', failed)], FAILURES],
    [
      'that is in no archive',
      () => [
        `SET LOCAL session_replication_role = replica; ${drop('operations', moved)}`,
        'SET LOCAL session_replication_role = origin',
        drop('movements', moved),
      ],
      MOVEMENTS,
    ],
    [
      'that failed, and is in no archive',
      () => [
        `SET LOCAL session_replication_role = replica; ${drop('operations', failed)}`,
        'SET LOCAL session_replication_role = origin',
        drop('failures', failed),
      ],
      FAILURES,
    ],
    [
      'behind the checkpoint of one of its accounts',
      () => [
        ...[note(), checkpoint(account, 2), checkpoint(treasury, 1)],
        `SET LOCAL session_replication_role = replica; ${drop('operations', line)}`,
        'SET LOCAL session_replication_role = origin',
        drop('movements', line),
      ],
      MOVEMENTS,
    ],
    [
      'of a month after the archived ones, before the checkpoints',
      () => [
        note(),
        `SET LOCAL session_replication_role = replica; ${bothAt(4)}; ${drop('operations', later)}`,
        'SET LOCAL session_replication_role = origin',
        drop('movements', later),
      ],
      MOVEMENTS,
    ],
    ['that is changed', () => [note(), bothAt(1), 'UPDATE movements SET amount = 1'], CHANGE_OF_HISTORY],
  ])('%s', async (_, statements, refusal) => {
    expect(await refused(...statements())).toBe(refusal);
  });
});

const POINTS = 'archive_checkpoints_follow_movements';

describe('a checkpoint is refused', () => {
  it.each<[string, () => string[], string]>([
    ['without a month that is being deleted', () => [checkpoint(account, 1)], POINTS],
    ['of a month that was deleted', () => [note(), removed, checkpoint(account, 1)], POINTS],
    ['with another balance', () => [note(), checkpoint(account, 1, { balance: 'balance + 1' })], POINTS],
    ['with another operation', () => [note(), checkpoint(account, 1, { operation_id: `'${line}'::uuid` })], POINTS],
    ['with another moment', () => [note(), checkpoint(account, 1, { moved_at: 'now()' })], POINTS],
    ['at a version without a movement', () => [note(), checkpoint(account, 1, { version: '9' })], POINTS],
    ['at a movement of a month behind the archived one', () => [note(), checkpoint(account, 4)], POINTS],
    ['that goes back', () => [note(), checkpoint(account, 2), checkpoint(account, 1)], CHANGE_OF_HISTORY],
    ['that changes where it is', () => [note(), checkpoint(account, 2), checkpoint(account, 2)], CHANGE_OF_HISTORY],
    [
      'when it is deleted',
      () => [note(), checkpoint(account, 2), 'DELETE FROM archive_checkpoints'],
      CHANGE_OF_HISTORY,
    ],
  ])('%s', async (_, statements, refusal) => {
    expect(await refused(...statements())).toBe(refusal);
  });
});

const ORDER = 'archives_come_in_order';

describe('a month is refused', () => {
  it.each<[string, () => string[], string]>([
    ['that is not over', () => [note('2999-01', '2999-02')], ORDER],
    ['before one that was archived', () => [note(), removed, note('2025-12', '2026-01')], ORDER],
    ['while another is being deleted', () => [note('2025-12', '2026-01'), note()], ORDER],
    ['that ends elsewhere', () => [note(MONTH, '2026-03')], 'archives_end_with_month'],
    ['when its counts are changed', () => [note(), 'UPDATE archives SET operations = 2'], CHANGE_OF_HISTORY],
    ['when its hash is changed', () => [note(), `UPDATE archives SET manifest_hash = sha256('x')`], CHANGE_OF_HISTORY],
    ['when it is said again when it was deleted', () => [note(), removed, removed], CHANGE_OF_HISTORY],
    ['when it is deleted', () => [note(), 'DELETE FROM archives'], CHANGE_OF_HISTORY],
  ])('%s', async (_, statements, refusal) => {
    expect(await refused(...statements())).toBe(refusal);
  });
});

describe('an archived operation', () => {
  const archived = (): string[] => [note(), bothAt(1), drop('operations', moved), drop('movements', moved)];

  it('is not accepted, queued or applied a second time', async () => {
    const again = (id: string): string =>
      `WITH queued AS (
         INSERT INTO pending_operations (partition, seq, operation_id, wallet_id, accepted_at, low)
         SELECT wallet_hash % 16, 999999, '${id}', wallet_id, now(), false FROM accounts WHERE id = ${account}
       )
       INSERT INTO operations (id, seq, wallet_id, amount, created_at, asset_id, type, priority)
       SELECT '${id}', 999999, wallet_id, 100, now(), 4, 'deposit', 'high' FROM accounts WHERE id = ${account}`;
    expect(await refused(...archived(), again(moved))).toBe('operations_follow_archives');
    expect(await refused(note(), again('01a30000-0000-7000-8000-000000000000'))).toBe('accepted');
    const queue = `INSERT INTO pending_operations (partition, seq, operation_id, wallet_id, accepted_at, low)
                   VALUES (0, 1, '${moved}', '${wallet}', now(), false)`;
    expect(await refused(...archived(), queue)).toBe('pending_operations_wait_for_outcome');
    const fail = `INSERT INTO failures (operation_id, error_code, wallet_balance, wallet_version) VALUES ('${moved}', 'x', 0, 0)`;
    expect(await refused(...archived(), fail)).toBe('outcomes_fit_entries');
  });

  it('is the state of an account that has not moved since', async () => {
    const whole = [
      note(),
      bothAt(3),
      ...[moved, line, lastLine].flatMap((id) => [drop('operations', id), drop('movements', id)]),
    ];
    // As if it had not moved since the archive.
    const back = `SET LOCAL session_replication_role = replica; ${drop('operations', later)}; ${drop('movements', later)};
      UPDATE accounts SET version = archive_checkpoints.version, balance = archive_checkpoints.balance,
        last_operation_id = operation_id, base_version = 2, base_balance = 0
      FROM archive_checkpoints WHERE account_id = id; SET LOCAL session_replication_role = origin`;
    const freeze = (more = ''): string => `UPDATE accounts SET status = 'frozen'${more} WHERE id = ${account}`;
    expect(await refused(...whole, back, freeze())).toBe('accepted');
    expect(await refused(...whole, back, freeze(', balance = balance + 1'))).toBe('accounts_follow_entries');
    expect(await refused(...whole, back, freeze(`, last_operation_id = '${moved}'`))).toBe('accounts_follow_entries');
    expect(await refused(...whole, back, freeze(', version = 2'))).toBe('accounts_follow_entries');
  });

  it('may be the target of a line, unless it neither exists nor can be archived', async () => {
    const replay = (id: string): string =>
      `INSERT INTO batch_replays (batch_id, position, line, operation_id) SELECT id, 9, 9, '${id}' FROM batches`;
    expect(await refused(replay(moved))).toBe('accepted');
    expect(await refused(...archived(), replay(moved))).toBe('accepted');
    const none = '01a30000-0000-7000-8000-000000000000';
    expect(await refused(...archived(), replay(none))).toBe('batch_replays_have_operations');
    expect(await refused(replay(none.replace('01a3', '0192')))).toBe('batch_replays_have_operations');
  });

  it('has a version at every moment from its last movement on, and none before', async () => {
    const client = await service.database.connect();
    const at = async (moment: string): Promise<unknown> =>
      (await client.query<{ version: bigint | null }>(`SELECT version_at(${account}, ${moment}) AS version`)).rows[0]!
        .version;
    const movedAt = (version: number): string =>
      `(SELECT created_at FROM entries WHERE account_id = ${account} AND version = ${version})`;
    try {
      await client.query(`BEGIN; ${note()}; ${bothAt(2)}`);
      const second = `(SELECT moved_at FROM archive_checkpoints WHERE account_id = ${account})`;
      expect([await at(movedAt(1)), await at(`${second} - interval '1 microsecond'`)]).toEqual([null, null]);
      expect([await at(second), await at(movedAt(4)), await at('now()')]).toEqual([expect.any(BigInt), 4n, 4n]);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
});

it.each(['api', 'worker', 'auditor'] as const)(
  'nobody but the owner archives: not the user of the %s',
  async (role) => {
    const user: Database = createPool({
      ...{ url: urlFor(role, service.databaseUrl), name: role, size: 1, onError: () => undefined },
    });
    const statements = [
      note(),
      removed,
      checkpoint(account, 1),
      ...['operations', 'movements', 'failures'].flatMap((table) => [`DELETE FROM ${table}`, `TRUNCATE ${table}`]),
    ];
    for (const each of statements) expect([each, await refusalOf(user, each)]).toEqual([each, NO_RIGHT]);
    await user.end();
  },
);
