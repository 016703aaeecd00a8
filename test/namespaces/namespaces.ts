import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { readOptions } from '@wallet/shared/process/read-options';
import { runCommand } from '@wallet/shared/process/run-command';
import { ConfigError } from '@wallet/shared/words/config-error';
import { makeWallets } from '../chaos/campaign.ts';
import { type Recorder, createRecorder } from '../chaos/history.ts';
import { startLoad } from '../chaos/load/clients.ts';
import { closeConnections } from '../chaos/load/send.ts';
import { PLAIN } from '../chaos/setup.ts';
import { checkAll, comeToRest, countWishes } from '../matrix/workload.ts';
import { type ServiceProcess, createCluster } from '../support/cluster.ts';
import { CUTS, HOST_NAMES, type HostName, type Site } from './cuts.ts';
import { folderInside, runInside, whyNot } from './enter.ts';
import { type Host, makeNetwork } from './network.ts';
import { startPostgresPair } from './postgres-pair.ts';
import { startRedisCluster } from './redis-cluster.ts';

/** `npm run namespaces`: see README.md beside this file, or `--help`. */

const HELP = `npm run namespaces [-- options]

Runs two APIs, four workers, a Redis Cluster of three and a primary with a synchronous standby, each host in a network namespace
of its own, cuts one after the other off while clients work, and checks everything that they did. It takes Linux and root.
Exit status 1 if anything is wrong.

  --clients N   how many clients work (16)
  --only TEXT   only cuts with this in their name, such as "API"; may be given several times`;

const OPTIONS = { clients: { type: 'string', default: '16' }, only: { type: 'string', multiple: true } } as const;
const SEED = 77;
const CALM_MS = 6_000;
/** A cut that still has effects this long after its repair is counted as a cut of its own. */
const AFTERMATH_MS = 10_000;
const MOST_TOLD = 10;

const read = (args: readonly string[]) => readOptions('npm run namespaces', args, { options: OPTIONS }).values;

await runCommand({ help: HELP, failed: 'The run failed', read, run });

async function run({ clients, only = [] }: ReturnType<typeof read>): Promise<number> {
  const folder = folderInside();
  if (folder !== null) {
    // What it started goes with it.
    const status = await cutOffAll(folder, Number(clients), only);
    process.exit(status);
  }
  const reason = whyNot();
  if (reason !== null) throw new ConfigError(`Not tried: ${reason}.`);
  return runInside(fileURLToPath(import.meta.url), ['--clients', clients, ...only.flatMap((part) => ['--only', part])]);
}

async function cutOffAll(folder: string, clients: number, only: readonly string[]): Promise<number> {
  const site = await startSite(folder);
  const { recorder, urls, wallets, database } = site;
  const plan = { clients, seed: SEED, name: 'namespaces', hasTerms: true, readsHistory: false };
  const load = startLoad({ recorder, urls, wallets, ...plan });
  const cuts: { name: string; begunAt: number; endedAt: number }[] = [];
  await delay(CALM_MS);
  for (const cut of CUTS.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)))) {
    const begunAt = performance.now();
    await cut.run(site);
    const endedAt = performance.now();
    say(`cut off: ${cut.name}, ${seconds(endedAt - begunAt)} s`);
    cuts.push({ name: cut.name, begunAt, endedAt });
    await delay(CALM_MS);
  }
  await load.stop();
  const stoppedAt = performance.now();
  const unknown = await comeToRest(site, database);
  const restMs = performance.now() - stoppedAt;
  closeConnections();
  const checked = await checkAll(recorder, database);
  say('');
  sayRow(['cut off', 'for s', 'longest without an acknowledgement, s', 'longest without an operation applied, s']);
  sayRow(['---', '---:', '---:', '---:']);
  const applied = await readApplied(database);
  const acknowledged = [...recorder.intents.values()].flatMap(({ acknowledgedAt }) => acknowledgedAt ?? []);
  for (const { name, begunAt, endedAt } of cuts) {
    const gaps = [acknowledged, applied].map((times) => longestGap(times, begunAt, endedAt + AFTERMATH_MS));
    sayRow([name, ...[endedAt - begunAt, ...gaps].map(seconds)]);
  }
  const codes = await Promise.all(site.processes.map((each) => each.stop()));
  const ended = codes.filter((code) => code !== 0);
  say(
    `\n${checked.operations} operations, ${countWishes(recorder, true)} of them acknowledged to clients, ${checked.failed} refused by a rule; ` +
      `${unknown} outcomes were unknown until asked again. Everything was final ${seconds(restMs)} s after the load. ` +
      `${checked.violations.length} violations; ${ended.length} processes ended with something else than 0.`,
  );
  for (const { law, detail } of checked.violations.slice(0, MOST_TOLD)) say(`${law}: ${detail}`);
  return checked.violations.length + ended.length === 0 ? 0 : 1;
}

interface RunningSite extends Site {
  readonly urls: readonly string[];
  readonly wallets: readonly string[];
  readonly recorder: Recorder;
  readonly database: Database;
  readonly processes: readonly ServiceProcess[];
}

async function startSite(folder: string): Promise<RunningSite> {
  const hosts = makeNetwork<HostName>(HOST_NAMES);
  const redis = await startRedisCluster(folder, [hosts['redis-1'], hosts['redis-2'], hosts['redis-3']]);
  const postgres = await startPostgresPair(folder, hosts['postgres-1'], hosts['postgres-2']);
  await migrateDatabase(postgres.url, MIGRATIONS_FOLDER, undefined);
  await postgres.setSynchronous(hosts['postgres-1'], true);
  const cluster = createCluster({
    ...{ databaseUrl: postgres.url, redisUrl: redis.url, queuePrefix: 'wallet', folder },
    env: { ALLOW_ANONYMOUS: 'true' },
  });
  const at = ({ address, prefix }: Host) => ({ host: address, prefix });
  const apis = await Promise.all((['api-1', 'api-2'] as const).map((name) => cluster.startApi(8_000, at(hosts[name]))));
  const names = ['worker-1', 'worker-2', 'worker-3', 'worker-4'] as const;
  const workers = await Promise.all(names.map((name) => cluster.startWorker(at(hosts[name]))));
  const database = createPool({
    ...{ url: postgres.url, name: 'namespaces', size: 2, statementMs: 60_000 },
    ...{ writes: true, onError: () => undefined },
  });
  const urls = apis.map(({ url }) => url);
  const wallets = await makeWallets({ urls, setup: PLAIN });
  const recorder = createRecorder(join(folder, 'history.jsonl'));
  const processes = [...apis, ...workers];
  return { hosts, postgres, queueOwner: () => redis.owner(), urls, wallets, recorder, database, processes };
}

/** When operations ended, on the clock of this process: all hosts have the one of the machine. */
async function readApplied(database: Database): Promise<number[]> {
  const { rows } = await database.query<{ at: number }>(
    'SELECT extract(epoch FROM completed_at)::float8 * 1000 AS at FROM outcomes WHERE completed_at IS NOT NULL',
  );
  return rows.map(({ at }) => at - performance.timeOrigin);
}

/** The longest gap between two of `times`, as far as it lies between `from` and `until`. */
function longestGap(times: readonly number[], from: number, until: number): number {
  const within = [from, ...times.filter((time) => time > from && time < until), until].sort((a, b) => a - b);
  return Math.max(...within.map((time, index) => time - (within[index - 1] ?? time)));
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

function sayRow(cells: readonly string[]): void {
  say(`| ${cells.join(' | ')} |`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
