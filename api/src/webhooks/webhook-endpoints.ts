import type { Queryable } from '@wallet/shared/database/pool';
import { type Act, type Actor, insertAct } from '@wallet/shared/database/tables/audit-log';
import { insertDelivery } from '@wallet/shared/database/tables/delivery-replays';
import {
  changeWebhookEndpoint,
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  listWebhookEndpoints,
  rotateSecret,
} from '@wallet/shared/database/tables/webhook-endpoints';
import { inTransaction } from '@wallet/shared/database/transaction';
import { EVERY_TYPE } from '@wallet/shared/words/event';
import { newId } from '@wallet/shared/words/ids';
import { recordFacts } from '@wallet/shared/events/record-facts';
import type { Sealer } from '@wallet/shared/process/seal';
import { refuseAddress } from '@wallet/shared/events/webhook-address';
import { z } from 'zod';
import { createDeliveryEndpoints } from './delivery-endpoints.ts';
import {
  SEND_PROBLEMS,
  type WebhookNeeds,
  answerDelivery,
  endpointNotFound,
  readEndpoint,
  sendNow,
} from './send-now.ts';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { answerPage, createCursors, pageOf, pageQuery, readId } from '../http/pages.ts';
import { idParams, invalid } from '../http/schemas.ts';
import { type ShownEndpoint, showEndpoints } from './shown-endpoint.ts';
import { description, eventTypes, headers, rateLimit, secret, url } from './webhook-fields.ts';
import {
  deliverySchema,
  endpointWithSecretSchema,
  presentEndpoint,
  webhookEndpointSchema,
} from './webhook-resources.ts';
import { makeSecret, requireSealer, sealHeaders, writeSecret } from './webhook-secrets.ts';

const PATH = '/webhook-endpoints';
const TAG = 'Webhooks';
const CURSORS = createCursors('webhook-endpoints', readId);
/** How long the previous secret signs beside the new one after a rotation. */
const BOTH_SIGN_MS = 24 * 60 * 60 * 1_000;

export function createWebhookEndpointEndpoints(needs: WebhookNeeds): Endpoint[] {
  return [
    postEndpoint(needs),
    getEndpoints(needs),
    postRotation(needs),
    postTest(needs),
    ...createDeliveryEndpoints(needs),
    // The document's example deletes the endpoint of the examples above.
    getEndpoint(needs),
    patchEndpoint(needs),
    deleteEndpoint(needs),
  ];
}

const postEndpoint = ({ database, sealer, allowPrivate }: WebhookNeeds) =>
  endpoint({
    method: 'post',
    name: 'createWebhookEndpoint',
    paths: [PATH],
    tag: TAG,
    summary: 'Create a webhook endpoint',
    description: 'The secret that signs its events is shown only in this answer.',
    params: null,
    query: null,
    body: z.strictObject({
      url,
      event_types: eventTypes.optional(),
      description: description.optional(),
      headers: headers.nullish(),
      rate_limit: rateLimit.optional(),
      secret: secret.optional(),
    }),
    scope: 'webhooks:admin',
    answers: { 201: endpointWithSecretSchema },
    problems: ['webhooks_not_configured'],
    handle: async ({ body: wanted, actor }) => {
      const sealing = requireSealer(sealer);
      await checkAddress(wanted.url, { allowPrivate });
      const id = newId();
      const key = wanted.secret ?? makeSecret();
      const eventTypes = wanted.event_types ?? [EVERY_TYPE];
      const made = {
        id,
        url: wanted.url,
        description: wanted.description ?? null,
        eventTypes,
        rateLimit: wanted.rate_limit ?? null,
        sealedHeaders: sealHeaders(sealing, id, wanted.headers ?? {}),
        sealedSecret: sealing.seal(key, id),
      };
      await inTransaction(database, async (client) => {
        await createWebhookEndpoint(client, made);
        await recordAct(client, actor, 'created', id, { event_types: eventTypes });
      });
      const body = presentWithSecret(await readShown(database, id), { sealer, key });
      return { status: 201, body, location: `${PATH}/${id}` };
    },
  });

const getEndpoints = ({ database, sealer }: WebhookNeeds) =>
  endpoint({
    method: 'get',
    name: 'listWebhookEndpoints',
    paths: [PATH],
    tag: TAG,
    summary: 'List webhook endpoints, newest first',
    description: 'Deleted endpoints are not in the list.',
    params: null,
    query: z.strictObject(pageQuery),
    body: null,
    scope: 'webhooks:admin',
    answers: { 200: pageOf(webhookEndpointSchema) },
    problems: [],
    handle: async ({ query }) => {
      const listed = await listWebhookEndpoints(database, CURSORS.read(query.cursor), query.limit + 1);
      const found = await showEndpoints(database, listed);
      return answerPage({
        ...{ found, limit: query.limit, cursors: CURSORS },
        keyOf: (each) => each.id,
        present: (each) => presentEndpoint(each, sealer),
      });
    },
  });

const getEndpoint = ({ database, sealer }: WebhookNeeds) =>
  endpoint({
    method: 'get',
    name: 'getWebhookEndpoint',
    paths: [`${PATH}/{id}`],
    tag: TAG,
    summary: 'Read a webhook endpoint',
    description: 'Its settings, its last success and failure, and what it is still owed.',
    params: idParams,
    query: null,
    body: null,
    scope: 'webhooks:admin',
    answers: { 200: webhookEndpointSchema },
    problems: ['webhook_endpoint_not_found'],
    handle: async ({ params }) => {
      const found = await readShown(database, params.id);
      return { status: 200, body: presentEndpoint(found, sealer) };
    },
  });

const patchEndpoint = ({ database, sealer, allowPrivate, ringDeliveries }: WebhookNeeds) =>
  endpoint({
    method: 'patch',
    name: 'updateWebhookEndpoint',
    paths: [`${PATH}/{id}`],
    tag: TAG,
    summary: 'Change a webhook endpoint',
    description: 'While it is disabled, events are kept for it, and are sent when it is enabled.',
    params: idParams,
    query: null,
    body: z
      .strictObject({
        url: url.optional(),
        event_types: eventTypes
          .optional()
          .meta({ description: 'They also apply to events that have not been sent ' + 'yet.' }),
        description: description.optional(),
        headers: headers.nullish().meta({ description: 'Replaces all of them; null removes them.' }),
        rate_limit: rateLimit.optional(),
        status: z.enum(['enabled', 'disabled']).optional(),
      })
      .refine((fields) => Object.values(fields).some((value) => value !== undefined), 'must have at least one field'),
    scope: 'webhooks:admin',
    answers: { 200: webhookEndpointSchema },
    problems: ['webhook_endpoint_not_found', 'webhooks_not_configured'],
    handle: async ({ params, body, actor }) => {
      if (body.url !== undefined) await checkAddress(body.url, { allowPrivate });
      const sealed = body.headers ? sealHeaders(requireSealer(sealer), params.id, body.headers) : body.headers;
      const change = {
        url: body.url,
        eventTypes: body.event_types,
        description: body.description,
        sealedHeaders: sealed,
        rateLimit: body.rate_limit,
        status: body.status,
      };
      await inTransaction(database, async (client) => {
        if (!(await changeWebhookEndpoint(client, params.id, change))) throw endpointNotFound(params.id);
        await recordAct(client, actor, 'changed', params.id, {
          fields: Object.keys(body),
          ...(body.status === undefined ? {} : { status: body.status }),
        });
      });
      if (body.status === 'enabled') ringDeliveries([params.id]);
      const found = await readShown(database, params.id);
      return { status: 200, body: presentEndpoint(found, sealer) };
    },
  });

const deleteEndpoint = ({ database }: WebhookNeeds) =>
  endpoint({
    method: 'delete',
    name: 'deleteWebhookEndpoint',
    paths: [`${PATH}/{id}`],
    tag: TAG,
    summary: 'Delete a webhook endpoint',
    description: 'Nothing more is sent to it, including its backlog.',
    params: idParams,
    query: null,
    body: null,
    scope: 'webhooks:admin',
    answers: { 204: null },
    problems: ['webhook_endpoint_not_found'],
    handle: async ({ params, actor }) => {
      await inTransaction(database, async (client) => {
        if (!(await deleteWebhookEndpoint(client, params.id))) throw endpointNotFound(params.id);
        await recordAct(client, actor, 'deleted', params.id, {});
      });
      return { status: 204, body: null };
    },
  });

const postRotation = ({ database, sealer }: WebhookNeeds) =>
  endpoint({
    method: 'post',
    name: 'rotateWebhookSecret',
    paths: [`${PATH}/{id}/rotate-secret`],
    tag: TAG,
    summary: 'Rotate the secret of a webhook endpoint',
    description: 'The previous secret also signs for 24 hours.',
    params: idParams,
    query: null,
    body: z.strictObject({ secret: secret.optional() }),
    bodyIsOptional: true,
    scope: 'webhooks:admin',
    answers: { 200: endpointWithSecretSchema },
    problems: ['webhook_endpoint_not_found', 'webhooks_not_configured'],
    handle: async ({ params, body, actor }) => {
      const key = body.secret ?? makeSecret();
      const sealed = requireSealer(sealer).seal(key, params.id);
      const until = new Date(Date.now() + BOTH_SIGN_MS);
      await inTransaction(database, async (client) => {
        if (!(await rotateSecret(client, params.id, sealed, until))) throw endpointNotFound(params.id);
        await recordAct(client, actor, 'secret_rotated', params.id, { previous_until: until });
      });
      const found = await readShown(database, params.id);
      return { status: 200, body: presentWithSecret(found, { sealer, key }) };
    },
  });

const postTest = (needs: WebhookNeeds) =>
  endpoint({
    method: 'post',
    name: 'testWebhookEndpoint',
    paths: [`${PATH}/{id}/test`],
    tag: TAG,
    summary: 'Send a test event to a webhook endpoint',
    description:
      'An event of the type `webhook_endpoint.test` is sent at once, ahead of the backlog, whatever the ' +
      'endpoint subscribes to. A pause of the endpoint ends.',
    params: idParams,
    query: null,
    body: null,
    scope: 'webhooks:admin',
    answers: { 202: deliverySchema },
    problems: SEND_PROBLEMS,
    handle: async ({ params }) => {
      const endpointId = params.id;
      const data = { endpoint_id: endpointId, message: 'You asked for this event to try your endpoint.' };
      const eventId = await sendNow(needs, endpointId, async (client) => {
        const [id = ''] = await recordFacts(client, [{ type: 'webhook_endpoint.test', data }]);
        await insertDelivery(client, endpointId, id);
        return id;
      });
      return answerDelivery(needs.database, { endpointId, eventId });
    },
  });

/** Records who did what to an endpoint, in the transaction that does it. */
async function recordAct(
  client: Queryable,
  by: Actor,
  what: 'created' | 'changed' | 'deleted' | 'secret_rotated',
  id: string,
  detail: Act['detail'],
): Promise<void> {
  const act = { action: `webhook_endpoint.${what}`, subjectType: 'webhook_endpoint', subjectId: id, detail } as const;
  await insertAct(client, by, act);
}

/** @throws Problem `invalid_request` if nothing may be sent there. */
async function checkAddress(address: string, rules: { readonly allowPrivate: boolean }): Promise<void> {
  const message = await refuseAddress(address, rules);
  if (message !== null) throw invalid([{ path: 'url', message }]);
}

async function readShown(database: WebhookNeeds['database'], id: string): Promise<ShownEndpoint> {
  const [shown] = await showEndpoints(database, [await readEndpoint(database, id)]);
  if (shown === undefined) throw endpointNotFound(id);
  return shown;
}

function presentWithSecret(
  found: ShownEndpoint,
  { sealer, key }: { sealer: Sealer | null; key: Buffer },
): z.input<typeof endpointWithSecretSchema> {
  return { ...presentEndpoint(found, sealer), secret: writeSecret(key) };
}
