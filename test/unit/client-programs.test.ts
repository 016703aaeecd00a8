import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runClientProgram } from '@wallet/local/client-programs';

/** What pg_dump and pg_restore are run with: every user of the machine can read the arguments of a process. */

const folder = mkdtempSync(join(tmpdir(), 'wallet-programs-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

it.each([
  ['postgres://u:secret@db/w', 'postgres://u@db/w', 'secret'],
  ['postgres://u:a:s%65cret@a:1,b:2/w?sslmode=require', 'postgres://u@a:1,b:2/w?sslmode=require', 'a:secret'],
  ['postgres://u:p@secret@db/w', 'postgres://u@db/w', 'p@secret'],
  ['postgres://u:100%secret@db/w', 'postgres://u@db/w', '100%secret'],
  ['postgres://db/w?user=u&password=a+secret', 'postgres://db/w?user=u', 'a secret'],
  ['postgres://u:other@db/w?p%61ssword=secret&sslmode=require', 'postgres://u@db/w?sslmode=require', 'secret'],
  ['postgres://u@/w?host=/run', 'postgres://u@/w?host=/run', ''],
])('%s is passed on as %s, with the password in the environment', async (url, address, password) => {
  const program = join(folder, 'program');
  writeFileSync(program, `#!/bin/sh\necho "args $*" >&2\necho "password $PGPASSWORD" >&2\nexit 1\n`, { mode: 0o755 });
  const ran = runClientProgram(program, ['--verbose'], { url, env: { PATH: process.env['PATH'] } });
  await expect(ran).rejects.toThrow(
    `failed: args --no-password --dbname=${address} --verbose\npassword ${password}`.trim(),
  );
});
