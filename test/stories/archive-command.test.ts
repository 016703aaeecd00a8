import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { urlFor } from '@wallet/local/embedded-postgres';
import { lockArchive } from '@wallet/shared/database/tables/archives';
import { startOf } from '@wallet/shared/words/month';
import { age } from '../support/aged-history.ts';
import { type ProgramRun, runProgram } from '../support/run-program.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

/** `npm run archive`, as an operator runs it. */

let service: Service;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wallet-archive-'));
  service = await startService();
  await createFundedWallet(service.url, '10.00');
  await age(
    service.database,
    Date.now() - startOf('2026-01').getTime() - 86_400_000,
    '00000000-0000-0000-0000-000000000000',
  );
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

const run = (args: readonly string[], url: string | undefined = service.databaseUrl): Promise<ProgramRun> =>
  runProgram('shared/src/commands/archive.ts', [...args, '--to', folder], { DATABASE_URL: url }, 60_000);

it('archives, finds nothing more to archive, and verifies, with a database and without one', async () => {
  const sentence = `2026-01: operations moved to ${join(folder, '2026-01')}: 1\n`;
  expect(await run(['--before', '2026-02'])).toEqual({ code: 0, out: sentence, err: '' });
  const kinds = ['checkpoints', 'failures', 'legs', 'movements', 'operations', 'terms'];
  const files = [...kinds.map((kind) => `${kind}.csv.gz`), 'manifest.json'].sort();
  expect(readdirSync(join(folder, '2026-01')).sort()).toEqual(files);
  const nothing = { code: 0, out: 'there is nothing to archive before 2026-03\n', err: '' };
  expect(await run(['--before', '2026-03'])).toEqual(nothing);

  const fine = { code: 0, out: 'months checked: 1, operations: 1, violations: 0\n', err: '' };
  expect(await run(['--verify'])).toEqual(fine);
  expect(await run(['--verify'], urlFor('auditor', service.databaseUrl))).toEqual(fine);
  expect(await runProgram('shared/src/commands/archive.ts', ['--verify', '--to', folder], {})).toEqual(fine);

  writeFileSync(join(folder, '2026-01', 'failures.csv.gz'), '');
  const { code, out } = await run(['--verify']);
  expect([code, out]).toEqual([
    1,
    expect.stringMatching(/failures.csv.gz was changed: (.*\n)+months checked: 1, operations: 1, violations: \d\n$/),
  ]);
}, 180_000);

it('does not start while another works on the database', async () => {
  const client = await service.database.connect();
  expect(await lockArchive(client)).toBe(true);
  const { code, err } = await run(['--before', '2026-03']);
  client.release(true);
  expect({ code, err }).toEqual({
    code: 2,
    err: 'Another npm run archive is working on this database. Wait until it has ended.\n',
  });
}, 60_000);

/** The refused arguments, each with valid other ones. */
const WRONG: [args: string[], says: RegExp, url?: (good: string) => string][] = [
  [[], /^Say which months to archive, such as --before 2026-01. See npm run archive -- --help.$/],
  [['--before'], /Option '--before <value>' argument/],
  [['--before', '2026-13'], /^--before must be a month such as 2026-01, not 2026-13/],
  [['--before', 'January'], /^--before must be a month such as 2026-01, not January/],
  [['--before', '2999-01'], /^--before 2999-01 names months that are not over: .* The last of them is \d{4}-\d\d/],
  [['--before', '2020-01', '--verify'], /^--verify checks the whole archive: leave out --before/],
  [['--before', '2020-01', '--to', ''], /^--to must be a folder/],
  [['--before', '2020-01', '--to', '/sys/archive'], /^Archives cannot be written to \/sys\/archive: .* with --to/],
  [['--before', '2020-01', '--to', '/dev/null'], /cannot be written to \/dev\/null: it is a file, not a folder/],
  [['--verify', '--to', '/no/archive'], /^There is no archive in \/no\/archive: it does not exist/],
  [['--before', '2020-01'], /user wallet_worker_login lacks INSERT ON archives/, (good) => urlFor('worker', good)],
  [
    ['--before', '2020-01'],
    /at 127.0.0.1:1 cannot be reached: nothing listens/,
    () => 'postgres://u:secret@127.0.0.1:1/w',
  ],
];

it.each(WRONG)(
  '%j is refused in one sentence',
  async (args, says, url = (good) => good) => {
    // In front, so that an option without its value has none.
    const to = args.includes('--to') ? [] : ['--to', folder];
    const env = { DATABASE_URL: url(service.databaseUrl) };
    const { code, out, err } = await runProgram('shared/src/commands/archive.ts', [...to, ...args], env, 60_000);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trim()).toMatch(says);
    expect(err).not.toMatch(/^\s+at |secret@|Error:|undefined/m);
  },
  60_000,
);
