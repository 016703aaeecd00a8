import { join } from 'node:path';
import { hashFile } from './files.ts';
import type { Manifest } from './manifest.ts';

/** Compares the files of a month with its manifest, byte for byte. @returns the problems found, one sentence each. */
export async function verifyFiles(folder: string, manifest: Manifest): Promise<string[]> {
  const wrong: string[] = [];
  for (const file of manifest.files) {
    const path = join(folder, file.name);
    const found = await hashFile(path).catch(() => null);
    if (found === null) wrong.push(`${path} cannot be read`);
    else if (found.bytes !== file.bytes || found.sha256 !== file.sha256)
      wrong.push(`${path} was changed: it has ${found.bytes} bytes and the SHA-256 ${found.sha256}`);
  }
  return wrong;
}
