import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

/** A small disk of its own for the data of Postgres, that can be filled up. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes the room that is left. */
  fill(): void;
  /** Gives it back. */
  clear(): void;
  unmount(): void;
}

const SIZE = '640m';
/** What is left for the processes that write meanwhile: they use it up at once. */
const LEFT_BYTES = 1_048_576;

/** Mounts one in memory. @returns null where that is not allowed: it takes root. */
export function mountSmallDisk(folder: string): SmallDisk | null {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=0700`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return null;
  }
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill() {
      const { bavail, bsize } = statfsSync(folder);
      execFileSync('fallocate', ['-l', String(Math.max(1, bavail * bsize - LEFT_BYTES)), ballast], { stdio: 'ignore' });
    },
    clear: () => rmSync(ballast, { force: true }),
    unmount: () => void execFileSync('umount', ['--lazy', folder], { stdio: 'ignore' }),
  };
}
