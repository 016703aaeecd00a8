import { EVENT_TYPES, type EventType } from '@wallet/shared/words/event';
import type { ZodOpenApiPathsObject } from 'zod-openapi';

/** The requests to webhook endpoints, by type of event. */

const WEBHOOKS = {
  'operation.succeeded': {
    name: 'operationSucceeded',
    summary: 'An operation has succeeded',
    payload: 'OperationSucceededPayload',
  },
  'operation.failed': {
    name: 'operationFailed',
    summary: 'An operation has failed',
    payload: 'OperationFailedPayload',
  },
  'batch.completed': {
    name: 'batchCompleted',
    summary: 'All operations of a batch have ended',
    payload: 'BatchPayload',
  },
  'wallet.activated': { name: 'walletActivated', summary: 'A frozen wallet is active again', payload: 'WalletPayload' },
  'wallet.frozen': { name: 'walletFrozen', summary: 'A wallet was frozen', payload: 'WalletPayload' },
  'wallet.closed': { name: 'walletClosed', summary: 'A wallet was closed', payload: 'WalletPayload' },
  'webhook_endpoint.disabled': {
    name: 'webhookEndpointDisabled',
    summary: 'A webhook endpoint was disabled because it is gone or kept failing',
    payload: 'EndpointDisabledPayload',
  },
  'webhook_endpoint.test': {
    name: 'webhookEndpointTest',
    summary: 'A test event was requested',
    payload: 'EndpointTestPayload',
  },
} as const satisfies Record<EventType, { name: string; summary: string; payload: string }>;

const DESCRIPTION =
  'Verify the signature over `webhook-id`, `webhook-timestamp` and the raw body, joined by full stops, before you ' +
  'use the event: see Standard Webhooks 1.0.0. Answer with a status from 200 to 299 within 15 seconds; anything ' +
  'else is retried. An event can be delivered more than once, always with the same `webhook-id`.';

const text = { type: 'string' } as const;
const SIGNATURE_HEADERS = [
  {
    name: 'webhook-id',
    description: 'The id of the event, the same in each attempt.',
    schema: { ...text, format: 'uuid' },
  },
  {
    name: 'webhook-timestamp',
    description:
      'When this attempt was made, in seconds since 1970. Reject requests that are more than a few ' + 'minutes old.',
    schema: text,
  },
  {
    name: 'webhook-signature',
    description:
      'Signatures, separated by spaces, each `v1,` and base64. One valid signature is enough; after a rotation there ' +
      'are two.',
    schema: text,
  },
].map((header) => ({ ...header, in: 'header' as const, required: true }));

/** The payloads are components already, because the feed of events returns them. */
export function describeWebhooks(): ZodOpenApiPathsObject {
  return Object.fromEntries(
    EVENT_TYPES.map((type) => {
      const { name, summary, payload } = WEBHOOKS[type];
      const post = {
        operationId: name,
        tags: ['Webhooks'],
        ...{ summary, description: DESCRIPTION },
        parameters: SIGNATURE_HEADERS,
        security: [],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: `#/components/schemas/${payload}` } } },
        },
        responses: {
          '2XX': { description: 'Received.' },
          '410': { description: 'The receiver is gone: the endpoint is disabled.' },
          '4XX': { description: 'Tried again.' },
          '5XX': { description: 'Retried, not before the time in `Retry-After` if there is one.' },
        },
      };
      return [type, { post }];
    }),
  );
}
