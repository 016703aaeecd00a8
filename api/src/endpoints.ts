import { type AccessNeeds, createAccessEndpoints } from './access/access-endpoints.ts';
import { type AccountNeeds, createAccountEndpoints } from './wallets/account-endpoints.ts';
import { type AssetNeeds, createAssetEndpoints } from './wallets/asset-endpoints.ts';
import type { Endpoint } from './http/endpoint.ts';
import { type BatchNeeds, createBatchEndpoints } from './batches/batch-endpoints.ts';
import { type ClientNeeds, createClientEndpoints } from './wallets/client-endpoints.ts';
import { type EventNeeds, createEventEndpoints } from './webhooks/event-endpoints.ts';
import { eventSchema } from './event-schema.ts';
import { type HealthNeeds, createHealthEndpoints } from './health.ts';
import { type OperationNeeds, createOperationEndpoints } from './operations/operation-endpoints.ts';
import { type WalletNeeds, createWalletEndpoints } from './wallets/wallet-endpoints.ts';
import { type StatusNeeds, createStatusEndpoint } from './status/status-endpoint.ts';
import { createWebhookEndpointEndpoints } from './webhooks/webhook-endpoints.ts';
import type { WebhookNeeds } from './webhooks/send-now.ts';

/** The dependencies of each feature. */
export interface Needs {
  readonly operations: OperationNeeds;
  readonly batches: BatchNeeds;
  readonly wallets: WalletNeeds;
  readonly clients: ClientNeeds;
  readonly assets: AssetNeeds;
  readonly accounts: AccountNeeds;
  readonly webhooks: WebhookNeeds;
  readonly events: EventNeeds;
  readonly access: AccessNeeds;
  readonly status: StatusNeeds;
  readonly health: HealthNeeds;
}

/** Every endpoint of the API, in the order of the document. */
export function createEndpoints(needs: Needs): readonly Endpoint[] {
  return [
    ...createOperationEndpoints(needs.operations),
    ...createBatchEndpoints(needs.batches),
    ...createWalletEndpoints(needs.wallets),
    ...createClientEndpoints(needs.clients),
    ...createAssetEndpoints(needs.assets),
    ...createAccountEndpoints(needs.accounts),
    ...createWebhookEndpointEndpoints(needs.webhooks),
    ...createEventEndpoints(needs.events, eventSchema),
    ...createAccessEndpoints(needs.access),
    createStatusEndpoint(needs.status),
    ...createHealthEndpoints(needs.health),
  ];
}
