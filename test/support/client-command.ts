import { type ChildProcess, spawn } from 'node:child_process';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PROJECT_ROOT } from '@wallet/local/project';
import { programCommand } from './program-command.ts';

export interface CommandRun {
  code: number | null;
  out: string;
  err: string;
}

/** A command of the client as a script runs it: without a terminal. */
export function startCommand(
  name: 'batch' | 'listen' | 'status',
  args: string[],
  env: Record<string, string>,
): { child: ChildProcess; ended: Promise<CommandRun> } {
  const [node, ...command] = programCommand(`client/src/${name}.ts`);
  const child = spawn(node, [...command, ...args], {
    cwd: PROJECT_ROOT,
    env: { PATH: process.env['PATH'], ...env },
    // A command that should end, and does not, ends with its test.
    timeout: 25_000,
  });
  const run: CommandRun = { code: null, out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (run.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (run.err += chunk.toString()));
  const ended = new Promise<CommandRun>((resolve) =>
    child.once('close', (code) => {
      resolve({ ...run, code });
    }),
  );
  return { child, ended };
}

/** The address of a server that stands for the service. */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The command's output on stderr for a file whose lines have no keys. */
export const UNKEYED =
  /^Warning: the lines of \S+ have no keys, .* its unchanged lines are paid again: .* with --key\.\n$/;

/** The columns between the line and the operation of a record that failed for lack of funds. */
export const NO_FUNDS =
  'failed,insufficient_funds,The paying wallet or house account has less available than the amount.';
