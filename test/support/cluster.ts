import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, findFreePort, startChild } from '@wallet/local/child';
import { urlFor } from '@wallet/local/embedded-postgres';
import { PROJECT_ROOT, RUN_SOURCE } from '@wallet/local/project';
import { programCommand } from './program-command.ts';

/** A real process of the service, as in production, with its log in a file. */
export interface ServiceProcess {
  readonly url: string;
  readonly pid: number;
  readonly logFile: string;
  readonly child: Child;
  log(): string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

/** Where a process runs and listens. */
interface Place {
  readonly host: string;
  /** Words before its command, that start it there. */
  readonly prefix: readonly string[];
}

const HERE: Place = { host: '127.0.0.1', prefix: [] };

export interface Cluster {
  startApi(port?: number, place?: Place): Promise<ServiceProcess>;
  startWorker(place?: Place): Promise<ServiceProcess>;
  /** Stops every process that still runs. */
  stop(): Promise<void>;
}

const READY_MS = 20_000;

/**
 * Processes on `databaseUrl`, that of the superuser of an embedded server: each connects as the user of its own role. They are those of
 * this project, or of the one whose sources are in `root`. `asShipped` leaves out the bundles of `bundle-programs`.
 */
export function createCluster(options: {
  databaseUrl: string;
  redisUrl: string;
  queuePrefix: string;
  folder: string;
  root?: string;
  asShipped?: boolean | undefined;
  env?: Record<string, string>;
}): Cluster {
  const processes = new Set<ServiceProcess>();
  const logs = mkdtempSync(join(options.folder, 'logs-'));
  const { root, asShipped } = options;
  let started = 0;

  async function startProcess(
    name: 'api' | 'worker',
    env: Record<string, string>,
    place = HERE,
  ): Promise<ServiceProcess> {
    started += 1;
    const logFile = join(logs, `${name}-${started}.log`);
    const file = openSync(logFile, 'a');
    const program = `${name}/src/main.ts`;
    const command =
      root === undefined
        ? programCommand(program, { asShipped })
        : ([process.execPath, ...RUN_SOURCE, program] as const);
    const child = startChild([...place.prefix, ...command], {
      cwd: root ?? PROJECT_ROOT,
      stdio: ['ignore', file, file, 'ipc'],
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: urlFor(name, options.databaseUrl),
        REDIS_URL: options.redisUrl,
        QUEUE_PREFIX: options.queuePrefix,
        // Tests running beside it take processor time: that is not the load it should refuse.
        ADMISSION_EVENT_LOOP_MS: '60000',
        HOST: place.host,
        ...options.env,
        ...env,
      },
    });
    closeSync(file);
    const serviceProcess: ServiceProcess = {
      url: `http://${place.host}:${env['PORT'] ?? '0'}`,
      pid: child.process.pid ?? 0,
      logFile,
      child,
      log: () => wholeLines(readFileSync(logFile, 'utf8')),
      stop: () => child.stop('SIGTERM', 15_000),
      async kill() {
        await child.stop('SIGKILL', 0);
      },
    };
    processes.add(serviceProcess);
    void child.ended.then(() => processes.delete(serviceProcess));
    await untilLogged(serviceProcess, `${name} ready`);
    return serviceProcess;
  }

  return {
    startApi: async (port, place) => startProcess('api', { PORT: String(port ?? (await findFreePort())) }, place),
    startWorker: (place) => startProcess('worker', {}, place),
    async stop() {
      await Promise.all(
        [...processes].map(async (each) => {
          each.child.process.kill('SIGCONT');
          await each.stop();
        }),
      );
    },
  };
}

/** Without the line that is still being written. */
const wholeLines = (text: string): string => text.slice(0, text.lastIndexOf('\n') + 1);

/** Resolves when the process has written `text` to its log. */
export async function untilLogged(process: ServiceProcess, text: string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (!process.log().includes(text)) {
    const ended = await Promise.race([process.child.ended, delay(30, 'running' as const)]);
    if (ended !== 'running') throw new Error(`the process ended with ${ended}: ${process.log().slice(-2_000)}`);
    if (Date.now() > deadline) throw new Error(`not logged in time: ${text}: ${process.log().slice(-2_000)}`);
  }
}
