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
