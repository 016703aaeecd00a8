import type { Queryable } from '@wallet/shared/database/pool';
import { type Act, insertAct } from '@wallet/shared/database/tables/audit-log';
import {
  DELIVERY_STATUSES,
  type DeliveryFilter,
  listAttempts,
  listDeliveries,
  replayDelivery,
  replayFailed,
} from '@wallet/shared/database/tables/deliveries';
import { inTransaction } from '@wallet/shared/database/transaction';
import type { Response } from 'express';
import { z } from 'zod';
import { answerDelivery, readDelivery, readEndpoint } from '../answer-delivery.ts';
import { endpoint } from '../http/endpoint.ts';
import { answerPage, pageOf, pageQuery, readCursor } from '../http/pages.ts';
import { actorOf } from '../http/require-key.ts';
import { idParams, momentFrom, uuid } from '../http/schemas.ts';
import {
  deliverySchema,
  deliveryWithAttemptsSchema,
  eventTypeSchema,
  presentAttempt,
  presentDelivery,
} from '../http/webhook-resources.ts';

const PATH = '/webhook-endpoints/{id}';
/** The last of a page: the place in the feed of what no claim has reached, or the id of an event. */
const LAST = /^(?:feed:\d{1,18}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const TAG = 'Webhooks';
const ATTEMPTS_SHOWN = 50;
/** The most deliveries that one request has sent again. */
const REPLAY_MOST = 100_000;

const deliveryParams = z.strictObject({ id: uuid, event_id: uuid });

const getDeliveries = endpoint({
  method: 'get',
  paths: [`${PATH}/deliveries`],
  tag: TAG,
  summary: 'What was and is to be told to an endpoint, the newest events first',
  params: idParams,
  query: z.strictObject({
    status: z.enum(DELIVERY_STATUSES).optional(),
    event_type: eventTypeSchema.optional(),
    ...pageQuery,
  }),
  body: null,
  scope: 'webhooks:admin',
  answers: { 200: pageOf(deliverySchema) },
  problems: ['webhook_endpoint_not_found'],
  handle: async (api, { params, query, request, response }) => {
    const filter = {
      status: query.status ?? null,
      eventType: query.event_type ?? null,
      before: readLast(readCursor(query.cursor, LAST)),
    };
    const { id } = await readEndpoint(api, params.id);
    const found = await listDeliveries(api.database, id, filter, query.limit + 1);
    answerPage(
      request,
      response,
      found,
      query.limit,
      ({ position, eventId }) => (position === null ? eventId : `feed:${position}`),
      (delivery) => presentDelivery(delivery, id),
    );
  },
});

const getDelivery = endpoint({
  method: 'get',
  paths: [`${PATH}/deliveries/{event_id}`],
  tag: TAG,
  summary: `A delivery with its last ${ATTEMPTS_SHOWN} attempts`,
  params: deliveryParams,
  query: null,
  body: null,
  scope: 'webhooks:admin',
  answers: { 200: deliveryWithAttemptsSchema },
  problems: ['webhook_endpoint_not_found', 'delivery_not_found'],
  handle: async (api, { params, response }) => {
    const { id } = await readEndpoint(api, params.id);
    const delivery = await readDelivery(api, id, params.event_id);
    const attempts = await listAttempts(api.database, id, params.event_id, ATTEMPTS_SHOWN);
    response.json({ ...presentDelivery(delivery, id), attempts_log: attempts.map(presentAttempt) });
  },
});

const replay = endpoint({
  method: 'post',
  paths: [`${PATH}/deliveries/{event_id}/replay`],
  tag: TAG,
  summary: 'Send an event to an endpoint again, whatever came of it before',
  params: deliveryParams,
  query: null,
  body: null,
  scope: 'webhooks:admin',
  answers: { 202: deliverySchema },
  problems: ['webhook_endpoint_not_found', 'delivery_not_found'],
  handle: async (api, { params, request, response }) => {
    const { id: endpointId } = await readEndpoint(api, params.id);
    await inTransaction(api.database, async (client) => {
      if (!(await replayDelivery(client, endpointId, params.event_id))) return;
      await recordReplay(client, response, endpointId, { event_id: params.event_id });
    });
    api.ringDeliveries([endpointId]);
    await answerDelivery(api, request, response, { endpointId, eventId: params.event_id });
  },
});

const replayAllFailed = endpoint({
  method: 'post',
  paths: [`${PATH}/replay-failed`],
  tag: TAG,
  summary: `Send again what has failed since a time, the earliest first, at most ${REPLAY_MOST} deliveries`,
  params: idParams,
  query: null,
  body: z.strictObject({ since: momentFrom }),
  scope: 'webhooks:admin',
  answers: {
    202: z.strictObject({ replayed: z.int() }).meta({
      id: 'Replayed',
      description: `How many are sent again. If it is ${REPLAY_MOST}, there may be more: ask once more.`,
    }),
  },
  problems: ['webhook_endpoint_not_found'],
  handle: async (api, { params, body, request, response }) => {
    const { id } = await readEndpoint(api, params.id);
    const replayed = await inTransaction(api.database, async (client) => {
      const count = await replayFailed(client, id, body.since, REPLAY_MOST);
      await recordReplay(client, response, id, { since: body.since, replayed: count });
      return count;
    });
    if (replayed > 0) api.ringDeliveries([id]);
    response.status(202).set('Location', `${request.baseUrl}/webhook-endpoints/${id}/deliveries?status=pending`);
    response.json({ replayed });
  },
});

function readLast(key: string | null): DeliveryFilter['before'] {
  if (key === null) return null;
  return key.startsWith('feed:') ? { position: BigInt(key.slice('feed:'.length)) } : { eventId: key };
}

/** Writes down who had deliveries of an endpoint sent again, in the transaction that does it. */
async function recordReplay(client: Queryable, response: Response, id: string, detail: Act['detail']): Promise<void> {
  const action = 'webhook_endpoint.deliveries_replayed';
  await insertAct(client, actorOf(response), { action, subjectType: 'webhook_endpoint', subjectId: id, detail });
}

export const deliveryEndpoints = [getDeliveries, getDelivery, replay, replayAllFailed];
