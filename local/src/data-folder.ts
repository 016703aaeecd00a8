import { chownSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes a file that only the owner of its folder may read, replacing an existing one, atomically. */
export function writePrivate(file: string, content: string): void {
  const part = `${file}.part`;
  rmSync(part, { force: true });
  // A new file: writing into another user's file might not be permitted, and would not be private.
  writeFileSync(part, content, { mode: 0o600, flag: 'wx', flush: true });
  giveToFolderOwner(part);
  renameSync(part, file);
}

/** Root may serve the data of an ordinary user, who must be able to continue without root. */
export function giveToFolderOwner(file: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(file));
  if (uid !== 0) chownSync(file, uid, gid);
}
