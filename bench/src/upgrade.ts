import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { findFreePort, startChild } from '@wallet/local/child';
import { urlFor } from '@wallet/local/embedded-postgres';
import { PROJECT_ROOT } from '@wallet/local/project';
import { auditDatabase } from '@wallet/shared/database/audit';
import type { Database } from '@wallet/shared/database/pool';
import { UsageError, asksForHelp, readOptions } from '@wallet/shared/process/read-options';
import { FAILED, tellFailure } from '@wallet/shared/process/tell-failure';
import { historyWallet } from './fill-history.ts';
import { type SteadyRequest, startSteadyLoad } from './load/steady-load.ts';
import { HTTP_FLAGS, type Servers, makeDatabase, startBuilt, startServers } from './servers.ts';
import { withStops } from './stops.ts';

/**
 * `npm run bench:upgrade -- --before folder`: what clients notice during an upgrade. A database of the previous
 * version, in `folder`, is filled with operations; its API and worker serve a steady load of deposits, whose clients
 * retry with the same key until they have an answer. Then this version migrates, and takes over. Every accepted
 * operation has to be applied once, and the audit has to be clean.
 */
const HELP = `npm run bench:upgrade -- --before folder [options]

  --before folder    a checkout of the version before, installed (npm ci) and built (npm run build)
  --operations n     how many operations its database holds (1000000)
  --rate n           requests a second meanwhile (500)
  --warm             starts this version's processes before it migrates: they wait (MIGRATION_WAIT_S)`;

const WALLETS = 1_000;
const STEADY_S = 15;
const WARM_MS = 3_000;
/** One accepted request in this many is repeated afterwards. */
const SAMPLE = 50;
const DRAINED_S = 120;
const STOP_MS = 10_000;
const START_MS = 3_600_000;
const WAITING = { MIGRATION_WAIT_S: String(START_MS / 1000) };
const PARTITIONS = '1';

interface Options {
  readonly before: string;
  readonly operations: number;
  readonly rate: number;
  readonly warm: boolean;
}

function readUpgradeOptions(args: readonly string[]): Options {
  const { values } = readOptions('npm run bench:upgrade', args, {
    options: {
      before: { type: 'string' },
      operations: { type: 'string' },
      rate: { type: 'string' },
      warm: { type: 'boolean', default: false },
    },
  });
  const before = resolve(values.before ?? '');
  if (values.before === undefined || !existsSync(join(before, 'bench/dist/src/fill-history.js')))
    throw new UsageError('--before must be a folder with a built checkout of the version before.');
  const number = (text: string | undefined, fallback: number): number => {
    const given = text === undefined ? fallback : Number(text);
    if (!Number.isInteger(given) || given < 1) throw new UsageError('--operations and --rate must be whole numbers.');
    return given;
  };
  return {
    before,
    operations: number(values.operations, 1_000_000),
    rate: number(values.rate, 500),
    warm: values.warm,
  };
}

/** The processes of a version, and where its API listens. */
interface Version {
  readonly port: number;
  stop(): Promise<unknown>;
}

async function startVersion(
  servers: Servers,
  url: string,
  root: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Version> {
  const port = await findFreePort();
  const settings = {
    REDIS_URL: servers.redis.url,
    QUEUE_PREFIX: 'upgrade',
    SPOOL_DIR: servers.folder,
    LOG_LEVEL: 'fatal',
    ...env,
  };
  const [api, worker] = await Promise.all([
    startBuilt(
      servers,
      join(root, 'api/dist/main.js'),
      { ...settings, DATABASE_URL: urlFor('api', url), PORT: String(port) },
      HTTP_FLAGS,
      START_MS,
    ),
    startBuilt(
      servers,
      join(root, 'worker/dist/main.js'),
      { ...settings, DATABASE_URL: urlFor('worker', url) },
      [],
      START_MS,
    ),
  ]);
  return { port, stop: () => Promise.all([api.stopNow(), worker.stopNow()]) };
}

async function migrate(root: string, url: string): Promise<void> {
  const child = startChild([process.execPath, join(root, 'shared/dist/commands/migrate.js')], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { PATH: process.env['PATH'], DATABASE_URL: url, PARTITIONS },
  });
  const code = await child.ended.finally(() => child.stop('SIGTERM', STOP_MS));
  if (code !== 0) throw new Error(`migrating ended with ${code}`);
}

async function fill(before: string, database: Database, operations: number): Promise<void> {
  const module = (await import(pathToFileURL(join(before, 'bench/dist/src/fill-history.js')).href)) as {
    makeHistoryWallets(target: Database, count: number): Promise<void>;
    addHistory(target: Database, first: number, count: number, wallets: number): Promise<void>;
  };
  await module.makeHistoryWallets(database, WALLETS);
  await module.addHistory(database, 0, operations, WALLETS);
}

async function upgrade({ before, operations, rate, warm }: Options): Promise<void> {
  await withStops(async (stops) => {
    const servers = await startServers(stops);
    const database = await makeDatabase(servers);
    await migrate(before, database.url);
    await fill(before, database.pool, operations);
    say(`filled ${operations} operations of the version before`);

    const old = await startVersion(servers, database.url, before);
    const load = await startSteadyLoad({ port: old.port, perSecond: rate, wallets: WALLETS, walletOf: historyWallet });
    const start = (): Promise<Version> => startVersion(servers, database.url, PROJECT_ROOT, WAITING);
    const waiting = warm ? start() : null;
    await delay(STEADY_S * 1000);
    const began = load.now();
    const migrated = migrate(PROJECT_ROOT, database.url).then(() => load.now());
    const present = await (waiting ?? migrated.then(start));
    await load.sendTo(present.port);
    const takenOver = load.now();
    const ended = await migrated;
    await old.stop();
    await delay(STEADY_S * 1000);
    const accepted = await load.stop();

    tellTimes(accepted, { began, ended, takenOver });
    await untilApplied(database.pool);
    const faults = await findFaults(database.pool, operations, accepted);
    for (const request of accepted.filter((_, index) => index % SAMPLE === 0)) {
      const again = await load.again(request);
      if (again !== request.id)
        faults.push(`${request.key} was accepted as ${request.id}, and sent again it got ${again}`);
    }
    load.close();
    await present.stop();
    for (const fault of faults) say(fault);
    say(faults.length === 0 ? 'nothing was lost or applied twice, and the audit is clean' : `${faults.length} faults`);
    process.exitCode = faults.length === 0 ? 0 : 1;
  });
}

/**
 * The rate of acceptance and the response times before, while copying and after, and the longest gap without an
 * acceptance.
 */
function tellTimes(
  accepted: readonly SteadyRequest[],
  { began, ended, takenOver }: { began: number; ended: number; takenOver: number },
): void {
  const times = accepted.map(({ acceptedAt }) => acceptedAt).sort((a, b) => a - b);
  const gaps = times.map((time, index) => ({ at: times[index - 1] ?? 0, length: time - (times[index - 1] ?? 0) }));
  const longest = gaps.sort((a, b) => b.length - a.length).slice(0, 3);
  const [pause] = longest;
  const tell = (name: string, from: number, to: number): void => {
    const within = accepted.filter(({ acceptedAt }) => acceptedAt >= from && acceptedAt < to);
    const waits = within.map(({ acceptedAt, dueAt }) => acceptedAt - dueAt).sort((a, b) => a - b);
    const at = (share: number): string => (waits[Math.floor(waits.length * share)] ?? 0).toFixed(1);
    const rate = (within.length / (to - from)) * 1000;
    say(
      `${name}: ${rate.toFixed(0)}/s accepted for ${((to - from) / 1000).toFixed(1)} s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
    );
  };
  const paused = pause?.at ?? ended;
  tell('before', WARM_MS, began);
  tell('while migrating', began, paused);
  tell('after', takenOver + WARM_MS, times.at(-1) ?? 0);
  say(
    `migrating took ${((ended - began) / 1000).toFixed(1)} s; this version served ${(takenOver - ended).toFixed(0)} ms later`,
  );
  say(`nothing was accepted for ${longest.map(({ length }) => length.toFixed(0)).join(', then ')} ms`);
  const failures = new Map<number, number>();
  for (const status of accepted.flatMap((request) => request.failures))
    failures.set(status, (failures.get(status) ?? 0) + 1);
  const told = [...failures].map(([status, count]) => `${count} × ${status === 0 ? 'no answer' : status}`);
  say(`sent again: ${told.join(', ') || 'nothing'}`);
}

async function untilApplied(database: Database): Promise<void> {
  const began = performance.now();
  while ((await database.query('SELECT FROM pending_operations LIMIT 1')).rowCount !== 0) {
    if (performance.now() - began > DRAINED_S * 1000) throw new Error('what was accepted was not applied');
    await delay(100);
  }
}

async function findFaults(
  database: Database,
  operations: number,
  accepted: readonly SteadyRequest[],
): Promise<string[]> {
  const faults: string[] = [];
  const { rows } = await database.query<{ missing: bigint; all: bigint; keys: bigint }>(
    `SELECT (SELECT count(*) FROM unnest($1::uuid[], $2::text[]) AS told (id, key)
             WHERE NOT EXISTS (SELECT FROM operations JOIN movements ON operation_id = operations.id
                               WHERE operations.id = told.id AND idempotency_key = told.key)) AS missing,
            (SELECT count(*) FROM movements) AS all, (SELECT count(*) FROM operation_keys) AS keys`,
    [accepted.map(({ id }) => id), accepted.map(({ key }) => key)],
  );
  const [row] = rows;
  if (row?.missing !== 0n) faults.push(`${row?.missing} accepted operations were not applied`);
  if (row?.all !== BigInt(operations + accepted.length))
    faults.push(`${row?.all} movements of ${operations} operations before and ${accepted.length} accepted`);
  if (row?.keys !== BigInt(accepted.length)) faults.push(`${row?.keys} keys of ${accepted.length} accepted`);
  await auditDatabase(database, (found) => faults.push(JSON.stringify(found)));
  return faults;
}

function say(sentence: string): void {
  process.stdout.write(`${sentence}\n`);
}

try {
  const args = process.argv.slice(2);
  if (asksForHelp(args)) say(HELP);
  else await upgrade(readUpgradeOptions(args));
} catch (error) {
  tellFailure(error, 'The benchmark failed');
  process.exitCode = FAILED;
}
