import { randomBytes } from 'node:crypto';
import { loginOf, ROLES } from '@wallet/shared/database/migrate/roles';
import { createDatabase, createPool } from '@wallet/shared/database/pool';

/** The migrated, empty database that every test file's own is a copy of. */
export const TEMPLATE = 'wallet_template';

/** The URL of the database `name` on the server of `url`; the database is created if it does not exist. */
export async function inDatabase(url: string, name: string, template?: string): Promise<string> {
  await createDatabase(url, name, template);
  const target = new URL(url);
  target.pathname = `/${name}`;
  return target.href;
}

/** A migrated, empty database, and a queue prefix that no other test uses. */
export async function createTestDatabase(): Promise<{ databaseUrl: string; redisUrl: string; queuePrefix: string }> {
  const { TEST_DATABASE_URL: server, TEST_REDIS_URL: redisUrl } = process.env;
  if (!server || !redisUrl) throw new Error('start the tests with npm test: it starts the servers they need');
  const name = `test_${randomBytes(6).toString('hex')}`;
  return { databaseUrl: await inDatabase(server, name, TEMPLATE), redisUrl, queuePrefix: name };
}

/** A copy of the database of `url`, to which there must be no connections. @returns its address. */
export function copyDatabase(url: string): Promise<string> {
  return inDatabase(url, `test_${randomBytes(6).toString('hex')}`, new URL(url).pathname.slice(1));
}

/** Sets defaults for later sessions of every user on the database of `url`, as an operator or another program might. */
export async function setDefaults(url: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const pool = createPool({ url, name: 'test', size: 1, onError: () => undefined });
  // Of a URL of several hosts too.
  const database = url.replace(/^.*\/|\?.*$/g, '');
  // Defaults of a user in a database override those of the database. Some can only be set by the superuser.
  const whose = [`DATABASE ${database}`, ...ROLES.map((role) => `ROLE ${loginOf(role)} IN DATABASE ${database}`)];
  for (const [name, value] of Object.entries(settings))
    for (const each of whose) await pool.query(`ALTER ${each} SET ${name} = '${value}'`);
  await pool.end();
}
