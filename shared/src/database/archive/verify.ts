import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Month, isMonth } from '../../words/month.ts';
import type { Queryable } from '../pool.ts';
import { listArchives } from '../tables/archives.ts';
import { type Contents, type Stands, checkContents, passMonth } from './chains.ts';
import { fileKindsOf } from './files.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { verifyFiles } from './verify-files.ts';

export interface VerifiedArchive {
  readonly months: number;
  readonly operations: number;
  /** How many problems were reported. */
  readonly wrong: number;
}

/**
 * Checks the archived months of a folder: each file is unchanged, the months form a chain without gaps or substitutes,
 * and the movements of each account lead from one checkpoint to the next. With a database, it also checks that these
 * are the months recorded there and that its accounts continue from there. `tell` gets a sentence for each problem.
 */
export async function verifyArchive(
  folder: string,
  database: Queryable | null,
  tell: (sentence: string) => void,
): Promise<VerifiedArchive> {
  const months = (await readdir(folder)).filter(isMonth).sort();
  const stands: Stands = new Map();
  const hashes = new Map<Month, string>();
  let [operations, wrong] = [0, 0];
  const found = (sentence: string): void => {
    wrong += 1;
    tell(sentence);
  };
  let previous: string | null = null;
  for (const month of months) {
    const read = await readManifest(join(folder, month), month);
    if (read === null) {
      found(`${join(folder, month)} has no manifest, or one that was changed`);
      previous = null;
      await passMonth(join(folder, month), stands);
      continue;
    }
    const { manifest, hash } = read;
    if (manifest.previous !== previous)
      found(`${month} does not continue the month before it in ${folder}: one is missing, or was exchanged`);
    const changed = await verifyFiles(join(folder, month), manifest);
    changed.forEach(found);
    if (changed.length > 0) await passMonth(join(folder, month), stands);
    else (await checkMonth(join(folder, month), manifest, stands)).forEach(found);
    operations += manifest.operations;
    hashes.set(month, hash);
    previous = hash;
  }
  if (database !== null) (await checkDatabase(database, { hashes, stands })).forEach(found);
  return { months: months.length, operations, wrong };
}

async function checkMonth(folder: string, manifest: Manifest, stands: Stands): Promise<string[]> {
  const kinds = fileKindsOf(manifest.format);
  let contents: Contents;
  try {
    contents = await checkContents(folder, kinds, stands);
  } catch (error) {
    return [`${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
  const wrong = contents.wrong.map((sentence) => `${manifest.month}: ${sentence}`);
  kinds.forEach((kind, index) => {
    const has = contents.rows[kind];
    if (has !== manifest[kind] || has !== manifest.files[index]?.rows)
      wrong.push(`${manifest.month}: has ${has} ${kind}, and its manifest says ${manifest[kind]}`);
  });
  const said = manifest.sums.map((sum) => `${sum.asset_id} ${sum.movements} ${sum.amount}`).join();
  const sums = [...contents.sums].sort(([one], [other]) => one - other);
  const has = sums.map(([asset, { movements, amount }]) => `${asset} ${movements} ${amount}`).join();
  if (said !== has) wrong.push(`${manifest.month}: its movements do not add up to the sums of its manifest`);
  return wrong;
}

async function checkDatabase(
  database: Queryable,
  { hashes, stands }: { hashes: ReadonlyMap<Month, string>; stands: Stands },
): Promise<string[]> {
  const archives = await listArchives(database);
  const wrong: string[] = [];
  for (const { month, manifestHash } of archives)
    if (hashes.get(month) !== manifestHash)
      wrong.push(
        hashes.has(month)
          ? `${month} is not what the database has recorded`
          : `${month} is recorded in the database, but missing`,
      );
  const noted = new Set(archives.map(({ month }) => month));
  for (const month of hashes.keys()) if (!noted.has(month)) wrong.push(`${month} is not recorded in the database`);
  if (wrong.length > 0 || archives.some(({ isRemoved }) => !isRemoved)) return wrong;
  return checkCheckpoints(database, stands);
}

const PAGE = 5_000;

/** Compares the final states of accounts in the files with the checkpoints in the database. */
async function checkCheckpoints(database: Queryable, stands: Stands): Promise<string[]> {
  const wrong: string[] = [];
  let checkpoints = 0;
  for (let after: string | undefined = '0'; after !== undefined;) {
    const page: { id: string; version: string; balance: string }[] = (
      await database.query<{ id: string; version: string; balance: string }>(
        `SELECT account_id::text AS id, version::text, balance::text FROM archive_checkpoints
         WHERE account_id > $1 ORDER BY account_id LIMIT ${PAGE}`,
        [after],
      )
    ).rows;
    for (const { id, version, balance } of page) {
      const stand = stands.get(id);
      checkpoints += 1;
      if (String(stand?.version) !== version || stand?.balance !== balance)
        wrong.push(`account ${id} does not continue in the database from where the files leave it`);
    }
    after = page.at(-1)?.id;
  }
  if (checkpoints !== stands.size) wrong.push('the database lacks checkpoints of accounts in the files');
  return wrong;
}
