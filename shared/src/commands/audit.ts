import { readSettings, sharedSettings } from '../process/config.ts';
import { auditDatabase } from '../database/audit.ts';
import { checkDatabase } from '../database/migrate/check-database.ts';
import { createPool } from '../database/pool.ts';
import { readOptions } from '../process/read-options.ts';
import { runCommand } from '../process/run-command.ts';

const HELP = `npm run audit [-- --json]

Checks the promises P1 to P3 on the database of DATABASE_URL, which it only reads. One line per violation.

  --json   lines of JSON

Exit status 0 if there is no violation, 1 if there is any, 2 if it could not look.`;

const OPTIONS = { json: { type: 'boolean', default: false } } as const;

await runCommand({
  help: HELP,
  failed: 'The audit failed',
  read: (args) => readOptions('npm run audit', args, { options: OPTIONS }).values,
  run: audit,
});

async function audit({ json }: { json: boolean }): Promise<number> {
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
    const violations = await auditDatabase(database, (found) => {
      print(json ? JSON.stringify(found) : `${found.violation}: ${found.subject}: ${found.detail}`);
    });
    print(json ? JSON.stringify({ violations }) : `${violations} violation${violations === 1 ? '' : 's'} of P1 to P3`);
    return violations === 0 ? 0 : 1;
  } finally {
    await database.end();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
