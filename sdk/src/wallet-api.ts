import { Batches } from './batches.ts';
import { AssetList, HouseAccounts } from './books.ts';
import { call } from './call.ts';
import { Events } from './events.ts';
import { Holds } from './holds.ts';
import { Operations } from './operations.ts';
import { Clients, WalletList } from './owners.ts';
import type { ServiceStatus } from './resources.ts';
import { type CallOptions, type Retry, Sender } from './sender.ts';
import { UserHandle } from './user-handle.ts';
import { WalletHandle } from './wallet-handle.ts';
import { WebhookEndpoints } from './webhook-endpoints.ts';

export interface WalletApiOptions {
  /** Where the service is: `https://wallets.example.com`. A path is kept, as in `https://example.com/wallets/api/v1`. */
  readonly baseUrl: string | URL;
  /** `wk_…`. While the service has no keys, it needs none. */
  readonly apiKey?: string | undefined;
  /** How long one attempt may take, beyond what it was asked to wait: 20,000 ms unless said. */
  readonly timeoutMs?: number | undefined;
  /** How long all attempts of a call may take together: 60,000 ms unless said. */
  readonly deadlineMs?: number | undefined;
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** Told before an attempt is repeated. What it throws ends the call in place of another attempt. */
  readonly onRetry?: ((retry: Retry) => void) | undefined;
}

const TIMEOUT_MS = 20_000;
const DEADLINE_MS = 60_000;

/** A client of the wallet operations service. It holds no connection of its own, and needs not be closed. */
export class WalletApi {
  readonly wallets: WalletList;
  readonly clients: Clients;
  readonly operations: Operations;
  readonly holds: Holds;
  readonly batches: Batches;
  readonly assets: AssetList;
  readonly accounts: HouseAccounts;
  readonly events: Events;
  readonly webhookEndpoints: WebhookEndpoints;
  readonly #sender: Sender;

  /** @throws TypeError if `baseUrl` is not an address */
  constructor({ baseUrl, apiKey, timeoutMs, deadlineMs, fetch, onRetry }: WalletApiOptions) {
    const sender = new Sender({
      baseUrl: new URL(baseUrl).href.replace(/\/+$/, ''),
      apiKey,
      timeoutMs: timeoutMs ?? TIMEOUT_MS,
      deadlineMs: deadlineMs ?? DEADLINE_MS,
      // Browsers want it called on the global object, and a test may replace it later.
      fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)),
      onRetry,
    });
    this.#sender = sender;
    this.operations = new Operations(sender);
    this.wallets = new WalletList(sender);
    this.clients = new Clients(sender);
    this.holds = new Holds(sender, this.operations);
    this.batches = new Batches(sender);
    this.assets = new AssetList(sender);
    this.accounts = new HouseAccounts(sender);
    this.events = new Events(sender);
    this.webhookEndpoints = new WebhookEndpoints(sender);
  }

  /** A wallet, by its id. Nothing is sent. */
  wallet(id: string): WalletHandle {
    return new WalletHandle(id, this.#sender, this.operations);
  }

  /** A user, by the id that your own system has. Nothing is sent. */
  user(externalId: string): UserHandle {
    return new UserHandle(externalId, this.#sender, this.operations);
  }

  /** How the service is: rates, what waits, workers, webhooks. */
  status(options: CallOptions = {}): Promise<ServiceStatus> {
    return call(this.#sender, 'get', '/status', {}, options);
  }
}
