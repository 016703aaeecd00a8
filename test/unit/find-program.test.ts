import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findPostgresFolders, findProgram } from '@wallet/local/find-program';

describe('programs of the machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-programs-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  /** An executable file, or, with `link`, a link to one. */
  const program = (file: string, link?: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    if (link === undefined) writeFileSync(join(folder, file), '#!/bin/sh\n', { mode: 0o755 });
    else symlinkSync(join(folder, link), join(folder, file));
  };

  it('are found under the name of a link, not of its target', () => {
    program('bin/redis-check-rdb');
    program('bin/redis-server', 'bin/redis-check-rdb');
    expect(findProgram(join(folder, 'bin'), 'redis-server')).toBe(join(folder, 'bin/redis-server'));
  });

  it('are not folders of that name', () => {
    mkdirSync(join(folder, 'folders/setpriv'), { recursive: true });
    expect(findProgram(join(folder, 'folders'), 'setpriv')).toBeNull();
  });

  it('are every Postgres: linked with its initdb, linked alone, and each version of Debian, newest first', () => {
    for (const name of ['cellar/postgres', 'cellar/initdb', 'opt/postgres', 'opt/initdb']) program(name);
    for (const name of ['postgres', 'initdb']) program(`both/${name}`, `cellar/${name}`);
    program('alone/postgres', 'opt/postgres');
    for (const version of [9, 15, 17])
      for (const name of ['postgres', 'initdb']) program(`debian/${version}/bin/${name}`);
    program('client-only/bin/psql');
    const path = ['both', 'alone', 'client-only/bin'].map((name) => join(folder, name)).join(':');
    expect(findPostgresFolders(path, join(folder, 'debian'))).toEqual(
      ['both', 'opt', 'debian/17/bin', 'debian/15/bin', 'debian/9/bin'].map((name) => join(folder, name)),
    );
  });
});

it('finds nothing if there is nothing', () => {
  expect(findProgram('/nowhere:', 'node')).toBeNull();
  expect(findPostgresFolders('/nowhere', '/nowhere')).toEqual([]);
});
