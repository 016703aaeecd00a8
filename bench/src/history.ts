import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningApi, startApi } from '@wallet/api/api';
import { readApiConfig } from '@wallet/api/config';
import { startPostgres } from '@wallet/local/embedded-postgres';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { createHistory } from '@wallet/shared/database/replica';
import { createLogger } from '@wallet/shared/process/logger';
import { createRegistry } from '@wallet/shared/process/metrics';
import { addHistory, historyWallet, makeHistoryWallets } from './fill-history.ts';
import { readArgument } from './read-argument.ts';

/**
 * `npm run bench:history [-- entries]`: the cost of a long history for readers. The same wallet, with the same 10,000
 * operations of its own, is read in a database of 100,000 entries and in one of 10,000,000 (or as many as given): the
 * time of each request, and its ratio. Postgres is the machine's or the package's, as in `npm start`, with fresh data.
 */
const SMALL = 100_000;
const HELP = `[-- entries]

Reads the same wallet in a database of 100,000 entries and in one of so many (10,000,000), and compares the times. It starts its
own server.`;
const LARGE = readArgument('npm run bench:history', HELP, 10_000_000);
const OWN = 20_000;
const OTHERS = 50_000;
const REQUESTS = 400;
const PAGE = 50;
const WALLET = historyWallet(0);

/** Logs the plans that were really used. */
const EXPLAIN_MODULE = { session_preload_libraries: 'auto_explain', 'auto_explain.log_min_duration': '-1' };

const folder = mkdtempSync(join(tmpdir(), 'wallet-bench-'));
const postgres = await startPostgres({
  dataDir: folder,
  path: process.env['PATH'] ?? '',
  settings: {
    max_wal_size: '8GB',
    maintenance_work_mem: '512MB',
    shared_buffers: '1GB',
    autovacuum: 'off',
    ...EXPLAIN_MODULE,
  },
});
await migrateDatabase(postgres.url, MIGRATIONS_FOLDER, 1);
const database = createPool({ url: postgres.url, name: 'bench', size: 4, statementMs: 0, onError: () => undefined });
const log = createLogger({ process: 'bench', level: 'silent', pretty: false });
const api = await startReader(database);
try {
  await makeHistoryWallets(database, OTHERS);
  await addHistory(database, 0, OWN / 2, 1);
  await addHistory(database, OWN / 2, (SMALL - OWN) / 2, OTHERS);
  const small = await measure(api);
  await addHistory(database, SMALL / 2, (LARGE - SMALL) / 2, OTHERS);
  const large = await measure(api);
  report(small, large);
  await tellPlans();
} finally {
  await api.stop();
  await database.end();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}

function startReader(pool: Database): Promise<RunningApi> {
  const config = readApiConfig({
    ...{ DATABASE_URL: postgres.url, REDIS_URL: 'redis://127.0.0.1:1', QUEUE_PREFIX: 'bench', PORT: '0' },
    ...{ LOG_LEVEL: 'silent', SPOOL_DIR: folder },
  });
  return startApi(config, {
    database: pool,
    storing: pool,
    history: createHistory(pool, null, () => undefined),
    partitions: 1,
    registry: createRegistry(),
    log,
  });
}

type Times = ReadonlyMap<string, { p50: number; p99: number }>;

/** The measured requests, by their names in the report. */
function requestsTo(running: RunningApi): Record<string, string> {
  const wallet = `http://127.0.0.1:${running.port}/wallets/${WALLET}`;
  const deep = Buffer.from(String(OWN / 2 - 99 * PAGE + 1)).toString('base64url');
  return {
    'GET /wallets/{id}': wallet,
    'transactions, first page': `${wallet}/transactions`,
    'transactions, hundredth page': `${wallet}/transactions?cursor=${deep}`,
    'statistics of a second': `${wallet}/statistics?from=2023-11-14T22:13:21Z&to=2023-11-14T22:13:22Z`,
    statistics: `${wallet}/statistics`,
    'GET /operations?wallet_id=': `http://127.0.0.1:${running.port}/operations?wallet_id=${WALLET}`,
    'balance at a moment': `${wallet}?at=2023-11-14T22:13:22Z`,
  };
}

async function measure(running: RunningApi): Promise<Times> {
  const times = new Map<string, { p50: number; p99: number }>();
  for (const [name, url] of Object.entries(requestsTo(running))) {
    const taken: number[] = [];
    for (let index = -20; index < REQUESTS; index += 1) {
      const started = performance.now();
      const answer = await fetch(url);
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`${name} answered ${answer.status}`);
      if (index >= 0) taken.push(performance.now() - started);
    }
    taken.sort((a, b) => a - b);
    times.set(name, { p50: taken[Math.floor(REQUESTS * 0.5)] ?? 0, p99: taken[Math.floor(REQUESTS * 0.99)] ?? 0 });
  }
  return times;
}

function report(small: Times, large: Times): void {
  const line = (...cells: string[]): string => cells.map((cell, index) => cell.padEnd(index === 0 ? 32 : 18)).join('');
  const output = [line('ms: p50 / p99', `${SMALL} entries`, `${LARGE} entries`, 'ratio of p99')];
  for (const [name, before] of small) {
    const after = large.get(name) ?? { p50: 0, p99: 0 };
    const show = (each: { p50: number; p99: number }): string => `${each.p50.toFixed(2)} / ${each.p99.toFixed(2)}`;
    output.push(line(name, show(before), show(after), (after.p99 / before.p99).toFixed(2)));
  }
  process.stdout.write(`${output.join('\n')}\n`);
}

/** The kinds of scans in the plans of each request. */
async function tellPlans(): Promise<void> {
  const settings = { 'auto_explain.log_min_duration': '0', 'auto_explain.log_nested_statements': 'on' };
  const pool = createPool({ url: postgres.url, name: 'plans', size: 1, onError: () => undefined, settings });
  const reader = await startReader(pool);
  const logFile = join(folder, 'postgres.log');
  process.stdout.write('\nscans in the plans at the larger size\n');
  for (const [name, url] of Object.entries(requestsTo(reader))) {
    await (await fetch(url)).arrayBuffer();
    const before = readFileSync(logFile, 'utf8').length;
    await (await fetch(url)).arrayBuffer();
    const plans = readFileSync(logFile, 'utf8').slice(before);
    const scans = plans.match(/Seq Scan on \w+|(?:Bitmap )?Index (?:Only )?Scan (?:Backward )?(?:using|on) \w+/g) ?? [];
    process.stdout.write(`${name}: ${[...new Set(scans)].join(', ')}\n`);
  }
  await reader.stop();
  await pool.end();
}
