import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError, readOptions } from '@wallet/shared/process/read-options';
import { runCommand } from '@wallet/shared/process/run-command';
import { runCampaign } from './campaign.ts';
import { FAULT_KINDS } from './faults/schedule.ts';
import { formatTable, makeRows, summarise } from './report.ts';

/** `npm run chaos`: see README.md beside this file, or `--help`. */

const HELP = `npm run chaos -- [options]

Runs two APIs and two workers on a Postgres and a Redis of their own, strikes them with faults while clients work, and checks
the history against a model. Exit status 1 if anything is wrong.

  --seed N       draws the faults and what clients do; the present second if not given
  --faults N     how many faults (100)
  --seconds N    no fault is begun after this time (3600)
  --only TEXT    only faults with this in their name or point, such as "kill -9"; may be given several times
  --before COMMIT  sometimes runs a worker of that commit, which has to know migration 20, beside those of this one
  --json FILE    writes the result there too
  --keep         keeps the logs and the history although nothing was wrong
  --list         lists the faults, and ends`;

const OPTIONS = {
  seed: { type: 'string' },
  faults: { type: 'string', default: '100' },
  seconds: { type: 'string', default: '3600' },
  only: { type: 'string', multiple: true },
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
  const folder = mkdtempSync(join(tmpdir(), 'wallet-chaos-'));
  say(`seed ${seed}, ${faults} faults`);
  const { keep, only = [], before } = values;
  const report = await runCampaign({ seed, faults, seconds, only, folder, keep, before, isBuilt: true, say });
  const rows = makeRows(report);
  const sentences = summarise(report);
  say(`\n${formatTable(rows)}\n\n${sentences.join('\n')}`);
  if (values.json !== undefined) {
    const { violations, operations, rests, waits } = report;
    writeFileSync(values.json, `${JSON.stringify({ seed, rows, operations, rests, waits, violations, sentences })}\n`);
  }
  const isWrong = report.violations.length > 0;
  if (isWrong || keep) say(`The logs and the history are in ${folder}`);
  if (isWrong) {
    const again = only.map((part) => ` --only '${part}'`).join('');
    say(`To repeat it: npm run chaos -- --seed ${seed} --faults ${faults}${again}`);
  }
  return isWrong ? 1 : 0;
}
