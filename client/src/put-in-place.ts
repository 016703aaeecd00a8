import { readFile, rename, stat } from 'node:fs/promises';
import type { OutputFile } from './input-file.ts';

/** Where a file is until all of it is there. */
export function unfinishedPath({ path }: OutputFile): string {
  return `${path}.${process.pid}.part`;
}

/** Up to this size a file is compared with what takes its place. */
const COMPARED_BYTES = 16 * 1024 * 1024;

/**
 * Gives a complete file its name. A file that was there and says something else is kept, since it may have been corrected.
 * @returns what that is called now; null if there was none, or the same.
 */
export async function putInPlace(unfinished: string, { name, path }: OutputFile): Promise<string | null> {
  const isKept = await isThereAndDiffers(unfinished, path);
  if (isKept) await rename(path, `${path}.bak`);
  await rename(unfinished, path);
  return isKept ? `${name}.bak` : null;
}

async function isThereAndDiffers(unfinished: string, path: string): Promise<boolean> {
  const there = await stat(path).catch(() => null);
  if (there === null) return false;
  if (there.size !== (await stat(unfinished)).size || there.size > COMPARED_BYTES) return true;
  return !(await readFile(path)).equals(await readFile(unfinished));
}
