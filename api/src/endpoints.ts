import type { Endpoint } from './http/endpoint.ts';
import { type BatchNeeds, createBatchEndpoints } from './routes/batches.ts';
import { type ClientNeeds, createClientEndpoints } from './routes/clients.ts';
import { createDeliveryEndpoints } from './routes/deliveries.ts';
import { type EventNeeds, createEventEndpoints } from './routes/events.ts';
import { type HealthNeeds, createHealthEndpoints } from './routes/health.ts';
import { type OperationNeeds, createOperationEndpoints } from './routes/operations.ts';
import { type WalletNeeds, createWalletEndpoints } from './routes/wallets.ts';
import { createWebhookEndpointEndpoints } from './routes/webhook-endpoints.ts';
import type { WebhookNeeds } from './answer-delivery.ts';

/** What each feature needs. */
export interface Needs {
  readonly operations: OperationNeeds;
  readonly batches: BatchNeeds;
  readonly wallets: WalletNeeds;
  readonly clients: ClientNeeds;
  readonly webhooks: WebhookNeeds;
  readonly events: EventNeeds;
  readonly health: HealthNeeds;
}

/** Every endpoint of the API, in the order of the document. */
export function createEndpoints(needs: Needs): readonly Endpoint[] {
  return [
    ...createOperationEndpoints(needs.operations),
    ...createBatchEndpoints(needs.batches),
    ...createWalletEndpoints(needs.wallets),
    ...createClientEndpoints(needs.clients),
    ...createWebhookEndpointEndpoints(needs.webhooks),
    ...createDeliveryEndpoints(needs.webhooks),
    ...createEventEndpoints(needs.events),
    ...createHealthEndpoints(needs.health),
  ];
}
