import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillDatabase } from '@wallet/bench/aged/fill-database';
import { auditDatabase } from '@wallet/shared/database/audit';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { runProgram } from '../support/run-program.ts';
import { createTestDatabase } from '../support/test-database.ts';

const OPERATIONS = 20_000;
const WALLETS = 1_000;
const DAYS = 365;

let database: Database;
let folder: string;
beforeAll(async () => {
  const { databaseUrl: url } = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), 'wallet-aged-'));
  // The server that reads the files runs as another user.
  chmodSync(folder, 0o755);
  await fillDatabase(url, folder, { operations: OPERATIONS, wallets: WALLETS, days: DAYS }, () => undefined);
  database = createPool({ url, name: 'test', size: 2, statementMs: 0, onError: () => undefined });
}, 120_000);
afterAll(async () => {
  await database.end();
  rmSync(folder, { recursive: true, force: true });
});

it('a generated history breaks no promise', async () => {
  const violations: unknown[] = [];
  await auditDatabase(database, (violation) => violations.push(violation));
  expect(violations.slice(0, 10)).toEqual([]);
}, 120_000);

it('a generated history has every kind of operation, failures, and as many lines of batches as single operations', async () => {
  const { rows } = await database.query<Record<string, bigint>>(
    `SELECT count(*) AS operations, count(DISTINCT type) AS kinds, count(batch_id) AS lines,
            (SELECT count(*) FROM failures) AS failures, (SELECT count(*) FROM operation_keys) AS keys,
            count(idempotency_key) AS "withKeys", (max(created_at)::date - min(created_at)::date)::bigint AS days
     FROM operations`,
  );
  const { failures, withKeys, keys, ...counts } = rows[0]!;
  expect(counts).toEqual({
    ...{ operations: BigInt(OPERATIONS), kinds: 7n, lines: BigInt(OPERATIONS / 2), days: BigInt(DAYS) },
  });
  expect(keys).toBe(withKeys);
  expect(Number(failures) / OPERATIONS).toBeGreaterThan(0.03);
  expect(Number(failures) / OPERATIONS).toBeLessThan(0.07);
});

it('a generated database has the constraints and indexes of the migrations', async () => {
  const { databaseUrl: url } = await createTestDatabase();
  const migrated = createPool({ url, name: 'test', size: 1, onError: () => undefined });
  const shape = async (of: Database): Promise<string[]> => {
    const { rows } = await of.query<{ shape: string }>(
      `SELECT conrelid::regclass || ' ' || conname || ' ' || replace(pg_get_constraintdef(oid), ' NOT VALID', '') AS shape
       FROM pg_constraint WHERE connamespace = 'public'::regnamespace
       UNION ALL
       SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1`,
    );
    return rows.map(({ shape: text }) => text);
  };
  try {
    expect(await shape(database)).toEqual(await shape(migrated));
  } finally {
    await migrated.end();
  }
});

it.each([
  ['--operations', '999', /^--operations must be a whole number of at least 1000/],
  ['--operations', '1000000000000', /^1000000000000 operations need \d+\.\d GB in .* name fewer with --operations/],
  ['--before', '2026-13', /^--before must be a month, such as 2026-03/],
  ['--only', 'size', /^There is no size to measure. There are sizes, .*archive/],
])('npm run bench:aged -- %s %s is refused with a sentence', async (option, value, says) => {
  const { code, err } = await runProgram('bench/src/aged.ts', [option, value], {});
  expect(err).toMatch(says);
  expect(code).toBe(2);
});
