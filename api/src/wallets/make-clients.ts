import type { Database } from '@wallet/shared/database/pool';
import { type Client, createClients, findClientsByLogin } from '@wallet/shared/database/tables/clients';
import { type NewWallet, createWallets, findUserWallets } from '@wallet/shared/database/tables/wallets';
import { firstWalletId, newId } from '@wallet/shared/words/ids';

/** A client to create, with a wallet of each of the assets. */
export interface WantedClient {
  readonly login: string;
  readonly name: string;
  readonly assetIds: readonly number[];
}

/**
 * The result of a line. `created`: created with its wallets, atomically. `exists`: it existed; missing wallets were
 * created. `login_taken`: its login belongs to a client of another name, and nothing was done.
 */
export type MadeClient =
  | {
      readonly result: 'created' | 'exists';
      readonly clientId: string;
      readonly wallets: readonly { readonly id: string; readonly assetId: number }[];
    }
  | { readonly result: 'login_taken' };

/**
 * Creates clients, safe to repeat and to run concurrently: a login has one client. Each is created completely or not at
 * all, even if this fails half-way.
 * @returns the result of each, in the same order.
 */
export async function makeClients(database: Database, wanted: readonly WantedClient[]): Promise<MadeClient[]> {
  const asked = wanted.map((each) => {
    const id = newId();
    return { ...each, id, wallets: each.assetIds.map((assetId) => ({ id: firstWalletId(id, assetId), assetId })) };
  });
  const made = await createClients(database, asked);
  const others = asked.filter(({ id }) => !made.has(id));
  const found = others.length > 0 ? await findExisting(database, others) : new Map<WantedClient, MadeClient>();
  return asked.map((each) => {
    if (made.has(each.id)) return { result: 'created', clientId: each.id, wallets: each.wallets };
    return found.get(each) ?? { result: 'login_taken' };
  });
}

/** The clients that exist already; those of another name are left out. */
async function findExisting(
  database: Database,
  wanted: readonly WantedClient[],
): Promise<Map<WantedClient, MadeClient>> {
  const clients = await findClientsByLogin(
    database,
    wanted.map(({ login }) => login),
  );
  const byLogin = new Map(clients.map((client) => [client.login, client]));
  const same = wanted.flatMap((each) => {
    const client = byLogin.get(each.login);
    return client?.name === each.name ? [{ each, client }] : [];
  });
  const walletIds = await giveWallets(database, same);
  return new Map(
    same.map(({ each, client }) => {
      const wallets = each.assetIds.map((assetId) => ({
        id: walletIds.get(keyOf(client.login, assetId)) ?? '',
        assetId,
      }));
      return [each, { result: 'exists', clientId: client.id, wallets }];
    }),
  );
}

/**
 * Creates the wallets that the clients lack: first under the derived ids, and if another client's wallet has such an
 * id, under a fresh one.
 * @returns the ids of all requested wallets.
 */
async function giveWallets(
  database: Database,
  wanted: readonly { readonly each: WantedClient; readonly client: Client }[],
): Promise<Map<string, string>> {
  const pairs = wanted.flatMap(({ each }) => each.assetIds.map((assetId) => ({ login: each.login, assetId })));
  for (const idOf of [firstWalletId, newId]) {
    const { ids, missing } = await findWallets(database, pairs);
    if (missing.length === 0) return ids;
    await createWallets(
      database,
      missing.map(({ clientId, assetId }): NewWallet => ({ id: idOf(clientId, assetId), clientId, assetId })),
    );
  }
  const { ids, missing } = await findWallets(database, pairs);
  if (missing.length > 0) throw new Error(`a wallet of client ${missing[0]?.clientId} could not be made`);
  return ids;
}

async function findWallets(database: Database, pairs: readonly { readonly login: string; readonly assetId: number }[]) {
  const found = await findUserWallets(database, pairs);
  const ids = new Map(
    found.flatMap(({ login, assetId, walletId }) => (walletId === null ? [] : [[keyOf(login, assetId), walletId]])),
  );
  const missing = new Map(
    found.flatMap((wallet) => (wallet.walletId === null ? [[keyOf(wallet.login, wallet.assetId), wallet]] : [])),
  );
  return { ids, missing: [...missing.values()] };
}

function keyOf(login: string, assetId: number): string {
  return `${assetId} ${login}`;
}
