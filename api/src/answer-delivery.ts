import { type Delivery, findDelivery } from '@wallet/shared/database/tables/deliveries';
import { type WebhookEndpoint, findWebhookEndpoint } from '@wallet/shared/database/tables/webhook-endpoints';
import type { Request, Response } from 'express';
import type { Api } from './context.ts';
import { Problem } from './http/problem.ts';
import { presentDelivery } from './http/webhook-resources.ts';

/** Answers 202 with a delivery that was just made due. */
export async function answerDelivery(
  api: Api,
  request: Request,
  response: Response,
  { endpointId, eventId }: { endpointId: string; eventId: string },
): Promise<void> {
  const delivery = await readDelivery(api, endpointId, eventId);
  response.locals.logged['event_id'] = eventId;
  response.status(202).set('Retry-After', '1');
  response.set('Location', `${request.baseUrl}/webhook-endpoints/${endpointId}/deliveries/${eventId}`);
  response.json(presentDelivery(delivery, endpointId));
}

/** @throws Problem `delivery_not_found`. */
export async function readDelivery(api: Api, endpointId: string, eventId: string): Promise<Delivery> {
  const delivery = await findDelivery(api.database, endpointId, eventId);
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
