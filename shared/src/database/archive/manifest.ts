import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Month } from '../../words/month.ts';
import { fileKindsOf, fileName } from './files.ts';

const count = z.number().int().nonnegative();
const hash = z.string().regex(/^[0-9a-f]{64}$/);

const schema = z.strictObject({
  /** 2 since files of terms and legs exist. */
  format: z.union([z.literal(1), z.literal(2)]),
  month: z.string().regex(/^\d{4}-\d{2}$/),
  /** The last migration of the schema that the rows come from. */
  schema: count,
  operations: count,
  movements: count,
  failures: count,
  terms: count.optional(),
  legs: count.optional(),
  checkpoints: count,
  /** The amounts moved, by asset, in minor units. */
  sums: z.array(
    z.strictObject({ asset: z.string(), asset_id: count, movements: count, amount: z.string().regex(/^\d+$/) }),
  ),
  files: z.array(z.strictObject({ name: z.string(), rows: count, bytes: count, sha256: hash })),
  /** The hash of the previous archived month's manifest; null for the first. */
  previous: hash.nullable(),
});

/**
 * The contents of a month: its files with their hashes. The hash of the manifest itself is in the database and in the
 * manifest of the following month.
 */
export type Manifest = z.infer<typeof schema>;

const NAME = 'manifest.json';

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Writes it to the disk. @returns its hash. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<string> {
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeFile(join(folder, NAME), text, { flag: 'wx', flush: true });
  return hashOf(text);
}

/** @returns null if it cannot be read or is not a manifest. */
export async function readManifest(folder: string, month: Month): Promise<{ manifest: Manifest; hash: string } | null> {
  const text = await readFile(join(folder, NAME), 'utf8').catch(() => '');
  const manifest = schema.safeParse(parse(text)).data;
  if (manifest?.month !== month) return null;
  if (manifest.files.map(({ name }) => name).join() !== fileKindsOf(manifest.format).map(fileName).join()) return null;
  return { manifest, hash: hashOf(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
