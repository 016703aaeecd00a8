import type { ApiClient } from '../api/client.ts';
import type { Query } from '../api/document.ts';
import { ApiProblem } from '../api/problem.ts';
import type { Client, Operation, Scope, Wallet } from '../api/resources.ts';
import { showCode } from '../format/words.ts';
import { kindOfSearch } from '../url/query.ts';

/** Something that a text names. */
export interface Found {
  readonly path: string;
  readonly what: string;
  readonly detail: string;
}

interface Place {
  readonly scope: Scope;
  readonly look: (api: ApiClient, text: string) => Promise<readonly Found[]>;
}

const LIMIT = 10;

const PLACES_BY_ID: readonly Place[] = [
  {
    scope: 'operations:read',
    look: async (api, id) => [ofOperation(await api.ask('get', '/operations/{id}', { params: { id } }))],
  },
  {
    scope: 'wallets:read',
    look: async (api, id) => [ofWallet(await api.ask('get', '/wallets/{id}', { params: { id } }))],
  },
  {
    scope: 'operations:read',
    async look(api, given) {
      const { id, status } = await api.ask('get', '/batches/{id}', { params: { id: given } });
      return [{ path: `/batches/${id}`, what: `Batch ${id}`, detail: showCode(status) }];
    },
  },
  {
    scope: 'webhooks:admin',
    async look(api, given) {
      const { id, url } = await api.ask('get', '/webhook-endpoints/{id}', { params: { id: given } });
      return [{ path: `/webhooks/${id}`, what: `Webhook endpoint ${id}`, detail: url }];
    },
  },
  {
    scope: 'wallets:read',
    look: async (api, id) => walletsOf(await api.ask('get', '/clients/{id}', { params: { id } })),
  },
];

const byQuery =
  (queryOf: (text: string) => Query<'/operations'>) =>
  async (api: ApiClient, text: string): Promise<readonly Found[]> => {
    const { data } = await api.ask('get', '/operations', { query: { ...queryOf(text), limit: LIMIT } });
    return data.map(ofOperation);
  };

const PLACES_BY_KEY: readonly Place[] = [
  { scope: 'operations:read', look: byQuery((text) => ({ idempotency_key: text })) },
  { scope: 'operations:read', look: byQuery((text) => ({ reference_id: text })) },
];

const BY_LOGIN: Place = {
  scope: 'wallets:read',
  async look(api, text) {
    const { data } = await api.ask('get', '/clients', { query: { login: text } });
    return data.flatMap(walletsOf);
  },
};

/** Looks in all places that the key may read, at once; each thing is told once. */
export async function findEverywhere(
  api: ApiClient,
  scopes: readonly Scope[],
  text: string,
): Promise<readonly Found[]> {
  const { mayBeId, mayBeKey } = kindOfSearch(text);
  const places = [...(mayBeId ? PLACES_BY_ID : []), ...(mayBeKey ? PLACES_BY_KEY : []), BY_LOGIN];
  const found = await Promise.all(
    places.filter(({ scope }) => scopes.includes(scope)).map(({ look }) => look(api, text).catch(nothingIfRefused)),
  );
  return [...new Map(found.flat().map((each) => [each.path, each])).values()];
}

/** What is not there, or cannot be called that, is not found. */
function nothingIfRefused(error: unknown): readonly Found[] {
  if (error instanceof ApiProblem && [400, 404, 410].includes(error.status)) return [];
  throw error;
}

function ofOperation({ id, type, status }: Operation): Found {
  return { path: `/operations/${id}`, what: `Operation ${id}`, detail: `${showCode(type)}, ${status}` };
}

function ofWallet({ id, asset, status }: Wallet): Found {
  return { path: `/wallets/${id}`, what: `Wallet ${id}`, detail: `${asset}, ${status}` };
}

function walletsOf({ name, wallets }: Client): readonly Found[] {
  return wallets.map((wallet) => ({ ...ofWallet(wallet), detail: `${wallet.asset} of ${name}` }));
}
