import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { redisAnswers } from '@wallet/shared/queue/connection';
import { type Child, findFreePort, startChild } from './child.ts';
import { findProgram } from './find-program.ts';
import { PROJECT_ROOT, RUN_SOURCE } from './project.ts';

const START_MS = 10_000;
const STOP_MS = 3_000;

export interface EmbeddedRedis {
  readonly url: string;
  readonly process: Child;
  stop(): Promise<void>;
}

/**
 * Starts a private Redis on loopback: the machine's `redis-server` or `valkey-server`, else Valkey compiled to
 * WebAssembly, in a process of its own. It keeps nothing on disk: what it holds can be lost at any time (P6).
 */
export async function startRedis(options: { dataDir: string; path: string; port?: number }): Promise<EmbeddedRedis> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const port = options.port ?? (await findFreePort());
  const server = startChild(commandFor(options.path, port, options.dataDir), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { PATH: options.path },
    cwd: PROJECT_ROOT,
  });
  const url = `redis://127.0.0.1:${port}`;
  const deadline = Date.now() + START_MS;
  while (!(await redisAnswers(url))) {
    const code = await Promise.race([server.ended, delay(50, 'running' as const)]);
    if (code !== 'running') throw new Error(`Redis ended at start with code ${code}`);
    if (Date.now() > deadline) throw new Error(`Redis was not ready after ${START_MS / 1000} s`);
  }
  return {
    url,
    process: server,
    stop: async () => {
      await server.stop('SIGTERM', STOP_MS);
    },
  };
}

function commandFor(path: string, port: number, dataDir: string): string[] {
  const installed = findProgram(path, 'redis-server', 'valkey-server');
  if (installed !== null) {
    const setpriv = findProgram(path, 'setpriv');
    const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--maxmemory-policy', 'noeviction'];
    return [
      ...(setpriv === null ? [] : [setpriv, '--pdeathsig', 'TERM']),
      installed,
      ...settings,
      '--dir',
      dataDir,
      '--logfile',
      `${dataDir}/redis.log`,
    ];
  }
  const script = join(PROJECT_ROOT, 'local/src/valkey-process.ts');
  return [process.execPath, '--disable-warning=ExperimentalWarning', ...RUN_SOURCE, script, String(port)];
}
