import { spawn } from 'node:child_process';
import { PROJECT_ROOT } from '@wallet/local/project';
import { programCommand } from './program-command.ts';

export interface ProgramRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program of this project, with only the given environment and PATH. It is killed after `limitMs`. */
export function runProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  limitMs?: number,
): Promise<ProgramRun> {
  const [node, ...command] = programCommand(program);
  const child = spawn(node, [...command, ...args], {
    cwd: PROJECT_ROOT,
    env: { PATH: process.env['PATH'], ...env },
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

/** Makes a function that starts work in the order of its calls, at most `limit` at once: a slow one delays no other. */
export function createTurns(limit: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let free = limit;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
