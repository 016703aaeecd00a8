import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '@wallet/local/project';
import { readProjectFile } from './manifests.ts';

/** The pages that users and contributors read. */
export const PAGES = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'bench/README.md', 'deploy/README.md'],
  ...readdirSync(join(PROJECT_ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name))
    .sort(),
];

const FENCE = /^ *```(\w*)\n([^]*?)\n *```$/gm;

interface Block {
  readonly language: string;
  readonly text: string;
}

export function blocksOf(page: string): Block[] {
  return [...readProjectFile(page).matchAll(FENCE)].map(([, language = '', text = '']) => ({ language, text }));
}

/** The page without its blocks of code. */
export function proseOf(page: string): string {
  return readProjectFile(page).replace(FENCE, '');
}

/** A heading's anchor, as GitHub makes it. */
export function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** `npm run` with what follows, in blocks of code and between backticks: the name of a script, and its arguments. */
export function scriptsOf(page: string): { readonly name: string; readonly args: string }[] {
  const inline = [...proseOf(page).matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replace(/\s+/g, ' '));
  const lines = blocksOf(page).flatMap(({ text }) => text.replaceAll('\\\n', ' ').split('\n'));
  // Other lines are what commands print.
  const blocks = lines.filter((line) => /^ *(\$ )?([A-Z_]+=\S+ )*npm run /.test(line));
  return [...inline, ...blocks].flatMap((code) =>
    [...code.matchAll(/\bnpm run (?:--silent )?([a-z][a-z:-]*[a-z])(?: --(?= )([^\n|&]*))?/g)].map(
      ([, name = '', args = '']) => ({ name, args: args.trim().replace(/\s+/g, ' ') }),
    ),
  );
}
