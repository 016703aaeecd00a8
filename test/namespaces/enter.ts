import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '@wallet/local/child';
import { findProgram } from '@wallet/local/find-program';
import { PROJECT_ROOT, RUN_SOURCE } from '@wallet/local/project';
import { dieWithParent } from '@wallet/local/server-user';
import { NATIVE_REDIS } from '../support/redis-servers.ts';
import { PG_BASEBACKUP } from './postgres-pair.ts';

/** What is set in the environment of the process inside: the folder for its files. */
const INSIDE = 'WALLET_NAMESPACES_FOLDER';

/** The folder that the process inside works in; null outside. */
export function folderInside(): string | null {
  return process.env[INSIDE] ?? null;
}

/** Its process 1 is the program: when it ends, so does every other, and with them all networks. */
const UNSHARE = ['unshare', '--net', '--mount-proc', '--pid', '--fork', '--kill-child=KILL'];

/** Why there can be no namespaces here; null if there can. */
export function whyNot(): string | null {
  const path = process.env['PATH'] ?? '';
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it takes Linux and root';
  if (NATIVE_REDIS === null || findProgram(path, 'redis-cli') === null) return 'it takes redis-server and redis-cli';
  if (PG_BASEBACKUP === undefined) return 'it takes pg_basebackup';
  const probe = ['sh', '-c', 'ip link add pair-1 type veth peer name pair-2 && ip link add bridge-1 type bridge'];
  const { status, stderr } = spawnSync(UNSHARE[0] ?? '', [...UNSHARE.slice(1), ...probe], { encoding: 'utf8' });
  return status === 0 ? null : `namespaces, veth and bridge are needed: ${stderr || 'no unshare or ip'}`.trim();
}

/** Runs a program of this project in namespaces of its own, and removes its files. @returns its exit status. */
export async function runInside(program: string, args: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-namespaces-'));
  const words = [...dieWithParent(process.env['PATH'] ?? '', 'KILL'), ...UNSHARE];
  const child = startChild([...words, process.execPath, ...RUN_SOURCE, program, ...args], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, [INSIDE]: folder },
  });
  const end = (): void => void child.stop('SIGKILL', 0);
  for (const signal of SIGNALS) process.once(signal, end);
  const code = await child.ended;
  for (const signal of SIGNALS) process.removeListener(signal, end);
  const isToKeep = code !== 0 && code !== null;
  if (isToKeep) process.stdout.write(`The logs and the history are in ${folder}\n`);
  else rmSync(folder, { recursive: true, force: true });
  return code ?? INTERRUPTED;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const INTERRUPTED = 130;
