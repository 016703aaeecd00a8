import { type Body, call } from './call.ts';
import { type Filter, list } from './list.ts';
import type { Pages } from './pages.ts';
import type { Asset, HouseAccount, HouseAccountWithBalances } from './resources.ts';
import type { CallOptions, Sender } from './sender.ts';

/** What is counted: currencies, points, game money. */
export class AssetList {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  async list(options: CallOptions = {}): Promise<readonly Asset[]> {
    return (await call(this.#sender, 'get', '/assets', {}, options)).data;
  }

  /** Adds an asset, or returns the one that is the same. @throws WalletApiError `asset_exists`, `too_many_assets` */
  create(asset: Body<'/assets', 'post'>, options: CallOptions = {}): Promise<Asset> {
    return call(this.#sender, 'post', '/assets', { body: asset }, options);
  }
}

/** The house's own accounts; the treasury is one of them. */
export class HouseAccounts {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /** House accounts with their balances, in the order of their names. */
  list(filter: Filter<'/accounts'> = {}): Pages<HouseAccountWithBalances> {
    return list(this.#sender, '/accounts', filter);
  }

  /** Adds an account, or returns the one that is the same. @throws WalletApiError `account_exists`, `too_many_accounts` */
  create(account: Body<'/accounts', 'post'>, options: CallOptions = {}): Promise<HouseAccount> {
    return call(this.#sender, 'post', '/accounts', { body: account }, options);
  }
}
