import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError, readOptions } from '@wallet/shared/process/read-options';
import { runCommand } from '@wallet/shared/process/run-command';
import { type CampaignOptions, runCampaign } from './campaign.ts';
import { FAULT_KINDS } from './faults/schedule.ts';
import { type CampaignReport, formatTables, makeRows, summarise } from './report.ts';
import { requireServers } from './servers.ts';
import { POSTGRES, REDIS, type Setup, allSetups, describeSetup } from './setup.ts';

/** `npm run chaos`: see README.md beside this file, or `--help`. */

const HELP = `npm run chaos -- [options]

Runs two APIs and two workers on a Postgres and a Redis of their own, strikes them with faults while clients work, and checks
the history against a model. Exit status 1 if anything is wrong.

  --seed N       draws the faults and what clients do; the present second if not given
  --faults N     how many faults (100)
  --seconds N    no fault is begun after this time (3600)
  --only TEXT    only faults with this in their name or point, such as "kill -9"; may be given several times
  --postgres WHICH  single; pair, a primary with a synchronous standby; or pooled, behind PgBouncer (single)
  --redis WHICH  single, sentinel or cluster (single)
  --all          on each of these in turn, the faults and the seconds shared out among them
  --before COMMIT  sometimes runs an API and a worker of that commit, which has to know migration 20, beside those of this
                 one; with --all in a campaign of its own
  --json FILE    writes the result there too
  --keep         keeps the logs and the history although nothing was wrong
  --list         lists the faults, and ends`;

const OPTIONS = {
  seed: { type: 'string' },
  faults: { type: 'string', default: '100' },
  seconds: { type: 'string', default: '3600' },
  only: { type: 'string', multiple: true },
  postgres: { type: 'string', default: 'single' },
  redis: { type: 'string', default: 'single' },
  all: { type: 'boolean', default: false },
  before: { type: 'string' },
  json: { type: 'string' },
  keep: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
} as const;

const read = (args: readonly string[]) => readOptions('npm run chaos', args, { options: OPTIONS }).values;

await runCommand({ help: HELP, failed: 'The campaign failed', read, run });

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function run(values: ReturnType<typeof read>): Promise<number> {
  if (values.list) {
    for (const { kind, point } of FAULT_KINDS) say(`${kind} × ${point}`);
    return 0;
  }
  const seed = Number(values.seed ?? Math.floor(Date.now() / 1_000));
  const [faults, seconds] = [Number(values.faults), Number(values.seconds)];
  if (![seed, faults, seconds].every(Number.isSafeInteger))
    throw new UsageError('--seed, --faults and --seconds are whole numbers. See npm run chaos -- --help.');
  const { keep, only = [] } = values;
  const setups = setupsOf(values);
  requireServers(setups);
  say(`seed ${seed}, ${faults} faults`);
  const reports: CampaignReport[] = [];
  for (const setup of setups) {
    const folder = mkdtempSync(join(tmpdir(), 'wallet-chaos-'));
    if (setups.length > 1) say(describeSetup(setup));
    const share = { faults: Math.ceil(faults / setups.length), seconds: Math.ceil(seconds / setups.length) };
    const options: CampaignOptions = { seed, ...share, only, setup, folder, keep, isBuilt: true, say };
    const report = await runCampaign(options);
    reports.push(report);
    if (report.violations.length > 0 || keep) say(`The logs and the history are in ${folder}`);
    if (report.violations.length > 0) say(`To repeat it: npm run chaos -- ${repeat(options)}`);
  }
  const rows = makeRows(reports);
  const sentences = summarise(reports);
  say(`\n${formatTables(rows)}\n\n${sentences.join('\n')}`);
  const violations = reports.flatMap((report) => report.violations);
  if (values.json !== undefined) {
    const campaigns = reports.map(({ setup, operations, rests, waits }) => ({ setup, operations, rests, waits }));
    writeFileSync(values.json, `${JSON.stringify({ seed, rows, campaigns, violations, sentences })}\n`);
  }
  return violations.length > 0 ? 1 : 0;
}

/** @throws UsageError if there are no such servers. */
function setupsOf({ all, before, ...values }: ReturnType<typeof read>): Setup[] {
  if (all) return allSetups(before);
  const postgres = POSTGRES.find((each) => each === values.postgres);
  const redis = REDIS.find((each) => each === values.redis);
  if (postgres === undefined || redis === undefined)
    throw new UsageError(`--postgres is one of ${POSTGRES.join(', ')}, --redis one of ${REDIS.join(', ')}.`);
  return [{ postgres, redis, before }];
}

function repeat({ seed, faults, only, setup: { postgres, redis, before } }: CampaignOptions): string {
  const servers = `--postgres ${postgres} --redis ${redis}${before === undefined ? '' : ` --before ${before}`}`;
  return `--seed ${seed} --faults ${faults} ${servers}${only.map((part) => ` --only '${part}'`).join('')}`;
}
