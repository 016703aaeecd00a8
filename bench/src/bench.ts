import { relative } from 'node:path';
import { runCommand } from '@wallet/shared/process/run-command';
import type { SectionResult } from './figures.ts';
import { readLoad, readMachine } from './machine.ts';
import { HELP, type Options, readBenchOptions } from './options.ts';
import { readResults, writeResults } from './report/files.ts';
import { type Results, describeMachine, hasFaults } from './report/results.ts';
import { renderMarkdown, renderText } from './report/text.ts';
import type { Section } from './section.ts';
import { batches } from './sections/batches.ts';
import { cost } from './sections/cost.ts';
import { growth } from './sections/growth.ts';
import { latency } from './sections/latency.ts';
import { oneWallet } from './sections/one-wallet.ts';
import { peers } from './sections/peers.ts';
import { scale } from './sections/scale.ts';
import { singles } from './sections/singles.ts';
import { terms } from './sections/terms.ts';
import { tracing } from './sections/tracing.ts';
import { startServers } from './servers.ts';
import { withStops } from './stops.ts';

/**
 * `npm run bench`: the performance of the service and of its alternatives; bench/README.md explains the results. Exit
 * status 1 if the checks of a run failed, so that its figures mean nothing; 2 if it could not measure.
 */
const SECTIONS: readonly Section[] = [singles, peers, oneWallet, terms, batches, latency, growth, scale, cost, tracing];

const NAMES = SECTIONS.map(({ name }) => name);

await runCommand({
  help: HELP.replace('SECTIONS', NAMES.join(', ')),
  failed: 'The benchmark failed',
  read: (args) => readBenchOptions(args, NAMES),
  run: bench,
});

async function bench(options: Options): Promise<number> {
  const results = options.from === null ? await measure(options) : readResults(options.from);
  process.stdout.write(options.markdown ? renderMarkdown(results) : renderText(results));
  if (options.from === null || options.json !== null) {
    const { json, page } = writeResults(results, options.json);
    process.stderr.write(`\n${relative('', json)}\n${relative('', page)}\n`);
  }
  return hasFaults(results) ? 1 : 0;
}

/**
 * Each section has its own servers, so that its results do not depend on the others; in a quick run they share servers,
 * and have only their own databases.
 */
async function measure(options: Options): Promise<Results> {
  const started = performance.now();
  const measuredAt = new Date().toISOString();
  const loadBefore = readLoad();
  const sections: SectionResult[] = [];
  let machine: Results['machine'] | undefined;
  const wanted = SECTIONS.filter(({ name }) => options.only.includes(name));
  for (const group of options.quick ? [wanted] : wanted.map((section) => [section])) {
    await withStops(async (stops) => {
      const servers = await startServers(stops, { server: options.servers, node: options.node });
      if (machine === undefined) {
        machine = await readMachine(servers, loadBefore);
        say(describeMachine(machine));
      }
      for (const { name, title, measure: measureSection } of group) {
        say(`${title} (${name}), after ${elapsed(started)} s`);
        sections.push({ name, title, ...(await measureSection({ servers, options, say })) });
      }
    });
  }
  if (machine === undefined) throw new Error('there was nothing to measure');
  const tookS = (performance.now() - started) / 1000;
  return { measuredAt, tookS, quick: options.quick, machine, sections };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function elapsed(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(0);
}
