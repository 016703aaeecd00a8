import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '@wallet/local/child';
import { startPostgres } from '@wallet/local/embedded-postgres';
import { createPool, databaseAnswers } from '@wallet/shared/database/pool';
import request from 'supertest';
import { bearer, makeKey, untilGood } from '../support/keys.ts';
import { ended, greeting, start, stop, until } from '../support/npm-start.ts';
import { makePath } from '../support/programs.ts';

/** Only root has privileges to drop. */
const asRoot = process.getuid?.() === 0 ? describe : describe.skip;
const NOBODY = 65_534;
const REFUSES = "echo 'unshare: unshare failed: Operation not permitted' >&2; exit 1";

const folder = mkdtempSync(join(tmpdir(), 'wallet-start-as-root-'));
// So that any user can pass through it.
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const paths = {
  withUnshare: makePath(join(folder, 'with-unshare'), {}),
  withoutUnshare: makePath(join(folder, 'without-unshare'), { without: ['unshare'] }),
  unshareForbidden: makePath(join(folder, 'forbidden'), { without: ['unshare'], scripts: { unshare: REFUSES } }),
  setprivOfBusybox: makePath(join(folder, 'busybox'), {
    ...{ without: ['unshare', 'setpriv'], scripts: { setpriv: "echo 'unrecognized option: pdeathsig' >&2; exit 1" } },
  }),
};

async function inDatabase<Result>(url: string, work: (database: ReturnType<typeof createPool>) => Promise<Result>) {
  const database = createPool({ url, name: 'test', size: 1, onError: () => undefined });
  try {
    return await work(database);
  } finally {
    await database.end();
  }
}

/** Where earlier versions kept the data of `dataDir`. */
function earlierHomeOf(dataDir: string): string {
  return join(tmpdir(), `wallet-operations-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`);
}

function ownersIn(dataDir: string): number[] {
  const files = readdirSync(dataDir, { recursive: true, encoding: 'utf8' });
  return [...new Set(files.map((file) => lstatSync(join(dataDir, file)).uid))];
}

asRoot('npm start as root', () => {
  it('serves the same ledger with the same keys from DATA_DIR, with or without unshare', async () => {
    const port = await findFreePort();
    const dataDir = join(folder, 'ledger');
    const env = { PORT: String(port), DATA_DIR: dataDir, REDIS_SERVER: 'packaged' };
    const wallet = `http://127.0.0.1:${port}/wallets/a11ce000-0000-4000-8002-000000000004`;

    const first = start({ ...env, PATH: paths.withUnshare });
    await greeting(first);
    const url = /postgres:\S+/.exec(first.output())![0];
    const { token } = await inDatabase(url, (database) => makeKey(database));
    await untilGood(`http://127.0.0.1:${port}`, token);
    await request(`${wallet}/operation`)
      .post('')
      .set({ ...bearer(token), Prefer: 'wait=5' })
      .send({ operation_type: 'DEPOSIT', amount: '25.00' })
      .expect(200);
    expect(await stop(first)).toBe(0);

    for (const path of [paths.withoutUnshare, paths.withUnshare, paths.unshareForbidden]) {
      const again = start({ ...env, PATH: path });
      await greeting(again);
      await request(wallet).get('').expect(401);
      const found = await request(wallet).get('').set(bearer(token)).expect(200);
      expect(found.body.balance).toBe('125.00');
      expect(again.output()).toMatch(new RegExp(`Data +${dataDir}\n`));
      expect(await stop(again)).toBe(0);
    }
    expect(existsSync(earlierHomeOf(dataDir))).toBe(false);
  }, 240_000);

  it('refuses in a sentence if no other user can enter the folder, and leaves it unchanged', async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const dataDir = join(closed, 'data');
    const full = await startPostgres({ dataDir: join(closed, 'full'), path: paths.withUnshare });
    await full.stop();
    for (const each of [dataDir, join(closed, 'full')]) {
      const service = start({ DATA_DIR: each, PATH: paths.withoutUnshare, REDIS_SERVER: 'packaged' });
      expect(await ended(service.child)).toBe(2);
      expect(service.output()).toContain(`Postgres cannot serve ${each}: it does not run as root`);
      expect(service.output()).toMatch(/set DATA_DIR to .*, or set DATABASE_URL/);
      expect(service.output()).not.toMatch(/^\s+at /m);
      expect(existsSync(earlierHomeOf(each))).toBe(false);
    }
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
    const again = await startPostgres({ dataDir: join(closed, 'full'), path: paths.withUnshare });
    await again.stop();
  }, 120_000);
});

asRoot('startPostgres as root', () => {
  it('ties a server that runs as another user to its parent', async () => {
    const dataDir = join(folder, 'orphan');
    const service = start({
      ...{ PORT: String(await findFreePort()), DATA_DIR: dataDir },
      ...{ PATH: paths.withoutUnshare, REDIS_SERVER: 'packaged' },
    });
    await greeting(service);
    const url = /postgres:\S+/.exec(service.output())![0];
    service.child.kill('SIGKILL');
    await ended(service.child);
    await until('Postgres ended with its parent', async () => !(await databaseAnswers(url)));
  }, 90_000);

  it.each([
    ['without unshare', paths.withoutUnshare],
    ['with a setpriv that cannot tie it to its parent', paths.setprivOfBusybox],
  ])(
    'creates and finds its data in DATA_DIR %s',
    async (_, path) => {
      const dataDir = mkdtempSync(join(folder, 'made-'));
      for (const [index, each] of [path, paths.withUnshare, path].entries()) {
        const postgres = await startPostgres({ dataDir, path: each });
        const rows = await inDatabase(postgres.url, async (database) => {
          await database.query('CREATE TABLE IF NOT EXISTS starts (n int)');
          await database.query('INSERT INTO starts VALUES (1)');
          return (await database.query('SELECT FROM starts')).rowCount;
        });
        await postgres.stop();
        expect(rows).toBe(index + 1);
      }
    },
    120_000,
  );

  it('uses data whose owner was only partly changed', async () => {
    const dataDir = mkdtempSync(join(folder, 'partly-'));
    const first = await startPostgres({ dataDir, path: paths.withUnshare });
    await first.stop();
    chownSync(join(dataDir, 'postgres/global/pg_control'), NOBODY, NOBODY);
    const second = await startPostgres({ dataDir, path: paths.withUnshare });
    await second.stop();
  }, 60_000);

  it('serves the data of an ordinary user as that user, and leaves no files of its own behind', async () => {
    const dataDir = mkdtempSync(join(folder, 'ordinary-'));
    chownSync(dataDir, NOBODY, NOBODY);
    for (const path of [paths.withoutUnshare, paths.withUnshare]) {
      const postgres = await startPostgres({ dataDir, path });
      await postgres.stop();
      expect(ownersIn(dataDir)).toEqual([NOBODY]);
    }
  }, 60_000);

  it('names data that an earlier version kept elsewhere, and does not start afresh beside it', async () => {
    const dataDir = mkdtempSync(join(folder, 'earlier-'));
    const earlier = earlierHomeOf(dataDir);
    mkdirSync(join(earlier, 'postgres'), { recursive: true });
    chownSync(earlier, NOBODY, NOBODY);
    try {
      await expect(startPostgres({ dataDir, path: paths.withUnshare })).rejects.toThrow(`mv ${earlier}/postgres`);
      expect(readdirSync(dataDir)).toEqual([]);
      rmSync(earlier, { recursive: true });
      const first = await startPostgres({ dataDir, path: paths.withUnshare });
      await first.stop();
      expect(first.notes).toEqual([]);
      mkdirSync(join(earlier, 'postgres'), { recursive: true });
      chownSync(earlier, NOBODY, NOBODY);
      const second = await startPostgres({ dataDir, path: paths.withUnshare });
      await second.stop();
      expect(second.notes).toEqual([expect.stringContaining(earlier)]);
    } finally {
      rmSync(earlier, { recursive: true, force: true });
    }
  }, 60_000);
});

describe('startPostgres', () => {
  const path = paths.withUnshare;

  it('says how to use data of another major version, and does not advise deleting it', async () => {
    const dataDir = mkdtempSync(join(folder, 'major-'));
    mkdirSync(join(dataDir, 'postgres'), { mode: 0o700 });
    writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '14\n');
    const failure = await startPostgres({ dataDir, path }).catch((error: unknown) => String(error));
    expect(failure).toMatch(
      /made by Postgres 14, and on this machine there is only .*install Postgres 14 .*npm run backup.*npm run restore/,
    );
    expect(failure).not.toMatch(/delete/i);
  });

  it('does not stop the server of other data whose process has the id of one that crashed', async () => {
    const dataDir = mkdtempSync(join(folder, 'stale-'));
    const first = await startPostgres({ dataDir, path });
    await first.stop();
    const other = spawn('sleep', ['60'], { argv0: 'postgres', stdio: 'ignore' });
    try {
      writeFileSync(join(dataDir, 'postgres/postmaster.pid'), `${other.pid}\n`);
      // Postgres itself may take the file for that of a running server.
      const second = await startPostgres({ dataDir, path }).catch((error: unknown) => String(error));
      if (typeof second === 'string') expect(second).toContain('lock file "postmaster.pid" already exists');
      else await second.stop();
      expect(other.signalCode).toBeNull();
    } finally {
      other.kill('SIGKILL');
      await new Promise((resolve) => other.once('exit', resolve));
    }
  }, 60_000);

  it("repeats the system's error if the folder cannot be used", async () => {
    const dataDir = join(folder, 'a-file');
    writeFileSync(dataDir, '');
    await expect(startPostgres({ dataDir, path })).rejects.toThrow(`${dataDir} cannot be used for Postgres: EEXIST`);
  });

  it.each([
    ['a folder that is no data', ['postgres/notes.txt'], 'that are not a Postgres database'],
    ['data without its password', ['postgres/PG_VERSION'], 'postgres.password is missing'],
  ])('refuses %s, and deletes nothing', async (_, files, sentence) => {
    const dataDir = mkdtempSync(join(folder, 'foreign-'));
    mkdirSync(join(dataDir, 'postgres'), { mode: 0o700 });
    for (const file of files) writeFileSync(join(dataDir, file), await majorHere());
    await expect(startPostgres({ dataDir, path })).rejects.toThrow(sentence);
    for (const file of files) expect(existsSync(join(dataDir, file))).toBe(true);
  });
});

/** The version that this machine makes data with. */
async function majorHere(): Promise<string> {
  const postgres = await startPostgres({ dataDir: join(folder, 'here'), path: paths.withUnshare });
  await postgres.stop();
  return readFileSync(join(folder, 'here/postgres/PG_VERSION'), 'utf8');
}
