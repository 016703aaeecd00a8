import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findClientProgram } from '@wallet/local/client-programs';
import { type EmbeddedPostgres, startPostgres } from '@wallet/local/embedded-postgres';
import { runAudit } from '@wallet/shared/database/audit';
import request from 'supertest';
import { HAS_POSTGRES_CLIENTS } from '../support/postgres-clients.ts';
import { untilFed } from '../support/read-feed.ts';
import { type ProgramRun, runProgram } from '../support/run-program.ts';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet } from '../support/wallets.ts';

/**
 * A backup that is made under load is restored into another cluster, beside an empty Redis, and everything in it is
 * applied.
 */

jest.setTimeout(120_000);

const PATH = process.env['PATH'] ?? '';
const title = HAS_POSTGRES_CLIENTS ? 'a backup' : 'a backup (skipped: pg_dump is not installed)';

let folder: string;
let cluster: EmbeddedPostgres;
let source: Service;
beforeAll(async () => {
  if (!HAS_POSTGRES_CLIENTS) return;
  folder = mkdtempSync(join(tmpdir(), 'wallet-backup-'));
  [cluster, source] = await Promise.all([
    startPostgres({ dataDir: join(folder, 'other'), path: PATH, settings: { fsync: 'off' } }),
    startService(),
  ]);
});
afterAll(async () => {
  if (!HAS_POSTGRES_CLIENTS) return;
  await source.stop();
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

const inFolder = (name: string): string => join(folder, name);
/** `url` with the server of `first` in front of its own. */
const beginningAt = (first: string, url: string): string => url.replace('@', `@${new URL(first).host},`);
const targetUrl = (name: string): string => cluster.url.replace(/\/wallet$/, `/${name}`);
const backup = (to: string, url = source.databaseUrl, ...more: string[]): Promise<ProgramRun> =>
  runProgram('local/src/commands/backup.ts', ['--to', to, ...more], { DATABASE_URL: url });
const restore = (from: string, url: string, ...more: string[]): Promise<ProgramRun> =>
  runProgram('local/src/commands/restore.ts', ['--from', from, ...more], { DATABASE_URL: url });
const check = (url: string, ...args: string[]): Promise<ProgramRun> =>
  runProgram('shared/src/commands/restore-check.ts', args, { DATABASE_URL: url });

(HAS_POSTGRES_CLIENTS ? describe : describe.skip)(title, () => {
  it('that is made under load is restored completely: its pending operations are applied, and readers are told', async () => {
    await request(source.url).post('/webhook-endpoints').send({ url: 'http://127.0.0.1:9/' }).expect(201);
    const wallet = await createFundedWallet(source.url, '1.00');
    const { next: early } = await untilFed(source.url, 1);
    const load = startLoad(wallet);
    await load.sent(20);
    // From here on everything accepted stays pending.
    await source.stopWorkers();
    await load.sent(20);
    const made = await backup(inFolder('wallet.dump'));
    await load.sent(5);
    const keys = await load.stop();
    expect(made).toMatchObject({ code: 0, err: '' });
    source.startWorker();
    await source.drained();
    const { next: late } = await untilFed(source.url, keys.length, early);

    const url = targetUrl('restored');
    const restored = await restore(inFolder('wallet.dump'), url);
    expect(restored).toMatchObject({ code: 0, err: '' });
    expect((await restore(inFolder('wallet.dump'), url)).err).toContain('is not empty');
    const moment = /acknowledged before (\S+),/.exec(made.out)![1]!;
    const report = JSON.parse((await check(url, '--json', '--since', moment)).out);
    expect(report).toMatchObject({ completeUntil: moment, epoch: { number: 2, reason: 'restore' } });
    expect(report.pending.count).toBeGreaterThanOrEqual(20);
    expect((await check(url)).out).toContain(
      `pending     ${report.pending.count}, accepted ${report.pending.oldest} to`,
    );

    const target = { databaseUrl: url, redisUrl: process.env['TEST_REDIS_URL']!, queuePrefix: 'restored' };
    const after = await startService({ target });
    try {
      await after.drained();
      const applied = Number(await balanceOf(after.url, wallet)) - 1;
      expect(applied).toBeGreaterThanOrEqual(40);
      expect(applied).toBeLessThan(keys.length);
      const { body } = await request(after.url).get('/events').query({ after: late }).expect(410);
      expect(body).toMatchObject({ code: 'epoch_ended', events_in_doubt: expect.any(Number) });
      for (const key of keys) await deposit(after.url, wallet, key);
      await after.drained();
      expect(await balanceOf(after.url, wallet)).toBe(await balanceOf(source.url, wallet));
      expect((await untilFed(after.url, 1, body.continue_after)).epoch).toBe(report.epoch.id);
      expect((await runAudit(after.database, { tell: () => undefined })).violations).toBe(0);
    } finally {
      await after.stop();
    }
  });

  it('is a folder if several connections make and read it, each on the host of the first one', async () => {
    // libpq tries no other host behind one that has no such database.
    const from = `${beginningAt(cluster.url, source.databaseUrl)}?load_balance_hosts=random`;
    expect(await backup(inFolder('wallet.dir'), from, '--jobs', '2')).toMatchObject({ code: 0, err: '' });
    const url = `${beginningAt('postgres://127.0.0.1:1', targetUrl('of_folder'))}?load_balance_hosts=random`;
    expect(await restore(inFolder('wallet.dir'), url, '--jobs', '2')).toMatchObject({ code: 0, err: '' });
    expect(existsSync(inFolder('wallet.dir.part'))).toBe(false);
  });
});

it('a program of an earlier version than the server is not used', () => {
  expect(() => findClientProgram('pg_dump', 99, PATH)).toThrow(/Postgres 99, .* Install the client programs/);
});

async function deposit(url: string, wallet: string, key: string): Promise<void> {
  await request(url)
    .post(`/wallets/${wallet}/operation`)
    .send({ operation_type: 'DEPOSIT', amount: '1.00', idempotency_key: key })
    .expect(202);
}

/** Deposits of 1.00 into the wallet, one at a time, until it is stopped: then it returns the keys of all. */
function startLoad(wallet: string): { sent: (more: number) => Promise<void>; stop: () => Promise<string[]> } {
  const keys: string[] = [];
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const key = `load-${keys.length}`;
      await deposit(source.url, wallet, key);
      keys.push(key);
      await delay(5);
    }
  })();
  return {
    async sent(more) {
      const goal = keys.length + more;
      while (keys.length < goal) await Promise.race([delay(10), running]);
    },
    async stop() {
      stopping.abort();
      await running;
      return keys;
    },
  };
}
