import { type Delivery, findDelivery } from '@wallet/shared/database/tables/deliveries';
import type { Client, Queryable } from '@wallet/shared/database/pool';
import { type WebhookEndpoint, endPause, findWebhookEndpoint } from '@wallet/shared/database/tables/webhook-endpoints';
import { inTransaction } from '@wallet/shared/database/transaction';
import type { Request, Response } from 'express';
import type { Api } from './context.ts';
import { Problem } from './http/problem.ts';
import { presentDelivery } from './http/webhook-resources.ts';
import { sealerOf } from './webhook-secrets.ts';

/** The problems of whatever `sendNow` does. */
export const SEND_PROBLEMS = [
  'webhook_endpoint_not_found',
  'webhook_endpoint_disabled',
  'webhooks_not_configured',
] as const;

/**
 * Has `ask` make deliveries of an endpoint due, in a transaction that also ends its pause, and rings for it: so they are sent at
 * once. Where nothing could be sent, nothing is done.
 * @throws Problem one of `SEND_PROBLEMS`.
 */
export async function sendNow<T>(api: Api, endpointId: string, ask: (client: Client) => Promise<T>): Promise<T> {
  const { disabledReason } = await readEndpoint(api, endpointId);
  sealerOf(api);
  const asked = await inTransaction(api.database, async (client) => {
    if (await endPause(client, endpointId)) return ask(client);
    throw new Problem(
      'webhook_endpoint_disabled',
      `Webhook endpoint ${endpointId} is disabled (${disabledReason ?? 'requested'}), so nothing is sent to it. Enable it with ` +
        `PATCH /webhook-endpoints/${endpointId} and {"status":"enabled"}: all that waits for it is then sent.`,
    );
  });
  api.ringDeliveries([endpointId]);
  return asked;
}

/** Answers 202 with a delivery that was just made due. */
export async function answerDelivery(
  api: Api,
  request: Request,
  response: Response,
  { endpointId, eventId }: { endpointId: string; eventId: string },
): Promise<void> {
  const delivery = await readDelivery(api.database, endpointId, eventId);
  response.locals.logged['event_id'] = eventId;
  response.status(202).set('Retry-After', '1');
  response.set('Location', `${request.baseUrl}/webhook-endpoints/${endpointId}/deliveries/${eventId}`);
  response.json(presentDelivery(delivery, endpointId));
}

/** @throws Problem `delivery_not_found`. */
export async function readDelivery(database: Queryable, endpointId: string, eventId: string): Promise<Delivery> {
  const delivery = await findDelivery(database, endpointId, eventId);
  if (delivery !== null) return delivery;
  throw new Problem('delivery_not_found', `There is no delivery of event ${eventId} for endpoint ${endpointId}.`);
}

/** @throws Problem `webhook_endpoint_not_found`. */
export async function readEndpoint(api: Api, id: string): Promise<WebhookEndpoint> {
  const found = await findWebhookEndpoint(api.database, id);
  if (found === null) throw endpointNotFound(id);
  return found;
}

export function endpointNotFound(id: string): Problem {
  return new Problem('webhook_endpoint_not_found', `There is no webhook endpoint ${id}.`);
}
