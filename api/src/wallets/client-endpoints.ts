import {
  type Client,
  createClient,
  findClient,
  findClientByLogin,
  listClients,
} from '@wallet/shared/database/tables/clients';
import type { Database } from '@wallet/shared/database/pool';
import { listWalletsOf } from '@wallet/shared/database/tables/wallets';
import { newId } from '@wallet/shared/words/ids';
import { z } from 'zod';
import { type BulkNeeds, postClientsInBulk } from './clients-in-bulk.ts';
import { findAsset } from '../http/choose-asset.ts';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { answerPage, createCursors, pageOf, pageQuery, readId } from '../http/pages.ts';
import { Problem } from '../http/problem.ts';
import { Refusal } from '../http/refusal.ts';
import { clientSchema, presentWallet } from './wallet-schemas.ts';
import { assetCode, idParams, text } from '../http/schemas.ts';

const CURSORS = createCursors('clients', readId);

/** The dependencies of the client endpoints. */
export interface ClientNeeds extends BulkNeeds {
  readonly database: Database;
}

export function createClientEndpoints(needs: ClientNeeds): Endpoint[] {
  return [postClient(needs), postClientsInBulk(needs), getClient(needs), getClients(needs)];
}

/** The dependencies of reading clients. */
type Reading = Pick<ClientNeeds, 'database' | 'assets'>;

const postClient = ({ database, assets }: Reading) =>
  endpoint({
    method: 'post',
    name: 'createClient',
    paths: ['/clients'],
    tag: 'Clients',
    summary: 'Create a client with its first wallet',
    description: 'Both are created, or neither. A login belongs to one client.',
    params: null,
    query: null,
    body: z.strictObject({
      name: text(255).min(1).meta({ example: 'Ivan Ivanov' }),
      login: text(255).min(1).meta({ example: 'ivan' }),
      asset: assetCode.default('USD'),
    }),
    scope: 'wallets:write',
    answers: { 201: clientSchema },
    problems: ['login_taken'],
    handle: async ({ body }) => {
      const asset = await findAsset(assets, body);
      if (asset instanceof Refusal) return asset.toProblem();
      const client = { id: newId(), login: body.login, name: body.name };
      const created = await createClient(database, client, { id: newId(), assetId: asset.id });
      if (created === 'login_taken') return new Problem('login_taken', `There is a client ${body.login} already.`);
      const made = await findClient(database, client.id);
      if (made === null) throw new Error(`client ${client.id} was made and cannot be found`);
      const present = await presenterOf({ database, assets }, [made]);
      return { status: 201, body: present(made), location: `/clients/${client.id}` };
    },
  });

const getClient = ({ database, assets }: Reading) =>
  endpoint({
    method: 'get',
    name: 'getClient',
    paths: ['/clients/{id}'],
    tag: 'Clients',
    summary: 'Read a client with its wallets',
    description: 'Frozen and closed wallets are included.',
    params: idParams,
    query: null,
    body: null,
    scope: 'wallets:read',
    answers: { 200: clientSchema },
    problems: ['client_not_found'],
    handle: async ({ params: { id } }) => {
      const client = await findClient(database, id);
      if (client === null) return new Problem('client_not_found', `There is no client ${id}.`);
      return { status: 200, body: (await presenterOf({ database, assets }, [client]))(client) };
    },
  });

const getClients = ({ database, assets }: Reading) =>
  endpoint({
    method: 'get',
    name: 'listClients',
    paths: ['/clients'],
    tag: 'Clients',
    summary: 'List clients with their wallets',
    description: 'They are sorted by id. With `login`, the one client that has it, if there is one.',
    params: null,
    query: z.strictObject({
      login: text(255).min(1).optional().meta({ description: 'The client with this login, if there is one.' }),
      ...pageQuery,
    }),
    body: null,
    scope: 'wallets:read',
    answers: { 200: pageOf(clientSchema) },
    problems: [],
    handle: async ({ query }) => {
      const after = CURSORS.read(query.cursor);
      const clients =
        query.login === undefined
          ? await listClients(database, after, query.limit + 1)
          : [await findClientByLogin(database, query.login)].filter((client) => client !== null);
      const present = await presenterOf({ database, assets }, clients);
      return answerPage({
        ...{ found: clients, limit: query.limit, cursors: CURSORS },
        keyOf: (client) => client.id,
        present,
      });
    },
  });

/** Reads the wallets of all the clients at once, and makes the function that presents a client with its wallets. */
async function presenterOf(
  { database, assets }: Reading,
  clients: readonly Client[],
): Promise<(client: Client) => z.input<typeof clientSchema>> {
  const wallets = await listWalletsOf(
    database,
    clients.map((client) => client.id),
  );
  await assets.know(wallets.map(({ assetId }) => assetId));
  return (client) => ({
    id: client.id,
    login: client.login,
    name: client.name,
    created_at: client.createdAt.toISOString(),
    wallets: wallets
      .filter((wallet) => wallet.clientId === client.id)
      .map((wallet) => presentWallet(wallet, assets.withId(wallet.assetId))),
  });
}
