import { createEndpoints } from '@wallet/api/endpoints';
import type { Endpoint } from '@wallet/api/http/endpoint';

const nothing = {} as never;

/** Every endpoint of the API with its declaration. None of them can be called. */
export const ENDPOINTS: readonly Endpoint[] = createEndpoints({
  ...{ operations: nothing, batches: nothing, wallets: nothing, clients: nothing, assets: nothing },
  ...{ accounts: nothing, webhooks: nothing, events: nothing, access: nothing, status: nothing, health: nothing },
});
