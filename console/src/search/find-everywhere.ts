import type { ApiClient } from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';
import type { Batch, Client, Operation, Page, Scope, Wallet, WebhookEndpoint } from '../api/resources.ts';
import { showCode } from '../format/words.ts';
import { kindOfSearch, withQuery } from '../url/query.ts';

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
    look: async (api, id) => [ofOperation(await api.ask<Operation>(`/operations/${id}`))],
  },
  { scope: 'wallets:read', look: async (api, id) => [ofWallet(await api.ask<Wallet>(`/wallets/${id}`))] },
  {
    scope: 'operations:read',
    async look(api, given) {
      const { id, status } = await api.ask<Batch>(`/batches/${given}`);
      return [{ path: `/batches/${id}`, what: `Batch ${id}`, detail: showCode(status) }];
    },
  },
  {
    scope: 'webhooks:admin',
    async look(api, given) {
      const { id, url } = await api.ask<WebhookEndpoint>(`/webhook-endpoints/${given}`);
      return [{ path: `/webhooks/${id}`, what: `Webhook endpoint ${id}`, detail: url }];
    },
  },
  { scope: 'wallets:read', look: async (api, id) => walletsOf(await api.ask<Client>(`/clients/${id}`)) },
];

const byField =
  (field: 'idempotency_key' | 'reference_id') =>
  async (api: ApiClient, text: string): Promise<readonly Found[]> => {
    const { data } = await api.ask<Page<Operation>>(withQuery('/operations', { [field]: text, limit: LIMIT }));
    return data.map(ofOperation);
  };

const PLACES_BY_KEY: readonly Place[] = [
  { scope: 'operations:read', look: byField('idempotency_key') },
  { scope: 'operations:read', look: byField('reference_id') },
];

const BY_LOGIN: Place = {
  scope: 'wallets:read',
  async look(api, text) {
    const { data } = await api.ask<Page<Client>>(withQuery('/clients', { login: text }));
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
