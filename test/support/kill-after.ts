import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PROJECT_ROOT, RUN_SOURCE } from '@wallet/local/project';

/**
 * Starts a program of this project and kills it this many milliseconds after `begun` says that it has begun.
 * @returns its exit status; null if it was killed.
 */
export async function killAfter(
  milliseconds: number,
  { program, args, env }: { program: string; args: readonly string[]; env: Readonly<Record<string, string>> },
  begun: () => Promise<boolean>,
): Promise<number | null> {
  const child = spawn(process.execPath, [...RUN_SOURCE, join(PROJECT_ROOT, program), ...args], {
    cwd: PROJECT_ROOT,
    env: { PATH: process.env['PATH'], ...env },
    stdio: 'ignore',
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const isOver = { yes: false };
  void ended.then(() => (isOver.yes = true));
  while (!isOver.yes && !(await begun())) await delay(2);
  await Promise.race([ended, delay(milliseconds)]);
  child.kill('SIGKILL');
  return ended;
}
