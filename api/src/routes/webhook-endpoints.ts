import type { Queryable } from '@wallet/shared/database/pool';
import { type Act, insertAct } from '@wallet/shared/database/tables/audit-log';
import { insertDelivery } from '@wallet/shared/database/tables/delivery-replays';
import {
  changeWebhookEndpoint,
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  listWebhookEndpoints,
  rotateSecret,
} from '@wallet/shared/database/tables/webhook-endpoints';
import { inTransaction } from '@wallet/shared/database/transaction';
import { EVERY_TYPE } from '@wallet/shared/event';
import { newId } from '@wallet/shared/ids';
import { recordFacts } from '@wallet/shared/record-facts';
import { refuseAddress } from '@wallet/shared/webhook-address';
import type { Response } from 'express';
import { z } from 'zod';
import { SEND_PROBLEMS, answerDelivery, endpointNotFound, readEndpoint, sendNow } from '../answer-delivery.ts';
import type { Api } from '../context.ts';
import { endpoint } from '../http/endpoint.ts';
import { answerPage, createCursors, pageOf, pageQuery, readId } from '../http/pages.ts';
import { actorOf } from '../http/require-key.ts';
import { idParams, invalid } from '../http/schemas.ts';
import { description, eventTypes, headers, rateLimit, secret, url } from '../http/webhook-fields.ts';
import {
  deliverySchema,
  endpointWithSecretSchema,
  presentEndpoint,
  webhookEndpointSchema,
} from '../http/webhook-resources.ts';
import { makeSecret, sealHeaders, sealerOf, writeSecret } from '../webhook-secrets.ts';

const PATH = '/webhook-endpoints';
const TAG = 'Webhooks';
const CURSORS = createCursors('webhook-endpoints', readId);
/** How long the secret from before a rotation signs beside the next one. */
const BOTH_SIGN_MS = 24 * 60 * 60 * 1_000;

const postEndpoint = endpoint({
  method: 'post',
  paths: [PATH],
  tag: TAG,
  summary: 'Have events told to a URL. The secret that signs them is shown here, and not again',
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
  handle: async (api, { body, request, response }) => {
    const sealer = sealerOf(api);
    await checkAddress(api, body.url);
    const id = newId();
    const key = body.secret ?? makeSecret();
    const eventTypes = body.event_types ?? [EVERY_TYPE];
    const made = {
      id,
      url: body.url,
      description: body.description ?? null,
      eventTypes,
      rateLimit: body.rate_limit ?? null,
      sealedHeaders: sealHeaders(sealer, id, body.headers ?? {}),
      sealedSecret: sealer.seal(key, id),
    };
    await inTransaction(api.database, async (client) => {
      await createWebhookEndpoint(client, made);
      await recordAct(client, response, 'created', id, { event_types: eventTypes });
    });
    response.status(201).set('Location', `${request.baseUrl}${PATH}/${id}`);
    await answerWithSecret(api, response, id, key);
  },
});

const getEndpoints = endpoint({
  method: 'get',
  paths: [PATH],
  tag: TAG,
  summary: 'Webhook endpoints, newest first',
  params: null,
  query: z.strictObject(pageQuery),
  body: null,
  scope: 'webhooks:admin',
  answers: { 200: pageOf(webhookEndpointSchema) },
  problems: [],
  handle: async (api, { query, request, response }) => {
    const found = await listWebhookEndpoints(api.database, CURSORS.read(query.cursor), query.limit + 1);
    answerPage(request, response, {
      ...{ found, limit: query.limit, cursors: CURSORS },
      keyOf: (each) => each.id,
      present: (each) => presentEndpoint(each, api.webhooks.sealer),
    });
  },
});

const getEndpoint = endpoint({
  method: 'get',
  paths: [`${PATH}/{id}`],
  tag: TAG,
  summary: 'A webhook endpoint, and how it is doing',
  params: idParams,
  query: null,
  body: null,
  scope: 'webhooks:admin',
  answers: { 200: webhookEndpointSchema },
  problems: ['webhook_endpoint_not_found'],
  handle: async (api, { params, response }) => {
    response.json(presentEndpoint(await readEndpoint(api, params.id), api.webhooks.sealer));
  },
});

const patchEndpoint = endpoint({
  method: 'patch',
  paths: [`${PATH}/{id}`],
  tag: TAG,
  summary:
    'Change a webhook endpoint. One that is disabled is owed all that happens, and is told it when it is enabled',
  params: idParams,
  query: null,
  body: z
    .strictObject({
      url: url.optional(),
      event_types: eventTypes.optional().meta({ description: 'They hold for what has not been sent yet, too.' }),
      description: description.optional(),
      headers: headers.nullish().meta({ description: 'In place of all there are; null removes them.' }),
      rate_limit: rateLimit.optional(),
      status: z.enum(['enabled', 'disabled']).optional(),
    })
    .refine((fields) => Object.values(fields).some((value) => value !== undefined), 'must have at least one field'),
  scope: 'webhooks:admin',
  answers: { 200: webhookEndpointSchema },
  problems: ['webhook_endpoint_not_found', 'webhooks_not_configured'],
  handle: async (api, { params, body, response }) => {
    if (body.url !== undefined) await checkAddress(api, body.url);
    const sealed = body.headers ? sealHeaders(sealerOf(api), params.id, body.headers) : body.headers;
    const change = {
      url: body.url,
      eventTypes: body.event_types,
      description: body.description,
      sealedHeaders: sealed,
      rateLimit: body.rate_limit,
      status: body.status,
    };
    await inTransaction(api.database, async (client) => {
      if (!(await changeWebhookEndpoint(client, params.id, change))) throw endpointNotFound(params.id);
      await recordAct(client, response, 'changed', params.id, {
        fields: Object.keys(body),
        ...(body.status === undefined ? {} : { status: body.status }),
      });
    });
    if (body.status === 'enabled') api.ringDeliveries([params.id]);
    response.json(presentEndpoint(await readEndpoint(api, params.id), api.webhooks.sealer));
  },
});

const deleteEndpoint = endpoint({
  method: 'delete',
  paths: [`${PATH}/{id}`],
  tag: TAG,
  summary: 'Delete a webhook endpoint: nothing is sent to it any more, nor what it was still owed',
  params: idParams,
  query: null,
  body: null,
  scope: 'webhooks:admin',
  answers: { 204: null },
  problems: ['webhook_endpoint_not_found'],
  handle: async (api, { params, response }) => {
    await inTransaction(api.database, async (client) => {
      if (!(await deleteWebhookEndpoint(client, params.id))) throw endpointNotFound(params.id);
      await recordAct(client, response, 'deleted', params.id, {});
    });
    response.status(204).end();
  },
});

const postRotation = endpoint({
  method: 'post',
  paths: [`${PATH}/{id}/rotate-secret`],
  tag: TAG,
  summary: 'Give an endpoint another secret. The one before signs beside it for 24 hours',
  params: idParams,
  query: null,
  body: z.strictObject({ secret: secret.optional() }),
  bodyIsOptional: true,
  scope: 'webhooks:admin',
  answers: { 200: endpointWithSecretSchema },
  problems: ['webhook_endpoint_not_found', 'webhooks_not_configured'],
  handle: async (api, { params, body, response }) => {
    const key = body.secret ?? makeSecret();
    const sealed = sealerOf(api).seal(key, params.id);
    const until = new Date(Date.now() + BOTH_SIGN_MS);
    await inTransaction(api.database, async (client) => {
      if (!(await rotateSecret(client, params.id, sealed, until))) throw endpointNotFound(params.id);
      await recordAct(client, response, 'secret_rotated', params.id, { previous_until: until });
    });
    await answerWithSecret(api, response, params.id, key);
  },
});

const postTest = endpoint({
  method: 'post',
  paths: [`${PATH}/{id}/test`],
  tag: TAG,
  summary:
    'Send an event of type `webhook_endpoint.test` to one endpoint at once, before all that waits for it and whatever it is ' +
    'subscribed to. Its pause, if it has one, ends',
  params: idParams,
  query: null,
  body: null,
  scope: 'webhooks:admin',
  answers: { 202: deliverySchema },
  problems: SEND_PROBLEMS,
  handle: async (api, { params, request, response }) => {
    const endpointId = params.id;
    const data = { endpoint_id: endpointId, message: 'You asked for this event to try your endpoint.' };
    const eventId = await sendNow(api, endpointId, async (client) => {
      const [id = ''] = await recordFacts(client, [{ type: 'webhook_endpoint.test', data }]);
      await insertDelivery(client, endpointId, id);
      return id;
    });
    await answerDelivery(api, request, response, { endpointId, eventId });
  },
});

/** Writes down who did what to an endpoint, in the transaction that does it. */
async function recordAct(
  client: Queryable,
  response: Response,
  what: 'created' | 'changed' | 'deleted' | 'secret_rotated',
  id: string,
  detail: Act['detail'],
): Promise<void> {
  const act = { action: `webhook_endpoint.${what}`, subjectType: 'webhook_endpoint', subjectId: id, detail } as const;
  await insertAct(client, actorOf(response), act);
}

/** @throws Problem `invalid_request` if nothing may be sent there. */
async function checkAddress(api: Api, address: string): Promise<void> {
  const message = await refuseAddress(address, { allowPrivate: api.webhooks.allowPrivate });
  if (message !== null) throw invalid([{ path: 'url', message }]);
}

async function answerWithSecret(api: Api, response: Response, id: string, key: Buffer): Promise<void> {
  const shown = presentEndpoint(await readEndpoint(api, id), api.webhooks.sealer);
  response.set('Cache-Control', 'no-store').json({ ...shown, secret: writeSecret(key) });
}

export const webhookEndpointEndpoints = [
  postEndpoint,
  getEndpoints,
  getEndpoint,
  patchEndpoint,
  deleteEndpoint,
  postRotation,
  postTest,
];
