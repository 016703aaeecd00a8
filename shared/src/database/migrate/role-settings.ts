import pg from 'pg';
import { DEFAULT_LIMITS, PLANNERS, sessionSettings } from '../session.ts';
import { INSUFFICIENT_PRIVILEGE, sqlstateOf } from '../sqlstate.ts';
import { ROLES, type Role, loginOf, repeatOnCollision } from './roles.ts';

/**
 * The settings that each user's sessions begin with. Sessions request them themselves, but a pooler may not pass them
 * on: its own sessions begin with the server's settings.
 */
const SETTINGS: Readonly<Record<Role, Readonly<Record<string, string>>>> = {
  api: sessionSettings(DEFAULT_LIMITS, PLANNERS.api),
  worker: sessionSettings(DEFAULT_LIMITS, PLANNERS.worker),
  // An audit may take as long as it needs.
  auditor: sessionSettings({ ...DEFAULT_LIMITS, statementMs: 0 }),
};

/**
 * Makes the sessions of the roles' existing users begin on this database with our settings. A setting that this user
 * may not alter is left alone: if it matters, a process reports it at its start.
 */
export async function limitRoles(client: pg.ClientBase): Promise<void> {
  for (const role of ROLES) {
    const { database, missing } = await findMissing(client, role);
    const target = `${loginOf(role)} IN DATABASE ${pg.escapeIdentifier(database)}`;
    const statements = missing.map(
      ([name, value]) => `ALTER ROLE ${target} SET ${pg.escapeIdentifier(name)} = ${pg.escapeLiteral(value)}`,
    );
    if (statements.length === 0) continue;
    try {
      await repeatOnCollision(() => client.query(statements.join(';')));
    } catch (error) {
      if (sqlstateOf(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    }
  }
}

/** The settings that its sessions do not begin with yet; none if there is no such user. */
async function findMissing(
  client: pg.ClientBase,
  role: Role,
): Promise<{ database: string; missing: [string, string][] }> {
  const { rows } = await client.query<{ database: string; found: string[] | null }>(
    `SELECT current_database() AS database, setconfig AS found
     FROM pg_roles
     JOIN pg_database ON datname = current_database()
     LEFT JOIN pg_db_role_setting ON setrole = pg_roles.oid AND setdatabase = pg_database.oid
     WHERE rolname = $1`,
    [loginOf(role)],
  );
  const [row] = rows;
  if (row === undefined) return { database: '', missing: [] };
  const found = new Set(row.found);
  const missing = Object.entries(SETTINGS[role]).filter(([name, value]) => !found.has(`${name}=${value}`));
  return { database: row.database, missing };
}
