import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { PROJECT_ROOT } from '@wallet/local/project';

/** Build outputs. */
const LEFT_OUT = new Set(['node_modules', 'dist', 'coverage', '.data', '.git']);
const CONSOLE = 'console/dist/app';
/** The packages of this project, which must be those of the copy. */
const OWN = '@wallet';

/** Copies the project into a folder of its own, with the packages that are installed here. @returns the folder. */
export function copyProject(): string {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'wallet-mutants-')));
  cpSync(PROJECT_ROOT, copy, {
    recursive: true,
    filter: (source) =>
      !relative(PROJECT_ROOT, source)
        .split('/')
        .some((part) => LEFT_OUT.has(part)),
  });
  // The API serves it as it was built.
  if (existsSync(join(PROJECT_ROOT, CONSOLE)))
    cpSync(join(PROJECT_ROOT, CONSOLE), join(copy, CONSOLE), { recursive: true });
  linkPackages(PROJECT_ROOT, copy);
  return copy;
}

/** Each package is a link to the installed one, except our own: those are links within the project already. */
export function linkPackages(root: string, copy: string): void {
  mkdirSync(join(copy, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    const [from, to] = [join(root, 'node_modules', name), join(copy, 'node_modules', name)];
    if (name === OWN) cpSync(from, to, { recursive: true, verbatimSymlinks: true });
    else if (!name.startsWith('.')) symlinkSync(from, to);
  }
  for (const { name } of readdirSync(root, { withFileTypes: true }).filter((each) => each.isDirectory())) {
    if (LEFT_OUT.has(name) || !existsSync(join(copy, name)) || !readdirSync(join(root, name)).includes('node_modules'))
      continue;
    symlinkSync(join(root, name, 'node_modules'), join(copy, name, 'node_modules'));
  }
}
