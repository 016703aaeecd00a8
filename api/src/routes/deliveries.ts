import type { Queryable } from '@wallet/shared/database/pool';
import { type Act, insertAct } from '@wallet/shared/database/tables/audit-log';
import {
  DELIVERY_STATUSES,
  type DeliveryFilter,
  listAttempts,
  listDeliveries,
} from '@wallet/shared/database/tables/deliveries';
import {
  COUNT_MOST,
  type Recovered,
  type TimeRange,
  recoverDeliveries,
  replayDelivery,
} from '@wallet/shared/database/tables/delivery-replays';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { SEND_PROBLEMS, answerDelivery, readDelivery, readEndpoint, sendNow } from '../answer-delivery.ts';
import type { Api } from '../context.ts';
import { endpoint } from '../http/endpoint.ts';
import { answerPage, createCursors, pageOf, pageQuery, readId, readPosition } from '../http/pages.ts';
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
const CURSORS = createCursors('deliveries', readLast);
const TAG = 'Webhooks';
const FEED = 'feed:';
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
      before: CURSORS.read(query.cursor),
    };
    const { id } = await readEndpoint(api, params.id);
    const found = await listDeliveries(api.database, id, filter, query.limit + 1);
    answerPage(request, response, {
      ...{ found, limit: query.limit, cursors: CURSORS },
      keyOf: ({ position, eventId }) => (position === null ? eventId : `${FEED}${position}`),
      present: (delivery) => presentDelivery(delivery, id),
    });
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
    const delivery = await readDelivery(api.database, id, params.event_id);
    const attempts = await listAttempts(api.database, id, params.event_id, ATTEMPTS_SHOWN);
    response.json({ ...presentDelivery(delivery, id), attempts_log: attempts.map(presentAttempt) });
  },
});

const replay = endpoint({
  method: 'post',
  paths: [`${PATH}/deliveries/{event_id}/replay`],
  tag: TAG,
  summary:
    'Send an event to an endpoint again at once, whatever came of it before. Its pause, if it has one, ends. What was never sent ' +
    'keeps its turn',
  params: deliveryParams,
  query: null,
  body: null,
  scope: 'webhooks:admin',
  answers: { 202: deliverySchema },
  problems: [...SEND_PROBLEMS, 'delivery_not_found'],
  handle: async (api, { params, request, response }) => {
    const endpointId = params.id;
    await sendNow(api, endpointId, async (client) => {
      const isMade = await replayDelivery(client, endpointId, params.event_id);
      if (!isMade) await readDelivery(client, endpointId, params.event_id);
      await recordReplay(client, response, endpointId, { event_id: params.event_id });
    });
    await answerDelivery(api, request, response, { endpointId, eventId: params.event_id });
  },
});

const replayAllFailed = endpoint({
  method: 'post',
  paths: [`${PATH}/replay-failed`],
  tag: TAG,
  summary: 'Send again at once whatever has failed since a time: `recover` without an end, which answers less',
  params: idParams,
  query: null,
  body: z.strictObject({ since: momentFrom.meta({ example: '2026-01-31T00:00:00Z' }) }),
  scope: 'webhooks:admin',
  answers: {
    202: z.strictObject({ replayed: z.int() }).meta({
      id: 'Replayed',
      description: `How many are sent again: \`failed\` and \`retrying\` of \`recover\`. If it is ${REPLAY_MOST}, ask once more.`,
    }),
  },
  problems: SEND_PROBLEMS,
  handle: async (api, { params, body, request, response }) => {
    const { failed, retrying } = await recover(api, response, params.id, { since: body.since, until: null });
    answerPending(request, response, params.id);
    response.json({ replayed: failed + retrying });
  },
});

const postRecovery = endpoint({
  method: 'post',
  paths: [`${PATH}/recover`],
  tag: TAG,
  summary:
    'Send at once whatever has not succeeded of the events that happened, or were last tried, since a time (and before `until`, ' +
    'if it is given): what has used up its attempts, what waits for another attempt, and what was never sent. The pause of the ' +
    'endpoint, if it has one, ends',
  params: idParams,
  query: null,
  body: z
    .strictObject({
      since: momentFrom.meta({ example: '2026-01-31T00:00:00Z' }),
      until: momentFrom.optional().meta({ example: '2026-01-31T00:10:00Z' }),
    })
    .refine(({ since, until }) => until === undefined || since < until, {
      path: ['until'],
      error: 'must be after since',
    }),
  scope: 'webhooks:admin',
  answers: {
    202: z
      .strictObject({
        recovered: z.int().meta({ description: 'All of the following.' }),
        failed: z.int().meta({ description: 'Had used up their attempts, and are sent again.' }),
        retrying: z.int().meta({ description: 'Waited for another attempt after a failure, and are sent now.' }),
        waiting: z.int().meta({
          description:
            'Were due already, or never sent: they go out because the pause ends. Only the first ' +
            `${COUNT_MOST} that are due and the next ${COUNT_MOST} events of the feed are counted.`,
        }),
      })
      .meta({
        id: 'Recovered',
        description:
          `How many deliveries are sent. If \`failed\` and \`retrying\` are ${REPLAY_MOST} together, there may be more: ask ` +
          'once more. A delivery that is being sent at the moment comes to its own end.',
      }),
  },
  problems: SEND_PROBLEMS,
  handle: async (api, { params, body, request, response }) => {
    const range = { since: body.since, until: body.until ?? null };
    const recovered = await recover(api, response, params.id, range);
    answerPending(request, response, params.id);
    response.json({ recovered: recovered.failed + recovered.retrying + recovered.waiting, ...recovered });
  },
});

async function recover(api: Api, response: Response, id: string, range: TimeRange): Promise<Recovered> {
  return sendNow(api, id, async (client) => {
    const recovered = await recoverDeliveries(client, id, range, REPLAY_MOST);
    await recordReplay(client, response, id, { ...range, ...recovered });
    return recovered;
  });
}

function answerPending(request: Request, response: Response, id: string): void {
  response.status(202).set('Location', `${request.baseUrl}/webhook-endpoints/${id}/deliveries?status=pending`);
}

/** The last of a page: the place in the feed of what no claim has reached, or the id of an event. */
function readLast(key: string): DeliveryFilter['before'] {
  if (!key.startsWith(FEED)) {
    const eventId = readId(key);
    return eventId === null ? null : { eventId };
  }
  const position = readPosition(key.slice(FEED.length));
  return position === null ? null : { position };
}

/** Writes down who had deliveries of an endpoint sent again, in the transaction that does it. */
async function recordReplay(client: Queryable, response: Response, id: string, detail: Act['detail']): Promise<void> {
  const action = 'webhook_endpoint.deliveries_replayed';
  await insertAct(client, actorOf(response), { action, subjectType: 'webhook_endpoint', subjectId: id, detail });
}

export const deliveryEndpoints = [getDeliveries, getDelivery, replay, replayAllFailed, postRecovery];
