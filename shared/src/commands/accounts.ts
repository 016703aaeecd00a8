import { addHouseAccount } from '../database/add-house-account.ts';
import { checkDatabase } from '../database/migrate/check-database.ts';
import { type Database, createPool } from '../database/pool.ts';
import { type HouseAccount, listHouseAccounts } from '../database/tables/house-accounts.ts';
import { readSettings, sharedSettings } from '../process/config.ts';
import { ACCOUNTS_HELP, type AccountsOrder, readAccountsOrder } from '../process/read-accounts-order.ts';
import { runCommand } from '../process/run-command.ts';
import { HOUSE_ACCOUNTS_MOST } from '../words/house-account.ts';

/**
 * `npm run accounts -- add | list`: the house accounts in the database of DATABASE_URL. The result is on standard
 * output, as text or, with `--json`, as JSON. Exit status 0 on success, 1 if the account cannot be added, 2 if the
 * command is invalid or the database cannot be reached.
 */
await runCommand({
  ...{ help: ACCOUNTS_HELP, failed: 'The house accounts cannot be reached' },
  ...{ read: readAccountsOrder, run: main },
});

async function main(order: AccountsOrder): Promise<number> {
  const { DATABASE_URL: url } = readSettings({ DATABASE_URL: sharedSettings.DATABASE_URL }, process.env);
  const database = createPool({ url, name: 'wallet-accounts', size: 1, writes: true, onError: () => undefined });
  try {
    await checkDatabase(database, url, 'accounts');
    return order.kind === 'add' ? await add(database, order) : await list(database, order);
  } finally {
    await database.end();
  }
}

async function add(
  database: Database,
  { name, mayGoNegative, json }: Extract<AccountsOrder, { kind: 'add' }>,
): Promise<number> {
  const by = { actor: 'command_line', keyId: null, requestId: null } as const;
  const added = await addHouseAccount(database, { name, mayGoNegative }, by);
  if (added.outcome === 'too_many_accounts') {
    return refuse(`There are ${HOUSE_ACCOUNTS_MOST} house accounts already, the most there can be.`);
  }
  const line = accountLine(added.account);
  if (added.outcome === 'account_exists') {
    return refuse(`${name} exists with another rule, which cannot be changed:\n${line}`);
  }
  print(json ? JSON.stringify(present(added.account)) : line);
  return 0;
}

async function list(database: Database, { json }: Extract<AccountsOrder, { kind: 'list' }>): Promise<number> {
  const accounts = await listHouseAccounts(database, null, HOUSE_ACCOUNTS_MOST);
  if (json) print(JSON.stringify(accounts.map(present)));
  else for (const account of accounts) print(accountLine(account));
  return 0;
}

function present({ name, mayGoNegative, createdAt }: HouseAccount) {
  return { name, may_go_negative: mayGoNegative, created_at: createdAt.toISOString() };
}

function accountLine({ name, mayGoNegative }: HouseAccount): string {
  return `${name}  ${mayGoNegative ? 'may go below zero' : 'not below zero'}`;
}

function refuse(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return 1;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
