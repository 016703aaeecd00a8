import type { Queryable } from '../pool.ts';
import { rowset, wideStatement } from '../rowset.ts';
import { UNIQUE_VIOLATION, constraintOf, sqlstateOf } from '../sqlstate.ts';

/** An owner of wallets. `login` is the caller's own id of the user. */
export interface Client {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly createdAt: Date;
}

const SELECT_CLIENT = 'SELECT id, login, name, created_at AS "createdAt" FROM clients';

/** Creates a client with its first wallet and that wallet's account, atomically. */
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

/** A client to create, with its first wallets. */
export interface NewClient {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly wallets: readonly { readonly id: string; readonly assetId: number }[];
}

/**
 * Creates the clients whose logins are free, each with its wallets and their accounts. Of several with one login, the
 * first is created. They are inserted in the order of logins, so that two of these statements cannot deadlock.
 * @returns the ids of the created clients.
 */
export async function createClients(database: Queryable, clients: readonly NewClient[]): Promise<Set<string>> {
  const wallets = clients.flatMap((client) =>
    client.wallets.map(({ id, assetId }) => ({ id, clientId: client.id, assetId })),
  );
  const { rows } = await database.query<{ id: string }>(CREATE_CLIENTS({ given: clients, first: wallets }));
  return new Set(rows.map(({ id }) => id));
}

const CREATE_CLIENTS = wideStatement({
  name: 'createClients',
  sets: {
    given: rowset<NewClient>(
      {
        id: ['uuid', ({ id }) => id],
        login: ['text', ({ login }) => login, 'escaped'],
        name: ['text', ({ name }) => name, 'escaped'],
      },
      { numbered: 'position' },
    ),
    first: rowset<{ id: string; clientId: string; assetId: number }>({
      id: ['uuid', ({ id }) => id],
      client_id: ['uuid', ({ clientId }) => clientId],
      asset_id: ['smallint', ({ assetId }) => assetId],
    }),
  },
  text: ({ given, first }) => `WITH client AS (
             INSERT INTO clients (id, login, name)
             SELECT id, login, name FROM ${given.rows} ORDER BY login COLLATE "C", position
             ON CONFLICT (login) DO NOTHING
             RETURNING id
           ), wallet AS (
             INSERT INTO wallets (id, client_id, asset_id)
             SELECT first.id, client_id, asset_id FROM ${first.rows} JOIN client ON client.id = client_id
             RETURNING id, asset_id
           ), account AS (
             INSERT INTO accounts (wallet_id, asset_id) SELECT id, asset_id FROM wallet
           )
           SELECT id FROM client`,
});

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

/** The clients that exist, in no particular order. */
export async function findClientsByLogin(database: Queryable, logins: readonly string[]): Promise<Client[]> {
  const { rows } = await database.query<Client>({
    name: 'findClientsByLogin',
    text: `${SELECT_CLIENT} WHERE login = ANY ($1::text[])`,
    values: [logins],
  });
  return rows;
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
