import type { Client, Database, Queryable } from '@wallet/shared/database/pool';
import { type Delivery, findDelivery } from '@wallet/shared/database/tables/deliveries';
import { type WebhookEndpoint, endPause, findWebhookEndpoint } from '@wallet/shared/database/tables/webhook-endpoints';
import { inTransaction } from '@wallet/shared/database/transaction';
import type { Sealer } from '@wallet/shared/process/seal';
import type { z } from 'zod';
import type { AnswerParts } from '../http/answer.ts';
import { Problem } from '../http/problem.ts';
import { type deliverySchema, presentDelivery } from './webhook-resources.ts';
import { requireSealer } from './webhook-secrets.ts';

/** The dependencies of the endpoints for webhooks and their deliveries. */
export interface WebhookNeeds {
  readonly database: Database;
  /** Encrypts secrets; null if no key is set: then nothing can be sent. */
  readonly sealer: Sealer | null;
  /** Whether webhooks may go to private addresses. */
  readonly allowPrivate: boolean;
  /** Announces to the workers that these webhook endpoints have something to send now. Delays no request. */
  readonly ringDeliveries: (endpointIds: readonly string[]) => void;
}

/** The problems of `sendNow`. */
export const SEND_PROBLEMS = [
  'webhook_endpoint_not_found',
  'webhook_endpoint_disabled',
  'webhooks_not_configured',
] as const;

/**
 * Runs `ask`, which makes deliveries of an endpoint due, in a transaction that also ends its pause, and rings for it:
 * so they are sent at once. If nothing could be sent, nothing is done.
 * @throws Problem one of `SEND_PROBLEMS`.
 */
export async function sendNow<T>(
  { database, sealer, ringDeliveries }: WebhookNeeds,
  endpointId: string,
  ask: (client: Client) => Promise<T>,
): Promise<T> {
  const { disabledReason } = await readEndpoint(database, endpointId);
  requireSealer(sealer);
  const asked = await inTransaction(database, async (client) => {
    if (await endPause(client, endpointId)) return ask(client);
    throw new Problem(
      'webhook_endpoint_disabled',
      `Webhook endpoint ${endpointId} is disabled (${disabledReason ?? 'requested'}), so nothing is sent to it. Enable it with ` +
        `PATCH /webhook-endpoints/${endpointId} and {"status":"enabled"}: its backlog is then sent.`,
    );
  });
  ringDeliveries([endpointId]);
  return asked;
}

/** The answer of a delivery that was just made due. @throws Problem `delivery_not_found`. */
export async function answerDelivery(
  database: Database,
  { endpointId, eventId }: { endpointId: string; eventId: string },
): Promise<AnswerParts & { readonly status: 202; readonly body: z.input<typeof deliverySchema> }> {
  const delivery = await readDelivery(database, endpointId, eventId);
  return {
    status: 202,
    body: presentDelivery(delivery, endpointId),
    location: `/webhook-endpoints/${endpointId}/deliveries/${eventId}`,
    retryAfterS: 1,
    logged: { event_id: eventId },
  };
}

/** @throws Problem `delivery_not_found`. */
export async function readDelivery(database: Queryable, endpointId: string, eventId: string): Promise<Delivery> {
  const delivery = await findDelivery(database, endpointId, eventId);
  if (delivery !== null) return delivery;
  throw new Problem('delivery_not_found', `There is no delivery of event ${eventId} for endpoint ${endpointId}.`);
}

/** @throws Problem `webhook_endpoint_not_found`. */
export async function readEndpoint(database: Queryable, id: string): Promise<WebhookEndpoint> {
  const found = await findWebhookEndpoint(database, id);
  if (found === null) throw endpointNotFound(id);
  return found;
}

export function endpointNotFound(id: string): Problem {
  return new Problem('webhook_endpoint_not_found', `There is no webhook endpoint ${id}.`);
}
