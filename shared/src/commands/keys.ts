import { createKey, revokeKey, rotateKey } from '../access/administer-keys.ts';
import { KEYS_MOST } from '../words/api-key.ts';
import { readSettings, sharedSettings } from '../process/config.ts';
import { checkDatabase } from '../database/migrate/check-database.ts';
import { type Database, createPool } from '../database/pool.ts';
import { listApiKeys } from '../database/tables/api-keys.ts';
import { listActs } from '../database/tables/audit-log.ts';
import { KEYS_HELP, type KeysOrder, readKeysOrder } from '../process/read-keys-order.ts';
import { actLine, keyLine, presentAct, presentKey } from '../access/present-key.ts';
import { runCommand } from '../process/run-command.ts';

/**
 * `npm run keys -- create | list | revoke | rotate | log`: the keys in the database of DATABASE_URL. The result is on
 * standard output, as text or, with `--json`, as JSON; a token is shown once. Exit status 0 on success, 1 if the state
 * of the key does not allow it, 2 if the command is invalid or the database cannot be reached.
 */
await runCommand({
  help: KEYS_HELP,
  failed: 'The keys cannot be reached',
  read: (args) => readKeysOrder(args, Date.now()),
  run: main,
});

async function main(order: KeysOrder): Promise<number> {
  if (order.kind === 'help') {
    print(KEYS_HELP);
    return 0;
  }
  const { DATABASE_URL: url } = readSettings({ DATABASE_URL: sharedSettings.DATABASE_URL }, process.env);
  const writes = !['list', 'log'].includes(order.kind);
  const database = createPool({ url, name: 'wallet-keys', size: 1, writes, onError: () => undefined });
  try {
    await checkDatabase(database, url, 'keys');
    return await carryOut(database, order);
  } finally {
    await database.end();
  }
}

async function carryOut(database: Database, order: Exclude<KeysOrder, { kind: 'help' }>): Promise<number> {
  switch (order.kind) {
    case 'create':
      return create(database, order);
    case 'rotate':
      return rotate(database, order);
    case 'revoke':
      return revoke(database, order);
    case 'list': {
      const keys = await listApiKeys(database);
      if (order.json) print(JSON.stringify(keys.map(presentKey)));
      else if (keys.length === 0) print('There are no keys: everything is open.');
      else for (const key of keys) print(keyLine(key));
      return 0;
    }
    case 'log': {
      const acts = await listActs(database, order.limit);
      if (order.json) print(JSON.stringify(acts.map(presentAct)));
      else for (const act of acts) print(actLine(act));
      return 0;
    }
  }
}

async function create(database: Database, order: Extract<KeysOrder, { kind: 'create' }>): Promise<number> {
  const created = await createKey(database, order.key);
  if (created === 'too_many_keys') return refuse(`There are ${KEYS_MOST} valid keys already, the most there can be.`);
  const { key, token } = created;
  if (order.json) print(JSON.stringify({ ...presentKey(key), token }));
  else {
    print(keyLine(key));
    print(`Its token, which is shown this once:\n\n${token}\n`);
  }
  return 0;
}

async function rotate(database: Database, order: Extract<KeysOrder, { kind: 'rotate' }>): Promise<number> {
  const rotated = await rotateKey(database, order.id, { atOnce: order.atOnce });
  if (rotated === 'key_not_found') return refuse(`There is no key ${order.id}.`);
  if (rotated === 'key_revoked') return refuse(`Key ${order.id} is permanently revoked. Create another one.`);
  if (rotated === 'key_expired') return refuse(`Key ${order.id} has expired. Create another one.`);
  const { key, token } = rotated;
  const until = rotated.previousUntil?.toISOString() ?? null;
  if (order.json) print(JSON.stringify({ ...presentKey(key), previous_token_until: until, token }));
  else {
    print(keyLine(key));
    print(until === null ? 'The previous token is no longer valid.' : `The previous token is valid until ${until}.`);
    print(`Its token, which is shown this once:\n\n${token}\n`);
  }
  return 0;
}

async function revoke(database: Database, order: Extract<KeysOrder, { kind: 'revoke' }>): Promise<number> {
  const revoked = await revokeKey(database, order.id);
  if (revoked === 'key_not_found') return refuse(`There is no key ${order.id}.`);
  if (order.json) print(JSON.stringify({ id: order.id, status: 'revoked' }));
  else print(revoked === 'revoked' ? `Key ${order.id} is revoked.` : `Key ${order.id} was revoked already.`);
  return 0;
}

function refuse(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return 1;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
