import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { PROJECT_ROOT, RUN_SOURCE } from '@wallet/local/project';

export interface NpmStart {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Its output so far. */
  output: () => string;
}

const started: NpmStart['child'][] = [];
afterEach(async () => {
  const running = started.splice(0).filter((child) => child.exitCode === null && child.signalCode === null);
  await Promise.all(running.map((child) => (child.kill('SIGKILL'), ended(child))));
});

/** What `npm start` runs, in its own group, so that a signal to the group is a Ctrl-C. Ends with the test. */
export function start(env: Readonly<Record<string, string>>): NpmStart {
  const { PATH, REDIS_SERVER } = process.env;
  const child = spawn(process.execPath, [...RUN_SOURCE, `${PROJECT_ROOT}local/src/start.ts`], {
    cwd: PROJECT_ROOT,
    env: { PATH, REDIS_SERVER, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  started.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output };
}

/** Ends as Ctrl-C does. @returns the exit status. */
export async function stop({ child }: NpmStart): Promise<number | null> {
  process.kill(-child.pid!, 'SIGINT');
  return ended(child);
}

/** Resolves when it is ready. @throws Error with what it printed if it ends before. */
export async function greeting({ child, output }: NpmStart): Promise<void> {
  await until('greeting', () => output().includes('Ctrl-C') || child.exitCode !== null);
  if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}: ${output()}`);
}

export function ended(child: NpmStart['child']): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}

export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await delay(20);
  }
}
