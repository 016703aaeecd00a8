import { type Client, createClient, findClient, listClients } from '@wallet/shared/database/tables/clients';
import { listWalletsOf } from '@wallet/shared/database/tables/wallets';
import { newId } from '@wallet/shared/ids';
import { z } from 'zod';
import { chooseAsset } from '../choose-asset.ts';
import type { Api } from '../context.ts';
import { endpoint } from '../http/endpoint.ts';
import { answerPage, createCursors, pageOf, pageQuery, readId } from '../http/pages.ts';
import { Problem } from '../http/problem.ts';
import { orThrow } from '../http/refusal.ts';
import { assetSchema, clientSchema, presentWallet } from '../http/resources.ts';
import { assetCode, idParams, text } from '../http/schemas.ts';

const CURSORS = createCursors('clients', readId);

const postClient = endpoint({
  method: 'post',
  paths: ['/clients'],
  tag: 'Clients',
  summary: 'Make a client with its first wallet, in one act',
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
  handle: async (api, { body, request, response }) => {
    const asset = orThrow(chooseAsset(api.assets, body));
    const client = { id: newId(), login: body.login, name: body.name };
    const created = await createClient(api.database, client, { id: newId(), assetId: asset.id });
    if (created === 'login_taken') throw new Problem('login_taken', `There is a client ${body.login} already.`);
    response.status(201).set('Location', `${request.baseUrl}/clients/${client.id}`);
    response.json(await readClient(api, client.id));
  },
});

const getClient = endpoint({
  method: 'get',
  paths: ['/clients/{id}'],
  tag: 'Clients',
  summary: 'A client with its wallets',
  params: idParams,
  query: null,
  body: null,
  scope: 'wallets:read',
  answers: { 200: clientSchema },
  problems: ['client_not_found'],
  handle: async (api, { params, response }) => {
    response.json(await readClient(api, params.id));
  },
});

const getClients = endpoint({
  method: 'get',
  paths: ['/clients'],
  tag: 'Clients',
  summary: 'Clients with their wallets, in the order of their ids',
  params: null,
  query: z.strictObject(pageQuery),
  body: null,
  scope: 'wallets:read',
  answers: { 200: pageOf(clientSchema) },
  problems: [],
  handle: async (api, { query, request, response }) => {
    const clients = await listClients(api.database, CURSORS.read(query.cursor), query.limit + 1);
    const present = await presenterOf(api, clients);
    answerPage(request, response, {
      ...{ found: clients, limit: query.limit, cursors: CURSORS },
      keyOf: (client) => client.id,
      present,
    });
  },
});

const getAssets = endpoint({
  method: 'get',
  paths: ['/assets'],
  tag: 'Assets',
  summary: 'What can be counted',
  params: null,
  query: null,
  body: null,
  scope: 'wallets:read',
  answers: { 200: pageOf(assetSchema) },
  problems: [],
  handle: (api, { response }) => {
    response.json({ data: api.assets.list, next_cursor: null });
  },
});

async function readClient(api: Api, id: string): Promise<z.input<typeof clientSchema>> {
  const client = await findClient(api.database, id);
  if (client === null) throw new Problem('client_not_found', `There is no client ${id}.`);
  return (await presenterOf(api, [client]))(client);
}

/** Reads the wallets of all the clients at once, and makes the function that presents a client with its own. */
async function presenterOf(
  api: Api,
  clients: readonly Client[],
): Promise<(client: Client) => z.input<typeof clientSchema>> {
  const wallets = await listWalletsOf(
    api.database,
    clients.map((client) => client.id),
  );
  return (client) => ({
    id: client.id,
    login: client.login,
    name: client.name,
    created_at: client.createdAt.toISOString(),
    wallets: wallets
      .filter((wallet) => wallet.clientId === client.id)
      .map((wallet) => presentWallet(wallet, api.assets.withId(wallet.assetId))),
  });
}

export const clientEndpoints = [postClient, getClient, getClients, getAssets];
