import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** A process that this one started. `stop` may be called twice; it resolves when the process is gone. */
export interface Child {
  readonly process: ChildProcess;
  /** Sends the signal, and SIGKILL if the process still exists after `graceMs`. Resolves with its exit code. */
  stop(signal: NodeJS.Signals, graceMs: number): Promise<number | null>;
  /** Resolves when the process has sent the message. Never if it ends before. */
  said(message: string): Promise<void>;
  /** Resolves with the exit code (null after a signal) whenever the process ends, for whatever reason. */
  readonly ended: Promise<number | null>;
}

/**
 * Starts a process in its own group, so that a Ctrl-C on the terminal reaches only this process, which then stops the
 * others in the right order.
 */
export function startChild(
  command: readonly string[],
  options: { env?: NodeJS.ProcessEnv; stdio: StdioOptions; cwd?: string; uid?: number; gid?: number },
): Child {
  const [file, ...args] = command;
  if (file === undefined) throw new Error('a command needs a program');
  const child = spawn(file, args, { ...options, detached: true });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  ended.catch(() => undefined);
  return {
    process: child,
    ended,
    said: (message) =>
      new Promise((resolve) => {
        child.on('message', (received) => {
          if (received === message) resolve();
        });
      }),
    async stop(signal, graceMs) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill(signal);
      const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
      try {
        return await ended;
      } finally {
        clearTimeout(kill);
      }
    },
  };
}

/** Whether a process with this id exists and, where that can be determined (Linux), has `word` in its command line. */
export function isProcess(pid: number, word: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // A process of another user exists too.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  try {
    return process.platform !== 'linux' || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word);
  } catch {
    return false;
  }
}

/** A TCP port on loopback that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was assigned');
  return address.port;
}
