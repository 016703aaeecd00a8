import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { connectOnce } from '../connect.ts';
import { INSUFFICIENT_PRIVILEGE, sqlstateOf } from '../sqlstate.ts';

/**
 * The roles that connect at run time. Each has a role `wallet_…`, which holds its grants and cannot log in, and may
 * have a user `wallet_…_login` that is a member of it. Roles belong to the whole server: all its databases share them.
 */
export const ROLES = ['api', 'worker', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

/** The passwords of the users that are created. ASCII, since they are hashed here. */
export type Passwords = Readonly<Partial<Record<Role, string | undefined>>>;

function groupOf(role: Role): string {
  return `wallet_${role}`;
}

export function loginOf(role: Role): string {
  return `wallet_${role}_login`;
}

/**
 * Creates missing roles and the users whose passwords are given, and sets these passwords.
 * @returns what this user may not do, as statements for a privileged user; passwords are left out of them.
 */
export async function makeRoles(client: pg.ClientBase, passwords: Passwords): Promise<string[]> {
  const refused: string[] = [];
  for (const role of ROLES) {
    const statements = await statementsFor(client, role, passwords[role]);
    for (const [index, statement] of statements.entries()) {
      if (await isPermitted(client, statement)) continue;
      refused.push(...statements.slice(index).map((each) => each.replace(/PASSWORD '.*'/, "PASSWORD '…'")));
      break;
    }
  }
  return refused;
}

/** The role names on a server to which no connection is open. A read-only server has the roles of its primary. */
export async function makeRolesAt(url: string, passwords: Passwords): Promise<string[]> {
  const client = await connectOnce(url, { connectMs: CONNECT_MS });
  try {
    const { rows } = await client.query<{ readOnly: boolean }>('SELECT pg_is_in_recovery() AS "readOnly"');
    return rows[0]?.readOnly ? [] : await makeRoles(client, passwords);
  } finally {
    await client.end();
  }
}

/** Runs a file of grants in the current transaction. @returns false if a role is missing: then nothing was changed. */
export async function applyGrants(client: pg.ClientBase, grants: string): Promise<boolean> {
  for (const role of ROLES) if (!(await roleExists(client, groupOf(role)))) return false;
  await client.query('SAVEPOINT grants');
  await repeatOnCollision(() => client.query(`ROLLBACK TO grants; ${grants}`));
  return true;
}

async function statementsFor(client: pg.ClientBase, role: Role, password: string | undefined): Promise<string[]> {
  const [group, login] = [groupOf(role), loginOf(role)];
  const groupMissing = (await roleExists(client, group)) ? [] : [`CREATE ROLE ${group}`];
  if (password === undefined) return groupMissing;
  const loginMissing = (await roleExists(client, login)) ? [] : [`CREATE ROLE ${login}`];
  return [
    ...groupMissing,
    ...loginMissing,
    `ALTER ROLE ${login} LOGIN PASSWORD '${hashPassword(password)}'`,
    `GRANT ${group} TO ${login}`,
  ];
}

async function isPermitted(client: pg.ClientBase, statement: string): Promise<boolean> {
  try {
    await repeatOnCollision(() => client.query(statement));
    return true;
  } catch (error) {
    if (sqlstateOf(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    return false;
  }
}

const CONNECT_MS = 10_000;
const MOST_TRIES = 20;
const PAUSE_MS = 20;
const ROLE_EXISTS = '42710';
/**
 * `tuple concurrently updated` and duplicate keys: another session changes the same role at the same moment, perhaps
 * from another database of the server, which our locks do not cover.
 */
const COLLISIONS = new Set(['XX000', '23505']);

export async function repeatOnCollision(work: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await work();
      return;
    } catch (error) {
      const code = sqlstateOf(error) ?? '';
      // Another session has created it since we looked.
      if (code === ROLE_EXISTS) return;
      if (tries === MOST_TRIES || !COLLISIONS.has(code)) throw error;
      await delay(PAUSE_MS * (1 + Math.random()));
    }
  }
}

async function roleExists(client: pg.ClientBase, name: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
  return rowCount === 1;
}

/**
 * What Postgres stores for a password (SCRAM-SHA-256, RFC 5803), so that no statement log shows the password itself.
 */
function hashPassword(password: string): string {
  const [salt, iterations] = [randomBytes(16), 4096];
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const sign = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(sign('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${sign('Server Key').toString('base64')}`;
}
