import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '@wallet/local/child';
import { startPostgres } from '@wallet/local/embedded-postgres';
import { PROJECT_ROOT, RUN_SOURCE } from '@wallet/local/project';
import { createPool } from '@wallet/shared/database/pool';
import request from 'supertest';

const folder = mkdtempSync(join(tmpdir(), 'wallet-start-'));
const started: ChildProcess[] = [];
afterEach(async () => {
  const running = started.splice(0).filter((child) => child.exitCode === null && child.signalCode === null);
  await Promise.all(running.map((child) => (child.kill('SIGKILL'), ended(child))));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `npm start` runs, in a group of its own, so that a signal to the group is a Ctrl-C. */
function start(env: Record<string, string>): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [...RUN_SOURCE, join(PROJECT_ROOT, 'local/src/start.ts')], {
    cwd: PROJECT_ROOT,
    env: { PATH: process.env['PATH'], ...env },
    detached: true,
  });
  started.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output };
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await delay(20);
  }
}

async function greeting({ child, output }: ReturnType<typeof start>): Promise<void> {
  await until('greeting', () => output().includes('Ctrl-C') || child.exitCode !== null);
  if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}: ${output()}`);
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

describe('npm start', () => {
  it('serves what its greeting says, stops with Ctrl-C, and finds its data again', async () => {
    const port = await findFreePort();
    const env = { PORT: String(port), DATA_DIR: join(folder, 'data') };
    const wallet = 'a11ce000-0000-4000-8002-000000000004';

    const first = start(env);
    await greeting(first);
    const [, url, body] = /curl .* (http\S+) .* -d '(.*)'/.exec(first.output())!;
    const answer = await request(url!)
      .post('')
      .set({ 'Content-Type': 'application/json', Prefer: 'wait=5' })
      .send(body);
    expect(answer.body).toMatchObject({ status: 'succeeded', result: { wallet_balance: '125.00' } });
    const ports = [...first.output().matchAll(/127\.0\.0\.1:(\d+)/g)].map((match) => Number(match[1]));

    process.kill(-first.child.pid!, 'SIGINT');
    expect(await ended(first.child)).toBe(0);
    expect(await Promise.all(ports.map(isOpen))).toEqual(ports.map(() => false));

    const second = start(env);
    await greeting(second);
    const found = await request(`http://127.0.0.1:${port}`).get(`/wallets/${wallet}`).expect(200);
    expect(found.body.balance).toBe('125.00');
    const ports2 = [...second.output().matchAll(/127\.0\.0\.1:(\d+)/g)].map((match) => Number(match[1]));

    second.child.kill('SIGKILL');
    await ended(second.child);
    await until('everything ended with its parent', async () =>
      (await Promise.all(ports2.map(isOpen))).every((open) => !open),
    );
  }, 180_000);

  it('refuses to run on embedded servers in production', async () => {
    const { child, output } = start({ NODE_ENV: 'production' });
    expect(await ended(child)).toBe(2);
    expect(output()).toContain('set DATABASE_URL and REDIS_URL');
  });

  it('names every setting that is wrong', async () => {
    const { child, output } = start({ PORT: 'http', LOG_LEVEL: 'loud' });
    expect(await ended(child)).toBe(2);
    expect(output()).toMatch(/LOG_LEVEL: .*\n.*PORT: |PORT: .*\n.*LOG_LEVEL: /);
  });
});

it('the packaged Postgres runs where the machine has none, and goes on with its data where it has', async () => {
  for (const packaged of [true, false]) {
    const postgres = await startPostgres({
      dataDir: join(folder, 'packaged'),
      path: process.env['PATH'] ?? '',
      packaged,
    });
    const database = createPool({ url: postgres.url, name: 'test', size: 1, onError: () => undefined });
    const { rows } = await database.query<{ version: string }>('SELECT version()');
    await database.end();
    await postgres.stop();
    expect(rows[0]!.version).toMatch(/^PostgreSQL 17/);
  }
}, 180_000);
