import type { Queryable } from '../pool.ts';
import { UNIQUE_VIOLATION, constraintOf, sqlstateOf } from '../sqlstate.ts';

/** Who owns wallets. `login` is the caller's own id of the user. */
export interface Client {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly createdAt: Date;
}

const SELECT_CLIENT = 'SELECT id, login, name, created_at AS "createdAt" FROM clients';

/** Makes a client with its first wallet and that wallet's account: all of it or nothing. */
export async function createClient(
  database: Queryable,
  client: { id: string; login: string; name: string },
  wallet: { id: string; assetId: number },
): Promise<'created' | 'login_taken'> {
  try {
    await database.query({
      name: 'createClient',
      text: `WITH client AS (
               INSERT INTO clients (id, login, name) VALUES ($1, $2, $3) RETURNING id
             ), wallet AS (
               INSERT INTO wallets (id, client_id, asset_id) SELECT $4, id, $5 FROM client RETURNING id, asset_id
             )
             INSERT INTO accounts (wallet_id, asset_id) SELECT id, asset_id FROM wallet`,
      values: [client.id, client.login, client.name, wallet.id, wallet.assetId],
    });
    return 'created';
  } catch (error) {
    const taken = ['clients_login_key', 'clients_pkey'].includes(constraintOf(error) ?? '');
    if (sqlstateOf(error) === UNIQUE_VIOLATION && taken) return 'login_taken';
    throw error;
  }
}

export async function findClient(database: Queryable, id: string): Promise<Client | null> {
  const { rows } = await database.query<Client>({
    name: 'findClient',
    text: `${SELECT_CLIENT} WHERE id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

export async function findClientByLogin(database: Queryable, login: string): Promise<Client | null> {
  const { rows } = await database.query<Client>({
    name: 'findClientByLogin',
    text: `${SELECT_CLIENT} WHERE login = $1`,
    values: [login],
  });
  return rows[0] ?? null;
}

/** At most `limit` clients in the order of their ids, after the id `after`. */
export async function listClients(database: Queryable, after: string | null, limit: number): Promise<Client[]> {
  const { rows } = await database.query<Client>({
    name: 'listClients',
    text: `${SELECT_CLIENT} WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2`,
    values: [after, limit],
  });
  return rows;
}
