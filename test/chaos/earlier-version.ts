import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '@wallet/local/project';
import { linkPackages } from '../mutants/copy-project.ts';

/**
 * Writes the sources of a commit into a folder of their own, with the packages that are installed here.
 * @returns the folder. @throws Error if git does not know the commit.
 */
export function unpackVersion(commit: string, folder: string): string {
  const root = join(folder, 'earlier');
  mkdirSync(root, { recursive: true });
  const archive = execFileSync('git', ['archive', commit], { cwd: PROJECT_ROOT, maxBuffer: 256 * 1024 * 1024 });
  execFileSync('tar', ['-x', '-C', root], { input: archive });
  linkPackages(PROJECT_ROOT, root);
  return root;
}
