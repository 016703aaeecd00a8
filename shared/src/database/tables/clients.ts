import type { Queryable } from '../pool.ts';

/** Makes the client unless its login is taken. @returns the id of the client with that login. */
export async function ensureClient(
  database: Queryable,
  client: { id: string; login: string; name: string },
): Promise<string> {
  await database.query('INSERT INTO clients (id, login, name) VALUES ($1, $2, $3) ON CONFLICT (login) DO NOTHING', [
    client.id,
    client.login,
    client.name,
  ]);
  const { rows } = await database.query<{ id: string }>('SELECT id FROM clients WHERE login = $1', [client.login]);
  const id = rows[0]?.id;
  if (id === undefined) throw new Error(`client ${client.login} disappeared`);
  return id;
}
