import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPostgresFolders, findProgram } from '@wallet/local/find-program';

/**
 * A folder for a private `PATH`, with links to the programs of this machine that start an embedded server, except those
 * of `without`, and with scripts of `sh`.
 */
export function makePath(
  folder: string,
  { without = [], scripts = {} }: { without?: readonly string[]; scripts?: Readonly<Record<string, string>> },
): string {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  chmodSync(folder, 0o755);
  const path = process.env['PATH'] ?? '';
  for (const name of ['setpriv', 'unshare', 'id']) {
    const program = findProgram(path, name);
    if (program !== null && !without.includes(name)) symlinkSync(program, join(folder, name));
  }
  const [postgres] = findPostgresFolders(path);
  for (const name of postgres === undefined ? [] : ['postgres', 'initdb']) {
    symlinkSync(join(postgres!, name), join(folder, name));
  }
  for (const [name, lines] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  }
  return folder;
}
