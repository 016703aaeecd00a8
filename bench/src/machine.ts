import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { PROJECT_ROOT } from '@wallet/local/project';
import { connectSubscriber } from '@wallet/shared/queue/connection';
import { type ServerKinds, type Servers, kindsOf } from './servers.ts';

/** The machine of the figures. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGB: number;
  readonly system: string;
  /** The version that runs every contender; the load itself comes from the one that runs the benchmark. */
  readonly node: string;
  readonly postgres: string;
  readonly redis: string;
  /** Whether the servers are the machine's own or those of the npm packages. Missing in older results. */
  readonly servers?: ServerKinds;
  readonly commit: string;
  /** The load average of the minute before: near 0 if the machine was otherwise idle. */
  readonly loadBefore: number;
}

export async function readMachine(servers: Servers, loadBefore: number): Promise<Machine> {
  const { admin, node, redis } = servers;
  const { rows } = await admin.query<{ version: string }>(`SELECT split_part(version(), ' on ', 1) AS version`);
  const connection = connectSubscriber(redis, () => undefined);
  const info = await connection.info('server').finally(() => {
    connection.disconnect();
  });
  const field = (name: string): string => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? '';
  const valkey = field('valkey_version');
  const kinds = kindsOf(servers);
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGB: Math.round(totalmem() / 1024 ** 3),
    system: `${process.platform} ${release()}`,
    node: execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(),
    postgres: `${rows[0]?.version ?? 'unknown'}, ${kinds.postgres}`,
    redis: `${valkey === '' ? `Redis ${field('redis_version')}` : `Valkey ${valkey}`}, ${KIND_OF_REDIS[kinds.redis]}`,
    servers: kinds,
    commit: readCommit(),
    loadBefore,
  };
}

const KIND_OF_REDIS = { native: 'native', packaged: 'packaged, in WebAssembly' } as const;

/** With a `+` at the end if the sources differ from the commit. */
function readCommit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: PROJECT_ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') ? '+' : '');
  } catch {
    return 'unknown';
  }
}

/** The kernel's count of processes that want a core, over the last minute. */
export function readLoad(): number {
  return loadavg()[0] ?? NaN;
}
