import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import request from 'supertest';
import { batch, folder, service, write } from '../support/batch-command.ts';
import { blocksOf } from '../support/pages.ts';
import { parseCurl } from '../support/curl.ts';
import { readProjectFile } from '../support/manifests.ts';

const USERS = 1_000;
const CREDIT = '2.50';
/** Of these users more is taken than they have. */
const SHORT = [3, 250, 251, 777, 999];

const number = (index: number): string => String(index).padStart(4, '0');
const users = Array.from({ length: USERS }, (_, index) => `player_${number(index)}`);

/** The commands of the section "From a list of users", which a new user types as they stand. */
function commandsOfPage(): string[] {
  const [, section = ''] = readProjectFile('docs/batches.md').split('## From a list of users\n');
  const [block] = blocksOf('docs/batches.md').filter(
    ({ language, text }) => language === 'sh' && section.includes(text),
  );
  return block?.text.split('\n') ?? [];
}

it('a list of 1,000 users becomes credited wallets, with what failed corrected, by the commands of the page', async () => {
  const [createUsers = '', ...batches] = commandsOfPage();
  write('users.csv', 'login', ...users);
  write(
    'credits.csv',
    'type,external_user_id,asset,amount,idempotency_key',
    ...users.map((user, index) => {
      const [type, amount] = SHORT.includes(index) ? ['spend', '1000.00'] : ['top_up', CREDIT];
      return `${type},${user},USD,${amount},welcome-${user}`;
    }),
  );

  const { method, url, headers, file } = parseCurl(createUsers);
  expect(method).toBe('POST');
  const created = await request(service.url)
    .post(new URL(url).pathname)
    .set(headers)
    .send(readFileSync(join(folder, file!), 'utf8'))
    .expect(200);
  expect(created.body).toMatchObject({ total: USERS, created: USERS });

  const files = batches.map((command) => join(folder, /^npm run batch -- (\S+)$/.exec(command)?.[1] ?? ''));
  expect(await batch(files[0]!)).toMatchObject({ code: 4, out: expect.stringContaining('995 succeeded, 5 failed') });
  const failed = readFileSync(files[1]!, 'utf8');
  expect(failed.trimEnd().split('\n')).toHaveLength(1 + SHORT.length);
  write(
    'credits.failed.csv',
    ...failed.replaceAll(',spend,', ',top_up,').replaceAll(',1000.00,', `,${CREDIT},`).split('\n'),
  );
  expect(await batch(files[1]!)).toMatchObject({ code: 0, out: expect.stringContaining('5 succeeded, 0 failed') });
  expect(existsSync(join(folder, 'credits.failed.failed.csv'))).toBe(false);

  const { rows } = await service.database.query<{ balance: string; count: bigint }>(
    `SELECT balance, count(*) FROM accounts JOIN wallets ON wallets.id = wallet_id JOIN clients ON clients.id = client_id
     WHERE login LIKE 'player\\_%' GROUP BY balance`,
  );
  expect(rows).toEqual([{ balance: '250', count: BigInt(USERS) }]);
});
