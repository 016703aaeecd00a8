import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '@wallet/local/child';
import { startPostgres } from '@wallet/local/embedded-postgres';
import { createPool } from '@wallet/shared/database/pool';
import request from 'supertest';
import { ended, greeting, start, until } from '../support/npm-start.ts';

const folder = mkdtempSync(join(tmpdir(), 'wallet-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

  it('names every wrong setting', async () => {
    const { child, output } = start({ PORT: 'http', LOG_LEVEL: 'loud' });
    expect(await ended(child)).toBe(2);
    expect(output()).toMatch(/LOG_LEVEL: .*\n.*PORT: |PORT: .*\n.*LOG_LEVEL: /);
  });
});

it('the packaged Postgres runs if the machine has none, and keeps its data if it has', async () => {
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
