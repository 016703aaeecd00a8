import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '@wallet/local/project';
import { parse } from 'yaml';
import { readProjectFile } from '../support/manifests.ts';
import { sourceOfScript } from '../support/npm-programs.ts';
import { PAGES, anchorsOf, proseOf, scriptsOf } from '../support/pages.ts';
import { programCommand } from '../support/program-command.ts';

const MANIFEST = JSON.parse(readProjectFile('package.json')) as { scripts: Record<string, string> };

/** Banned words: they name no actor, or are not the words of the field. */
const BANNED = /\b(somebody|whoever|those who|tells? of|told of|what came of|any more|for ever|goes on)\b/gi;

const FOLDERS_IN_ENGLISH = [
  ...['api', 'client', 'console', 'csv', 'local', 'sdk', 'shared', 'worker'].map((workspace) => `${workspace}/src`),
  ...['laws', 'stories', 'unit'].map((folder) => `test/${folder}`),
];

it('README.md has at most 150 lines', () => {
  expect(readProjectFile('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});

it('no page has a line of prose beyond 120 characters', () => {
  const long = PAGES.flatMap((page) =>
    proseOf(page)
      .split('\n')
      .filter((line) => line.length > 120 && !/^ *\||^ *\S+$/.test(line))
      .map((line) => `${page}: ${line}`),
  );
  expect(long).toEqual([]);
});

it('no page has one of the banned words', () => {
  expect(PAGES.flatMap((page) => readProjectFile(page).match(BANNED) ?? [])).toEqual([]);
});

it('no comment, sentence or title of the sources has one of them', () => {
  const sources = FOLDERS_IN_ENGLISH.flatMap((folder) =>
    readdirSync(join(PROJECT_ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && name !== 'pages.test.ts')
      .map((name) => join(folder, name)),
  );
  const found = sources.flatMap((path) =>
    (readFileSync(join(PROJECT_ROOT, path), 'utf8').match(BANNED) ?? []).map((words) => `${path}: ${words}`),
  );
  expect(found).toEqual([]);
});

it('every relative link in the pages leads to a file, and to a heading of it', () => {
  const broken = PAGES.flatMap((page) => {
    const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    return links.filter((link) => !leadsSomewhere(page, link)).map((link) => `${page}: ${link}`);
  });
  expect(broken).toEqual([]);
});

it('every command in the pages is a script of package.json with options that its --help lists', async () => {
  const asked = new Map<string, Set<string>>();
  for (const page of PAGES) {
    for (const { name, args } of scriptsOf(page)) {
      const options = asked.get(name) ?? new Set<string>();
      for (const [option] of args.matchAll(/(?<=^|\s)--[a-z][\w-]*/g)) options.add(option);
      asked.set(name, options);
    }
  }
  const unknown = [...asked.keys()].filter((name) => MANIFEST.scripts[name] === undefined);
  expect(unknown).toEqual([]);
  const withOptions = [...asked].filter(([, options]) => options.size > 0);
  const missing = await Promise.all(
    withOptions.map(async ([name, options]) => {
      const help = await readHelp(name);
      return [...options].filter((option) => !help.includes(option)).map((option) => `${name} ${option}`);
    }),
  );
  expect(missing.flat()).toEqual([]);
}, 120_000);

it('every service, profile and file that the commands of containers name exists', () => {
  const compose = parse(readProjectFile('docker-compose.yml'), { merge: true }) as {
    services: Record<string, { profiles?: string[] }>;
  };
  const services = Object.keys(compose.services);
  const profiles = Object.values(compose.services).flatMap((service) => service.profiles ?? []);
  const commands = PAGES.flatMap((page) =>
    [...readProjectFile(page).matchAll(/\b(?:docker compose|kubectl|sh) [^`\n]*/g)].map(([command]) => command),
  );
  const named = (pattern: RegExp): string[] =>
    commands.flatMap((command) => [...command.matchAll(pattern)].map(([, name = '']) => name));
  const [scaled, run] = [named(/--scale (\w+)=/g), named(/docker compose run --rm (\w+)/g)];
  const files = named(/(?:(?<=^kubectl apply .*)-[fk]|^sh) (\S+)/g);
  expect([...scaled, ...run].filter((name) => !services.includes(name))).toEqual([]);
  expect(named(/--profile (\w+)/g).filter((name) => !profiles.includes(name))).toEqual([]);
  expect(files.filter((file) => !existsSync(join(PROJECT_ROOT, file)))).toEqual([]);
  expect([scaled, run, files].map(({ length }) => length > 0)).toEqual([true, true, true]);
});

function leadsSomewhere(page: string, link: string): boolean {
  if (/^https?:/.test(link)) return true;
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(PROJECT_ROOT, file))) return false;
  return anchor === undefined || anchorsOf(file).includes(anchor);
}

/** What the program of a script prints for `--help`, without the builds before it. */
async function readHelp(name: string): Promise<string> {
  const [node, ...args] = programCommand(sourceOfScript(name));
  return (await promisify(execFile)(node, [...args, '--help'], { cwd: PROJECT_ROOT })).stdout;
}
