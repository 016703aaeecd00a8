import type { Queryable } from '@wallet/shared/database/pool';
import { type Act, type Actor, insertAct } from '@wallet/shared/database/tables/audit-log';
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
import { z } from 'zod';
import { SEND_PROBLEMS, type WebhookNeeds, answerDelivery, readDelivery, readEndpoint, sendNow } from './send-now.ts';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { answerPage, createCursors, pageOf, pageQuery, readId, readPosition } from '../http/pages.ts';
import { idParams, momentFrom, uuid } from '../http/schemas.ts';
import {
  deliverySchema,
  deliveryWithAttemptsSchema,
  eventTypeSchema,
  presentAttempt,
  presentDelivery,
} from './webhook-resources.ts';

const PATH = '/webhook-endpoints/{id}';
const CURSORS = createCursors('deliveries', readLast);
const TAG = 'Webhooks';
const FEED = 'feed:';
const ATTEMPTS_SHOWN = 50;
/** The most deliveries that one request resends. */
const REPLAY_MOST = 100_000;

const deliveryParams = z.strictObject({ id: uuid, event_id: uuid });

export function createDeliveryEndpoints(needs: WebhookNeeds): Endpoint[] {
  return [getDeliveries(needs), getDelivery(needs), replay(needs), replayAllFailed(needs), postRecovery(needs)];
}

const getDeliveries = ({ database }: WebhookNeeds) =>
  endpoint({
    method: 'get',
    name: 'listDeliveries',
    paths: [`${PATH}/deliveries`],
    tag: TAG,
    summary: 'List the deliveries of a webhook endpoint',
    description: 'Deliveries of the newest events come first.',
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
    handle: async ({ params, query }) => {
      const filter = {
        status: query.status ?? null,
        eventType: query.event_type ?? null,
        before: CURSORS.read(query.cursor),
      };
      const { id } = await readEndpoint(database, params.id);
      const found = await listDeliveries(database, id, filter, query.limit + 1);
      return answerPage({
        ...{ found, limit: query.limit, cursors: CURSORS },
        keyOf: ({ position, eventId }) => (position === null ? eventId : `${FEED}${position}`),
        present: (delivery) => presentDelivery(delivery, id),
      });
    },
  });

const getDelivery = ({ database }: WebhookNeeds) =>
  endpoint({
    method: 'get',
    name: 'getDelivery',
    paths: [`${PATH}/deliveries/{event_id}`],
    tag: TAG,
    summary: 'Read a delivery with its last attempts',
    description: 'The last 50 attempts, the latest first: when, for how long, and what the endpoint answered.',
    params: deliveryParams,
    query: null,
    body: null,
    scope: 'webhooks:admin',
    answers: { 200: deliveryWithAttemptsSchema },
    problems: ['webhook_endpoint_not_found', 'delivery_not_found'],
    handle: async ({ params }) => {
      const { id } = await readEndpoint(database, params.id);
      const delivery = await readDelivery(database, id, params.event_id);
      const attempts = await listAttempts(database, id, params.event_id, ATTEMPTS_SHOWN);
      return { status: 200, body: { ...presentDelivery(delivery, id), attempts_log: attempts.map(presentAttempt) } };
    },
  });

const replay = (needs: WebhookNeeds) =>
  endpoint({
    method: 'post',
    name: 'replayDelivery',
    paths: [`${PATH}/deliveries/{event_id}/replay`],
    tag: TAG,
    summary: 'Send an event to a webhook endpoint again',
    description:
      'It is sent at once, whether it succeeded or failed before. A pause of the endpoint ends. A delivery that was ' +
      'never sent keeps its turn.',
    params: deliveryParams,
    query: null,
    body: null,
    scope: 'webhooks:admin',
    answers: { 202: deliverySchema },
    problems: [...SEND_PROBLEMS, 'delivery_not_found'],
    handle: async ({ params, actor }) => {
      const endpointId = params.id;
      await sendNow(needs, endpointId, async (client) => {
        const isMade = await replayDelivery(client, endpointId, params.event_id);
        if (!isMade) await readDelivery(client, endpointId, params.event_id);
        await recordReplay(client, actor, endpointId, { event_id: params.event_id });
      });
      return answerDelivery(needs.database, { endpointId, eventId: params.event_id });
    },
  });

const replayAllFailed = (needs: WebhookNeeds) =>
  endpoint({
    method: 'post',
    name: 'replayFailedDeliveries',
    paths: [`${PATH}/replay-failed`],
    tag: TAG,
    summary: 'Resend the failed deliveries since a time',
    description: 'Like `recover` without `until`, with a shorter answer.',
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
    handle: async ({ params: { id }, body: { since }, actor }) => {
      const { failed, retrying } = await recover(needs, { id, range: { since, until: null }, by: actor });
      return { status: 202, body: { replayed: failed + retrying }, location: pendingOf(id) };
    },
  });

const postRecovery = (needs: WebhookNeeds) =>
  endpoint({
    method: 'post',
    name: 'recoverDeliveries',
    paths: [`${PATH}/recover`],
    tag: TAG,
    summary: 'Send the undelivered events of a period',
    description:
      'Covers events that happened, or were last tried, since a time (and before `until`, if it is given): ' +
      'deliveries that used up their attempts, those that wait for another attempt, and those that were never ' +
      'sent. All are sent at once. A pause of the endpoint ends.',
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
          recovered: z.int().meta({ description: 'The sum of the following.' }),
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
            'once more. A delivery that is being sent at the moment is left alone.',
        }),
    },
    problems: SEND_PROBLEMS,
    handle: async ({ params: { id }, body: { since, until }, actor }) => {
      const { failed, retrying, waiting } = await recover(needs, {
        id,
        range: { since, until: until ?? null },
        by: actor,
      });
      return {
        status: 202,
        body: { recovered: failed + retrying + waiting, failed, retrying, waiting },
        location: pendingOf(id),
      };
    },
  });

async function recover(
  needs: WebhookNeeds,
  { id, range, by }: { id: string; range: TimeRange; by: Actor },
): Promise<Recovered> {
  return sendNow(needs, id, async (client) => {
    const recovered = await recoverDeliveries(client, id, range, REPLAY_MOST);
    await recordReplay(client, by, id, { ...range, ...recovered });
    return recovered;
  });
}

/** Where the deliveries that were made due are found. */
function pendingOf(id: string): string {
  return `/webhook-endpoints/${id}/deliveries?status=pending`;
}

/** The last of a page: the position in the feed of an unclaimed delivery, or the id of an event. */
function readLast(key: string): DeliveryFilter['before'] {
  if (!key.startsWith(FEED)) {
    const eventId = readId(key);
    return eventId === null ? null : { eventId };
  }
  const position = readPosition(key.slice(FEED.length));
  return position === null ? null : { position };
}

/** Records who had deliveries of an endpoint resent, in the transaction that does it. */
async function recordReplay(client: Queryable, by: Actor, id: string, detail: Act['detail']): Promise<void> {
  const action = 'webhook_endpoint.deliveries_replayed';
  await insertAct(client, by, { action, subjectType: 'webhook_endpoint', subjectId: id, detail });
}
