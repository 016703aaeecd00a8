import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { END, age } from '../support/archive-by-hand.ts';
import { startCommand } from '../support/client-command.ts';
import { readProjectFile } from '../support/manifests.ts';
import { PAGES, blocksOf, scriptsOf } from '../support/pages.ts';
import { HAS_POSTGRES_CLIENTS } from '../support/postgres-clients.ts';
import { type ProgramRun, runProgram } from '../support/run-program.ts';
import { startSeededService } from '../support/seeded-service.ts';
import type { Service } from '../support/service.ts';
import { sourceOfScript } from '../support/npm-programs.ts';

/**
 * Runs every `npm run` of the pages that works on a service, with its arguments as they are written, on a service as
 * `npm start` creates it. stories/page-commands does so for every `curl`.
 */

/** The scripts that run here, in an order in which each finds what it needs: once there is a key, all need one. */
const HERE = ['migrate', 'seed', 'audit', 'assets', 'accounts', 'batch', 'status', 'listen'];
const OF_BACKUPS = ['backup', 'restore', 'restore-check'];
const LAST = ['archive', 'keys'];
/** Those that can be called without arguments. The pages name others too, which is no command. */
const COMPLETE = ['migrate', 'seed', 'audit', 'status', 'listen', 'restore-check'];
/** Where others run. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  build: '.ci/run',
  check: '.ci/run',
  sbom: 'test/stories/sbom.test.ts',
  'start:api': 'test/support/cluster.ts',
  'start:worker': 'test/support/cluster.ts',
};
/** They measure, or try faults, for minutes to hours: unit/pages holds their options to their `--help`. */
const BY_HAND = /^(bench(:.*)?|chaos|coverage|dev|matrix|mutants|namespaces)$/;

const asked = new Map<string, Set<string>>();
for (const { name, args } of PAGES.flatMap(scriptsOf)) {
  const orders = asked.get(name) ?? new Set();
  asked.set(name, args === '' && !COMPLETE.includes(name) ? orders : orders.add(args));
}

let folder: string;
let service: Service;
/** What stands for something else in the pages. */
const meant = new Map([['2026-01', END.slice(0, 7)]]);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wallet-pages-'));
  service = await startSeededService();
  const [credits] = blocksOf('README.md').filter(({ language }) => language === 'csv');
  for (const name of ['credits.csv', 'credits.failed.csv', 'wallet.dump']) meant.set(name, join(folder, name));
  meant.set('/backup/wallet', join(folder, 'archive'));
  // What failed is sent again as it was.
  for (const name of ['credits.csv', 'credits.failed.csv']) writeFileSync(join(folder, name), `${credits!.text}\n`);
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

const words = (args: string): string[] =>
  args
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => meant.get(word) ?? word);

/** @returns what the last of its commands printed. */
async function runAll(name: string, databaseUrl = service.databaseUrl): Promise<string> {
  let ran: ProgramRun | undefined;
  for (const args of asked.get(name) ?? []) {
    const { url: WALLET_URL, redisUrl: REDIS_URL, queuePrefix: QUEUE_PREFIX } = service;
    const env = { DATABASE_URL: databaseUrl, WALLET_URL, REDIS_URL, QUEUE_PREFIX };
    ran = await (name === 'listen' ? listen(args) : runProgram(sourceOfScript(name), words(args), env, 60_000));
    if (ran.code !== 0) throw new Error(`npm run ${name} -- ${args}: ${ran.err}`);
  }
  return ran?.out ?? '';
}

/** Until it says where it forwards events to. */
async function listen(args: string): Promise<ProgramRun> {
  const { child, ended } = startCommand('listen', words(args), { WALLET_URL: service.url });
  await once(child.stdout!, 'data');
  child.kill('SIGINT');
  return ended;
}

it('every script in the pages runs here, elsewhere in the tests, or by hand', () => {
  const others = [...asked.keys()].filter((name) => ![...HERE, ...OF_BACKUPS, ...LAST].includes(name));
  expect(others.filter((name) => ELSEWHERE[name] === undefined && !BY_HAND.test(name))).toEqual([]);
  for (const [name, file] of Object.entries(ELSEWHERE))
    expect(readProjectFile(file)).toContain(name.startsWith('start:') ? '/src/main.ts' : name);
});

it('each of them, with the arguments of the pages, ends well', async () => {
  for (const name of HERE) await runAll(name);
  if (HAS_POSTGRES_CLIENTS) {
    const [, acknowledged = ''] = /acknowledged before (\S+),/.exec(await runAll('backup')) ?? [];
    meant.set('MOMENT', acknowledged);
    const restored = `${service.databaseUrl}_restored`;
    for (const name of ['restore', 'restore-check']) await runAll(name, restored);
  }
  await age(service);
  expect(await runAll('archive')).toMatch(/^months checked: \d+, operations: [1-9]\d*, violations: 0\n$/);
  const key = words('create --name first --scopes access:admin');
  const created = await runProgram(sourceOfScript('keys'), key, { DATABASE_URL: service.databaseUrl });
  const [id = ''] = created.out.split(' ');
  meant.set('ID', id);
  await runAll('keys');
}, 180_000);
