import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from './mutant.ts';

/** A file of the product: its path from the root of the project, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

const PRODUCT = ['api/src', 'worker/src', 'shared/src', 'local/src', 'client/src', 'migrations'];

/** All sources of the product below `root`. */
export function readProduct(root: string): Source[] {
  return PRODUCT.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|sql)$/.test(name))
      .map((name) => join(folder, name)),
  ).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** Puts the bug in. @returns the one file that it changes. @throws Error if its text does not occur exactly once. */
export function placeMutant(sources: readonly Source[], mutant: Mutant): Source {
  const [place, ...others] = placesOf(sources, mutant.text);
  if (place === undefined) {
    const { path, line, text } = findNearest(sources, mutant.text);
    throw new Error(
      `${mutant.name}: its text occurs nowhere in the product; the nearest is in ${path}:${line}:\n${text}`,
    );
  }
  if (others.length > 0) {
    const paths = [place, ...others].map(({ source }) => source.path).join(', ');
    throw new Error(`${mutant.name}: its text occurs ${others.length + 1} times, not once: in ${paths}`);
  }
  const { source, start, end } = place;
  return { path: source.path, text: source.text.slice(0, start) + mutant.instead + source.text.slice(end) };
}

interface Place {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** Finds the text whatever its white space: moved code often has another indentation. */
function placesOf(sources: readonly Source[], text: string): Place[] {
  const words = text.trim().split(/\s+/);
  const pattern = new RegExp(words.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\s+'), 'g');
  return sources.flatMap((source) =>
    [...source.text.matchAll(pattern)].map(({ index, 0: found }) => ({
      source,
      start: index,
      end: index + found.length,
    })),
  );
}

interface Near {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** The lines that share the most words and signs with the text. */
function findNearest(sources: readonly Source[], text: string): Near {
  const wanted = countWords(text);
  const height = text.trim().split('\n').length;
  let nearest: Near & { likeness: number } = { path: '', line: 0, text: '', likeness: 0 };
  for (const source of sources) {
    const lines = source.text.split('\n');
    for (let index = 0; index < lines.length; index += 1) {
      const here = lines.slice(index, index + height).join('\n');
      const likeness = likenessOf(wanted, countWords(here));
      if (likeness > nearest.likeness) nearest = { path: source.path, line: index + 1, text: here, likeness };
    }
  }
  return nearest;
}

function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(/\w+|[^\w\s]/g)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** From 0, nothing in common, to 1, the same words in any order. */
function likenessOf(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const sum = (counts: Iterable<number>): number => [...counts].reduce((total, count) => total + count, 0);
  const common = sum([...a].map(([word, count]) => Math.min(count, b.get(word) ?? 0)));
  return (2 * common) / (sum(a.values()) + sum(b.values()) || 1);
}
