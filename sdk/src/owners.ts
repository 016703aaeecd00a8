import { type Body, call } from './call.ts';
import { WalletApiError } from './errors.ts';
import { newId } from './new-id.ts';
import { type Filter, list } from './list.ts';
import type { Pages } from './pages.ts';
import type { Client, ClientResults, Wallet } from './resources.ts';
import type { CallOptions, Sender } from './sender.ts';

type NewWallet = Body<'/wallets', 'post'>;
type NewClient = Body<'/clients', 'post'>;
type NewClients = Body<'/clients/bulk', 'post'>['clients'];

/** Wallets as a list. What one of them does is at `api.wallet(id)`. */
export class WalletList {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * Makes an empty wallet: of `USD`, unless you name an asset. It gets an id here, so that it is made once if the request is
   * repeated. @throws WalletApiError `wallet_exists`, `client_has_wallet`, `unknown_client`
   */
  async create(wallet: NewWallet = {}, options: CallOptions = {}): Promise<Wallet> {
    const body = { ...wallet, id: wallet.id ?? newId() };
    try {
      return await call(this.#sender, 'post', '/wallets', { body, repeat: 'as_is' }, options);
    } catch (error) {
      if (!isSecond(error, 'wallet_exists', 'client_has_wallet')) throw error;
      // The attempt whose answer was lost may have made it.
      const found = await call(this.#sender, 'get', '/wallets/{id}', { params: body }, options).catch(() => null);
      if (found === null || !('client_id' in found) || found.client_id !== (body.client_id ?? null)) throw error;
      return found;
    }
  }

  /** Wallets, in the order of their ids. */
  list(filter: Filter<'/wallets'> = {}): Pages<Wallet> {
    return list(this.#sender, '/wallets', filter);
  }
}

/** Clients: the owners of wallets. */
export class Clients {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /** Makes a client with its first wallet. @throws WalletApiError `login_taken` */
  async create(client: NewClient, options: CallOptions = {}): Promise<Client> {
    try {
      return await call(this.#sender, 'post', '/clients', { body: client }, options);
    } catch (error) {
      if (!isSecond(error, 'login_taken')) throw error;
      // The attempt whose answer was lost may have made it.
      const [found] = await this.list({ login: client.login, ...options }).toArray(1);
      if (found?.name !== client.name) throw error;
      return found;
    }
  }

  /** Makes up to 10,000 clients with their wallets. Each has its own result: `created`, `exists` or `refused`. */
  createMany(clients: NewClients, options: CallOptions = {}): Promise<ClientResults> {
    return call(this.#sender, 'post', '/clients/bulk', { body: { clients } }, options);
  }

  /** @throws WalletApiError `client_not_found` */
  get(id: string, options: CallOptions = {}): Promise<Client> {
    return call(this.#sender, 'get', '/clients/{id}', { params: { id } }, options);
  }

  /** Clients with their wallets, in the order of their ids; or the one with a `login`. */
  list(filter: Filter<'/clients'> = {}): Pages<Client> {
    return list(this.#sender, '/clients', filter);
  }
}

/** Whether a refusal can be about what an earlier attempt of the same call did. */
function isSecond(error: unknown, ...codes: string[]): boolean {
  return error instanceof WalletApiError && error.mayHaveHappened && codes.includes(error.code);
}
