import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isProcess } from './child.ts';

/** The address of the Postgres that an `npm start` runs on `dataDir` now; null if none does. */
export function findOwnServer(dataDir: string): string | null {
  try {
    const [pid = '', , , port = ''] = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
    if (!isProcess(Number(pid), 'postgres')) return null;
    const password = readFileSync(join(dataDir, 'postgres.password'), 'utf8').trim();
    return `postgres://postgres:${password}@127.0.0.1:${Number(port)}/wallet`;
  } catch {
    return null;
  }
}
