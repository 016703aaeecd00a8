import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connectSubscriber } from '@wallet/shared/queue/connection';
import type { Servers } from './servers.ts';

/** Microseconds of processor time that each kind of process has used so far; of Postgres, with all its backends. */
export type Cpu = Readonly<Record<string, number>>;

/** The unit of processor time in /proc. */
const TICKS_PER_S = 100;

/** Whether this machine reports the processor time of processes. */
export const HAS_PROC = existsSync('/proc/self/stat');

/** @returns null if the machine does not report it. `client` is this process. */
export function readCpu(servers: Servers, groups: Readonly<Record<string, readonly number[]>>): Cpu | null {
  if (!HAS_PROC) return null;
  const { user, system } = process.cpuUsage();
  const postmaster = servers.postgres.process.process.pid ?? 0;
  const add = (times: readonly number[]): number => times.reduce((sum, time) => sum + time, 0);
  return {
    ...Object.fromEntries(Object.entries(groups).map(([name, pids]) => [name, add(pids.map((pid) => cpuOf(pid)))])),
    postgres: cpuOf(postmaster, true) + add(childrenOf(postmaster).map((pid) => cpuOf(pid))),
    redis: cpuOf(servers.redis.process.process.pid ?? 0),
    client: user + system,
  };
}

/** 0 for a process that has ended: its time is added to its parent's. */
function cpuOf(pid: number, withEnded = false): number {
  const stat = readProc(`/proc/${pid}/stat`);
  const fields = stat
    .replace(/^.*\) /, '')
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
  return ((user + system + (withEnded ? endedUser + endedSystem : 0)) / TICKS_PER_S) * 1e6;
}

function childrenOf(pid: number): number[] {
  const children = readProc(`/proc/${pid}/task/${pid}/children`);
  if (children !== '') return children.trim().split(' ').map(Number);
  // A kernel without that file.
  const listed = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return listed.trim().split(/\s+/).map(Number);
}

function readProc(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

export function subtractCpu(after: Cpu | null, before: Cpu | null): Cpu | null {
  if (after === null || before === null) return null;
  return Object.fromEntries(Object.entries(after).map(([name, time]) => [name, time - (before[name] ?? 0)]));
}

/** Megabytes that a process has in memory, and the most that it ever had; NaN if the machine does not report it. */
export function memoryOf(pid: number | undefined): { now: number; peak: number } {
  const status = readProc(`/proc/${pid}/status`);
  const field = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { now: field('VmRSS'), peak: field('VmHWM') };
}

/** Megabytes of the server's processes apart from the memory that they share. */
export function memoryOfPostgres(servers: Servers): number {
  const postmaster = servers.postgres.process.process.pid ?? 0;
  return [postmaster, ...childrenOf(postmaster)].reduce((sum, pid) => {
    const own = /RssAnon:\s+(\d+)/.exec(readProc(`/proc/${pid}/status`))?.[1];
    return sum + Number(own ?? 0) / 1024;
  }, 0);
}

/** Calls of each command that Redis has answered so far; those inside a script too. */
export type RedisCalls = ReadonlyMap<string, number>;

export async function readRedisCalls(servers: Servers): Promise<RedisCalls> {
  const redis = connectSubscriber(servers.redis, () => undefined);
  try {
    const info = await redis.info('commandstats');
    return new Map(
      [...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name = '', calls]) => [name, Number(calls)]),
    );
  } finally {
    redis.disconnect();
  }
}

/** Bytes of write-ahead log since the server was created. */
export async function readWalBytes(servers: Servers): Promise<number> {
  const { rows } = await servers.admin.query<{ bytes: string }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS bytes`,
  );
  return Number(rows[0]?.bytes);
}
