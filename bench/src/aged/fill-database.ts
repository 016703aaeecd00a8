import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { Client, Database } from '@wallet/shared/database/pool';
import { partitionOf } from '@wallet/shared/words/partition';
import { historyWallet } from '../fill-history.ts';
import { connect } from '../servers.ts';
import { MOVEMENT_COLUMNS } from './book.ts';
import { type HistoryPlan, assetOf, treasuryKey } from './history-plan.ts';
import { BATCH_COLUMNS, PART_COLUMNS, TOTAL_COLUMNS } from './make-batch.ts';
import { type Chunk, FAILURE_COLUMNS, type History, OPERATION_COLUMNS, makeHistory } from './make-history.ts';
import { dropIndexes, makeIndexes, suspendKeyCheck } from './indexes.ts';
import { type Rows, createRows } from './rows.ts';

export interface HistorySize {
  readonly operations: number;
  readonly wallets: number;
  /** The history ends now, and began this many days ago. */
  readonly days: number;
}

/** Operations that are copied at a time. */
const CHUNK = 200_000;
const DAY_MS = 24 * 3_600_000;
/** The history ends a little before now, since the last operations are applied later than they were accepted. */
const BEFORE_NOW_MS = 60_000;
const MOST_MEMORY_MB = 1_500;
const HISTORY = ['operations', 'movements', 'failures', 'operation_keys'] as const;

/**
 * Fills a migrated database that has no wallets yet with wallets and operations, as if the service had accepted and
 * applied them. The law is off meanwhile, or it would take days; the audit checks the result.
 *
 * Two sessions copy the rows from files in `folder`, which the server has to be able to read, and then two sessions
 * build the indexes.
 */
export async function fillDatabase(
  url: string,
  folder: string,
  size: HistorySize,
  say: (line: string) => void,
): Promise<void> {
  const files = join(folder, 'copy');
  mkdirSync(files, { recursive: true, mode: 0o755 });
  const pool = connect(url, 2);
  const [one, two] = [await openSession(pool), await openSession(pool)];
  try {
    const plan = await planHistory(one, size);
    const indexes = await dropIndexes(one, HISTORY);
    const restoreCheck = await suspendKeyCheck(one);
    const history = await copyHistory({ one, two, files, history: makeHistory(plan), plan, say });
    await restoreCheck();
    say('  copying accounts and batches');
    await copyAccounts(one, { files, plan, history });
    await copyBatches(one, files, history);
    await one.query(`SELECT setval('operation_seq', ${history.lastSeq()})`);
    say('  making keys and indexes');
    const lanes = [one, two].map((client, lane) =>
      makeLane(client, LANES[lane] ?? [], { indexes, withKeys: lane === 0 }),
    );
    await Promise.all(lanes);
  } finally {
    one.release(true);
    two.release(true);
    await pool.end();
    rmSync(files, { recursive: true, force: true });
  }
}

/** The tables whose indexes each of the two sessions builds, and which it vacuums. */
const LANES = [
  ['operations', 'operation_keys', 'accounts', 'wallets'],
  ['movements', 'failures', 'batches', 'batch_parts', 'batch_totals'],
] as const;

async function openSession(pool: Database): Promise<Client> {
  const client = await pool.connect();
  const memory = Math.min(MOST_MEMORY_MB, Math.floor(totalmem() / 16 / 1024 / 1024));
  await client.query(`SET session_replication_role = replica; SET maintenance_work_mem = '${memory}MB';
    SET max_parallel_maintenance_workers = 0; SET synchronous_commit = off; SET idle_in_transaction_session_timeout = 0`);
  return client;
}

async function planHistory(client: Client, { operations, wallets, days }: HistorySize): Promise<HistoryPlan> {
  const { rows } = await client.query<{
    id: string;
    partition: number;
    asset: number;
    partitions: number;
    last: string;
  }>(
    `SELECT id, partition, asset_id AS asset, (SELECT partitions FROM settings) AS partitions, max(id) OVER () AS last
     FROM accounts WHERE system = 'treasury' ORDER BY id`,
  );
  const found = await client.query('SELECT FROM wallets UNION ALL SELECT FROM operations LIMIT 1');
  const [first] = rows;
  if (first === undefined || found.rowCount !== 0) throw new Error('the database is not migrated, or not empty');
  const to = Date.now() - BEFORE_NOW_MS;
  return {
    ...{ operations, wallets, partitions: first.partitions, from: to - days * DAY_MS, to },
    treasuries: new Map(rows.map(({ id, partition, asset }) => [treasuryKey(partition, asset), Number(id)])),
    firstAccount: Number(first.last) + 1,
  };
}

/**
 * While Postgres copies a chunk, the next one is generated. Each session copies into its tables in one transaction that
 * has truncated them: so rows are frozen from the beginning, and with wal_level minimal the log has none of them.
 */
async function copyHistory(fill: {
  readonly one: Client;
  readonly two: Client;
  readonly files: string;
  readonly history: History;
  readonly plan: HistoryPlan;
  readonly say: (line: string) => void;
}): Promise<History> {
  const { one, two, files, history, plan, say } = fill;
  await one.query('BEGIN; TRUNCATE operations');
  await two.query('BEGIN; TRUNCATE movements, failures');
  const started = performance.now();
  let written = 0;
  let copied: Promise<unknown> = Promise.resolve();
  for (let number = 0; written < plan.operations; number += 1) {
    const chunk: Chunk = history.next(CHUNK);
    const slot = String(number % 2);
    const operations = writeRows(files, `operations.${slot}`, chunk.operations);
    const movements = writeRows(files, `movements.${slot}`, chunk.movements);
    const failures = writeRows(files, `failures.${slot}`, chunk.failures);
    await copied;
    copied = Promise.all([
      one.query(copyFrom('operations', OPERATION_COLUMNS, operations, true)),
      two
        .query(copyFrom('movements', MOVEMENT_COLUMNS, movements, true))
        .then(() => two.query(copyFrom('failures', FAILURE_COLUMNS, failures, true))),
    ]);
    written += chunk.operations.count;
    const rate = (written * 1000) / (performance.now() - started);
    say(`  ${written} of ${plan.operations} operations, ${rate.toFixed(0)} a second`);
  }
  await copied;
  await Promise.all([one.query('COMMIT'), two.query('COMMIT')]);
  return history;
}

function writeRows(files: string, name: string, rows: Rows): string {
  const file = join(files, name);
  writeFileSync(file, rows.text(), { mode: 0o644 });
  return file;
}

function copyFrom(table: string, columns: string, file: string, freeze = false): string {
  return `COPY ${table} (${columns}) FROM '${file.replaceAll("'", "''")}' (FREEZE ${String(freeze)})`;
}

/** Wallets, their accounts at their last movement, and the treasuries at theirs. */
async function copyAccounts(
  client: Client,
  { files, plan, history }: { files: string; plan: HistoryPlan; history: History },
): Promise<void> {
  const createdAt = new Date(plan.from).toISOString();
  const houses = plan.treasuries.size;
  const standingOf = (place: number): string => {
    const { balance, version, baseBalance, last } = history.book.standing(place);
    const base = version === 0 ? '\\N\t\\N' : `${version - 1}\t${baseBalance}`;
    return `${balance}\t${version}\t${base}\t${last ?? '\\N'}\t${createdAt}`;
  };
  const [wallets, accounts, treasuries] = [createRows(), createRows(), createRows()];
  for (let wallet = 0; wallet < plan.wallets; wallet += 1) {
    const id = historyWallet(wallet);
    wallets.add(`${id}\t${assetOf(wallet)}\t${createdAt}`);
    const owner = `${id}\t${assetOf(wallet)}\t${partitionOf(id, HASH_RANGE)}`;
    accounts.add(`${plan.firstAccount + wallet}\t${owner}\t${standingOf(houses + wallet)}`);
  }
  [...plan.treasuries.values()].forEach((id, place) => treasuries.add(`${id}\t${standingOf(place)}`));
  await client.query(copyFrom('wallets', 'id, asset_id, created_at', writeRows(files, 'wallets', wallets)));
  const columns = `id, wallet_id, asset_id, wallet_hash, ${STANDING_COLUMNS}`;
  await client.query(copyFrom('accounts', columns, writeRows(files, 'accounts', accounts)));
  await client.query(`CREATE TEMP TABLE reached AS SELECT id, ${STANDING_COLUMNS} FROM accounts LIMIT 0`);
  await client.query(copyFrom('reached', `id, ${STANDING_COLUMNS}`, writeRows(files, 'treasuries', treasuries)));
  await client.query(`UPDATE accounts SET (${STANDING_COLUMNS}) = (SELECT ${STANDING_COLUMNS} FROM reached WHERE reached.id = accounts.id)
    WHERE system IS NOT NULL`);
  await client.query(`SELECT setval(pg_get_serial_sequence('accounts', 'id'), ${plan.firstAccount + plan.wallets})`);
}

const STANDING_COLUMNS = 'balance, version, base_version, base_balance, last_operation_id, updated_at';
/** The whole hash of a wallet is its partition if there are as many as values. */
const HASH_RANGE = 2 ** 32;

async function copyBatches(client: Client, files: string, { batches }: History): Promise<void> {
  for (const [table, columns, rows] of [
    ['batches', BATCH_COLUMNS, batches.batches],
    ['batch_parts', PART_COLUMNS, batches.parts],
    ['batch_totals', TOTAL_COLUMNS, batches.totals],
  ] as const) {
    await client.query(copyFrom(table, columns, writeRows(files, table, rows)));
  }
}

async function makeLane(
  client: Client,
  tables: readonly string[],
  { indexes, withKeys }: { indexes: ReadonlyMap<string, readonly string[]>; withKeys: boolean },
): Promise<void> {
  if (withKeys) {
    await client.query(`INSERT INTO operation_keys (key_hash, operation_id, request_hash)
      SELECT encode(substr(sha256(convert_to(idempotency_key, 'UTF8')), 1, 16), 'hex')::uuid, id, md5(idempotency_key)::uuid
      FROM operations WHERE idempotency_key IS NOT NULL`);
  }
  for (const table of tables) {
    await makeIndexes(client, indexes.get(table) ?? []);
    await client.query(`VACUUM ANALYZE ${table}`);
  }
}
