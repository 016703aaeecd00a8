import { execFileSync } from 'node:child_process';
import { UsageError } from '@wallet/shared/process/read-options';
import { ConfigError } from '@wallet/shared/words/config-error';
import { startChild } from './child.ts';
import { findPrograms } from './find-program.ts';

/**
 * The `pg_dump` or `pg_restore` for a server of version `major`: of the same version, or else of the next later one,
 * since earlier ones cannot read the server.
 * @throws ConfigError if there is none.
 */
export function findClientProgram(name: 'pg_dump' | 'pg_restore', major: number, path: string): string {
  const found = findPrograms(path, name)
    .map((file) => ({ file, major: majorOf(file) }))
    .filter((each): each is { file: string; major: number } => each.major !== null)
    .sort((one, other) => one.major - other.major);
  const fit = found.find((each) => each.major >= major);
  if (fit !== undefined) return fit.file;
  const seen = found.length === 0 ? 'none' : found.map((each) => `${each.major} (${each.file})`).join(', ');
  throw new ConfigError(
    `The server is Postgres ${major}, which needs ${name} of version ${major} or later; this machine has ${seen}. ` +
      `Install the client programs of Postgres ${major} (postgresql-client-${major} on Debian), or run this on a ` +
      `machine that has them.`,
  );
}

/** `pg_dump (PostgreSQL) 15.18 (Debian 15.18-1)` is of major version 15. */
function majorOf(file: string): number | null {
  try {
    const version = execFileSync(file, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const major = /\(PostgreSQL\) (\d+)/.exec(version)?.[1];
    return major === undefined ? null : Number(major);
  } catch {
    return null;
  }
}

/** How many connections such a program may use; null if not given. @throws UsageError */
export function readJobs(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^([2-9]|[1-5]\d|6[0-4])$/.test(text))
    throw new UsageError(`--jobs must be a whole number from 2 to 64, not ${text}.`);
  return Number(text);
}

const COMPLAINT_LENGTH = 2_000;
const STOP_MS = 5_000;

/**
 * Runs such a program on the database of `url`. The password is passed in the environment, because every user can read
 * the arguments of a process.
 * @throws ConfigError with its output if it fails.
 */
export async function runClientProgram(
  program: string,
  args: readonly string[],
  { url, env }: { url: string; env: NodeJS.ProcessEnv },
): Promise<void> {
  const { address, password } = withoutPassword(url);
  const child = startChild([program, '--no-password', `--dbname=${address}`, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...env, LC_ALL: 'C', ...(password === null ? {} : { PGPASSWORD: password }) },
  });
  let complaint = '';
  child.process.stderr?.on(
    'data',
    (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-COMPLAINT_LENGTH)),
  );
  const stop = (): void => void child.stop('SIGTERM', STOP_MS);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  try {
    const code = await child.ended;
    if (code !== 0) throw new ConfigError(`${program} failed: ${complaint.trim() || `it ended with ${code}`}`);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  }
}

/**
 * The password is before the last `@` in front of the path, or in the parameters, which take precedence. An address
 * with several hosts, as libpq takes it, is not a URL: so it is not parsed as one.
 */
function withoutPassword(url: string): { address: string; password: string | null } {
  const [, scheme = '', user, place = '', query = ''] = /^(\w+:\/\/)(?:([^/?]*)@)?([^?]*)(?:\?(.*))?$/s.exec(url) ?? [];
  const [name = '', ...rest] = user?.split(':') ?? [];
  const inFront = rest.length === 0 ? null : decoded(rest.join(':'));
  const isPassword = (param: string): boolean => new URLSearchParams(param).has('password');
  const params = query.split('&').filter((param) => !isPassword(param));
  return {
    address: `${scheme}${user === undefined ? '' : `${name}@`}${place}${query === '' ? '' : `?${params.join('&')}`}`,
    password: new URLSearchParams(query).getAll('password').at(-1) ?? inFront,
  };
}

/** As in the driver: a percent sign that encodes nothing is literal. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
