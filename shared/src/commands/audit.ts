import { readSettings, sharedSettings } from '../process/config.ts';
import { type AuditOrder, type AuditReport, runAudit } from '../database/audit.ts';
import { mayKeepCheckpoints } from '../database/audit/checkpoints.ts';
import { checkDatabase } from '../database/migrate/check-database.ts';
import { type Database, createPool } from '../database/pool.ts';
import { UsageError, readOptions } from '../process/read-options.ts';
import { runCommand } from '../process/run-command.ts';
import { ConfigError } from '../words/config-error.ts';

const HELP = `npm run audit [-- --json] [--since-checkpoint | --resume] [--progress]

Checks the promises P1 to P3 on the database of DATABASE_URL while the service runs. It prints one line per violation and a
summary. It reads in pieces, each in a snapshot of its own that lasts well under a second.

  --since-checkpoint   check only what has changed since the last audit. A violation in older history is not found, and keys of
                       idempotency are only checked from the side of their operations.
  --resume             continue the audit that was interrupted. If none was, check everything.
  --progress           report progress on standard error, as it does on a terminal
  --json               print lines of JSON

Without --since-checkpoint, it checks all of history. Where its user may write to audit_checkpoints and audit_progress, it keeps
a checkpoint of each account and its own progress there. Nothing else is written.

Exit status 0 if there is no violation, 1 if there is any, 2 if the audit could not run.`;

const OPTIONS = {
  json: { type: 'boolean', default: false },
  'since-checkpoint': { type: 'boolean', default: false },
  resume: { type: 'boolean', default: false },
  progress: { type: 'boolean', default: process.stderr.isTTY },
} as const;

const PROGRESS_MS = 1_000;

interface Order {
  readonly json: boolean;
  readonly progress: boolean;
  readonly resume: boolean;
  readonly sinceCheckpoint: boolean;
}

await runCommand({ help: HELP, failed: 'The audit failed', read: readOrder, run: audit });

function readOrder(args: readonly string[]): Order {
  const { 'since-checkpoint': sinceCheckpoint, ...order } = readOptions('npm run audit', args, {
    options: OPTIONS,
  }).values;
  if (sinceCheckpoint && order.resume)
    throw new UsageError('--resume continues an audit as it was begun: leave --since-checkpoint out.');
  return { ...order, sinceCheckpoint };
}

async function audit({ json, progress, resume, sinceCheckpoint }: Order): Promise<number> {
  const { DATABASE_URL: url } = readSettings({ DATABASE_URL: sharedSettings.DATABASE_URL }, process.env);
  const database = createPool({
    url,
    name: 'wallet-audit',
    size: 1,
    statementMs: 0,
    onError: () => undefined,
  });
  try {
    await checkDatabase(database, url, 'audit');
    const keep = await mayKeep(database, resume);
    const report = await runAudit(database, {
      ...{ keep, resume, sinceCheckpoint },
      ...(progress ? { onPiece: createProgress() } : {}),
      tell: (found) => {
        print(json ? JSON.stringify(found) : `${found.violation}: ${found.subject}: ${found.detail}`);
      },
    });
    print(json ? JSON.stringify(report) : summaryOf(report));
    return report.violations === 0 ? 0 : 1;
  } finally {
    await database.end();
  }
}

async function mayKeep(database: Database, resume: boolean): Promise<boolean> {
  const keep = await mayKeepCheckpoints(database);
  if (!keep && resume)
    throw new ConfigError(
      '--resume needs a user and a database that may write to audit_progress: this one can only read.',
    );
  return keep;
}

function summaryOf({ violations, pieces, longestMs }: AuditReport): string {
  const found = `${violations} violation${violations === 1 ? '' : 's'} of P1 to P3`;
  return `${found}, in ${pieces} pieces of at most ${Math.ceil(longestMs)} ms`;
}

function createProgress(): NonNullable<AuditOrder['onPiece']> {
  let toldAt = -Infinity;
  return ({ phase, pieces }) => {
    if (performance.now() - toldAt < PROGRESS_MS) return;
    toldAt = performance.now();
    process.stderr.write(`checking ${phase}: ${pieces} pieces so far\n`);
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
