import { relative } from 'node:path';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { runCommand } from '@wallet/shared/process/run-command';
import type { AgedSection } from './aged/aged-bench.ts';
import { archive } from './aged/archive.ts';
import { audit } from './aged/audit.ts';
import { type AgedOptions, HELP, readAgedOptions } from './aged/options.ts';
import { PARTITIONS, prepareData } from './aged/prepare-data.ts';
import { rates } from './aged/rates.ts';
import { retention } from './aged/retention.ts';
import { sizes } from './aged/sizes.ts';
import type { SectionResult } from './figures.ts';
import { readLoad, readMachine } from './machine.ts';
import { writeResults } from './report/files.ts';
import { type Results, describeMachine, hasFaults } from './report/results.ts';
import { renderMarkdown, renderText } from './report/text.ts';
import { startServers } from './servers.ts';
import { withStops } from './stops.ts';

/**
 * `npm run bench:aged`: measures the service on a database with months of history; bench/README.md explains the
 * results. Exit status 1 if a check failed, the audit included; 2 if it could not measure.
 */
const SECTIONS: readonly AgedSection[] = [sizes, rates, retention, audit, archive];

const NAMES = SECTIONS.map(({ name }) => name);

await runCommand({
  help: HELP.replace('SECTIONS', NAMES.join(', ')),
  failed: 'The benchmark failed',
  read: (args) => readAgedOptions(args, NAMES),
  run: bench,
});

async function bench(options: AgedOptions): Promise<number> {
  const results = await withStops(async (stops): Promise<Results> => {
    const { folder, filled } = await prepareData(options, stops, say);
    const started = performance.now();
    const measuredAt = new Date().toISOString();
    const loadBefore = readLoad();
    const servers = await startServers(stops, { server: options.servers, dataDir: folder });
    // Data filled by an earlier version is measured as this one would serve it.
    await migrateDatabase(servers.postgres.url, MIGRATIONS_FOLDER, PARTITIONS);
    const machine = await readMachine(servers, loadBefore);
    say(describeMachine(machine));
    const sections: SectionResult[] = [];
    for (const { name, title, measure } of SECTIONS.filter((section) => options.only.includes(section.name))) {
      say(`${title} (${name}), after ${((performance.now() - started) / 1000).toFixed(0)} s`);
      sections.push({ name, title, ...(await measure({ servers, options, filled, say })) });
    }
    return { measuredAt, tookS: (performance.now() - started) / 1000, quick: false, machine, sections };
  });
  process.stdout.write(options.markdown ? renderMarkdown(results) : renderText(results));
  const { json, page } = writeResults(results, options.json);
  say(`\n${relative('', json)}\n${relative('', page)}`);
  return hasFaults(results) ? 1 : 0;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
