import { readProjectFile } from './manifests.ts';

/** The scripts of `npm`, and their source files. */
export const NPM_PROGRAMS = {
  'npm start': 'local/src/start.ts',
  'npm run start:api': 'api/src/main.ts',
  'npm run start:worker': 'worker/src/main.ts',
  'npm run migrate': 'shared/src/commands/migrate.ts',
  'npm run seed': 'shared/src/commands/seed.ts',
  'npm run audit': 'shared/src/commands/audit.ts',
  'npm run keys': 'shared/src/commands/keys.ts',
  'npm run assets': 'shared/src/commands/assets.ts',
  'npm run accounts': 'shared/src/commands/accounts.ts',
  'npm run archive': 'shared/src/commands/archive.ts',
  'npm run bench': 'bench/src/bench.ts',
  'npm run bench:aged': 'bench/src/aged.ts',
  'npm run bench:batch': 'bench/src/batch.ts',
  'npm run bench:estimates': 'bench/src/estimates.ts',
  'npm run bench:history': 'bench/src/history.ts',
  'npm run bench:overload': 'bench/src/overload.ts',
  'npm run bench:webhooks': 'bench/src/webhooks.ts',
  'npm run chaos': 'test/chaos/chaos.ts',
  'npm run mutants': 'test/mutants/run-mutants.ts',
} as const;

const programs: Readonly<Record<string, string>> = NPM_PROGRAMS;

const { scripts } = JSON.parse(readProjectFile('package.json')) as { scripts: Record<string, string> };

/** The source file that `npm run` with this name runs, after any build. */
export function sourceOfScript(name: string): string {
  const source = /\S+\.ts/.exec(scripts[name] ?? '')?.[0] ?? programs[`npm run ${name}`];
  if (source === undefined) throw new Error(`npm run ${name} runs no program that has options`);
  return source;
}
