import { ConfigError, readSettings, sharedSettings } from '../config.ts';
import { auditDatabase } from '../database/audit.ts';
import { createPool } from '../database/pool.ts';

/**
 * `npm run audit [-- --json]`: checks P1 to P3 on the database of DATABASE_URL. One line per violation on standard
 * output, as text or as JSON. Exit status 0 if there is none, 1 if there is any, 2 if it could not look.
 */
async function main(): Promise<number> {
  const json = process.argv.includes('--json');
  const { DATABASE_URL: url } = readSettings({ DATABASE_URL: sharedSettings.DATABASE_URL }, process.env);
  const database = createPool({
    url,
    name: 'wallet-audit',
    size: 1,
    statementMs: 0,
    onError: () => undefined,
  });
  try {
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

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : `The audit failed: ${String(error)}`}\n`);
  return 2;
});
