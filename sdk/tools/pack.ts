import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/**
 * `npm run pack --workspace=sdk`: packs what `npm run build` has built as it would be published, into `sdk/dist`. With
 * `--check` it keeps nothing, and fails if the package has other files than it should, or if publint or "Are the types wrong?"
 * find anything.
 */
const SDK = fileURLToPath(new URL('..', import.meta.url));
const isCheck = process.argv.includes('--check');

interface Manifest {
  private?: boolean;
  readonly exports: Record<string, { source?: string }>;
  scripts?: unknown;
  devDependencies?: unknown;
  files?: string[];
}

const folder = await mkdtemp(join(tmpdir(), 'wallet-sdk-'));
try {
  const tarball = await pack();
  if (isCheck) await check(tarball);
  else await cp(tarball, join(SDK, 'dist', 'package.tgz'));
} finally {
  await rm(folder, { recursive: true });
}

/** The package's sources are for its neighbours here; what is published has only what was built of them. */
async function pack(): Promise<string> {
  const stage = join(folder, 'package');
  await mkdir(join(stage, 'dist'), { recursive: true });
  const built = (await readdir(join(SDK, 'dist'))).filter((name) => /\.(js|d\.ts)$/.test(name));
  await Promise.all([
    ...built.map((name) => cp(join(SDK, 'dist', name), join(stage, 'dist', name))),
    cp(join(SDK, 'README.md'), join(stage, 'README.md')),
  ]);
  const manifest = JSON.parse(await readFile(join(SDK, 'package.json'), 'utf8')) as Manifest;
  delete manifest.private;
  delete manifest.scripts;
  delete manifest.devDependencies;
  for (const entry of Object.values(manifest.exports)) delete entry.source;
  manifest.files = ['dist'];
  await writeFile(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--pack-destination', folder], { cwd: stage });
  const packed = Object.values(JSON.parse(stdout) as object) as [{ filename: string; files: { path: string }[] }];
  const others = packed[0].files.filter(
    ({ path }) => !/^(dist\/[\w-]+\.(js|d\.ts)|README\.md|package\.json)$/.test(path),
  );
  if (others.length > 0) fail(`The package has files that it should not: ${others.map(({ path }) => path).join(', ')}`);
  process.stdout.write(`${packed[0].filename}: ${packed[0].files.length} files\n`);
  return join(folder, packed[0].filename);
}

async function check(tarball: string): Promise<void> {
  const bytes = await readFile(tarball);
  const { messages, pkg } = await publint({ pack: { tarball: Uint8Array.from(bytes).buffer }, strict: true });
  for (const message of messages) fail(`publint: ${formatMessage(message, pkg) ?? message.code}`);
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(bytes)));
  // It is made of ES modules only: `require` of Node 20.19 loads them, older resolvers do not.
  const problems = result.types === false ? [] : result.problems.filter(({ kind }) => kind !== 'CJSResolvesToESM');
  const found = problems.filter((problem) => !('resolutionKind' in problem && problem.resolutionKind === 'node10'));
  for (const problem of found) fail(`attw: ${JSON.stringify(problem)}`);
  if (result.types === false) fail('attw: the package has no types');
  if (process.exitCode === undefined) process.stdout.write('publint and "Are the types wrong?" find nothing.\n');
}

function fail(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
