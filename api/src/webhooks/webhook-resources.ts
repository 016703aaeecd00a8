import type { Attempt, Delivery } from '@wallet/shared/database/tables/deliveries';
import { DELIVERY_STATUSES } from '@wallet/shared/database/tables/deliveries';
import type { WebhookEndpoint } from '@wallet/shared/database/tables/webhook-endpoints';
import { EVENT_TYPES, type Event } from '@wallet/shared/words/event';
import type { Sealer } from '@wallet/shared/process/seal';
import { z } from 'zod';
import { PENDING_LIMIT, type ShownEndpoint } from './shown-endpoint.ts';
import { HIDDEN, SECRET_PATTERN, openHeaders } from './webhook-secrets.ts';
import { time } from '../http/fields.ts';

/** Webhook resources as the API answers them: each with its schema and the function that makes it. */

const id = z.uuid();

export const webhookEndpointSchema = z
  .strictObject({
    id,
    url: z.string(),
    description: z.string().nullable(),
    event_types: z.array(z.string()).meta({ description: '`*` is every type.' }),
    headers: z
      .record(z.string(), z.literal(HIDDEN))
      .nullable()
      .meta({
        description:
          'The names of your own headers. Null if they were stored under another `WEBHOOK_KEY` than is set ' + 'now.',
      }),
    rate_limit: z.int().nullable().meta({ description: 'Requests per second; null means no limit.' }),
    status: z.enum(['enabled', 'disabled']),
    disabled_reason: z.enum(['requested', 'gone', 'failing']).nullable(),
    disabled_at: time.nullable(),
    failing_since: time.nullable().meta({ description: 'The time since which every request has failed.' }),
    paused_until: time.nullable().meta({
      description:
        'Nothing is sent to it until then, because its last requests failed or it answered with `Retry-After`. ' +
        '`test`, `replay`, `replay-failed` and `recover` end the pause.',
    }),
    last_success_at: time.nullable(),
    last_failure_at: time.nullable(),
    last_error: z
      .strictObject({
        at: time,
        status_code: z
          .int()
          .nullable()
          .meta({ description: 'The status of the answer; null if there was none.', example: 500 }),
        message: z.string().meta({
          description:
            'The status of the answer, or why there was none. `secret_unreadable`: `WEBHOOK_KEY` is another one.',
          example: 'HTTP 500',
        }),
      })
      .nullable()
      .meta({ description: 'The last failure, also if requests have succeeded since.' }),
    pending: z.int().meta({
      description:
        `How many deliveries it is owed, also while it is paused or disabled. Counting stops at ${PENDING_LIMIT}, ` +
        'which means that many or more.',
    }),
    previous_secret_expires_at: time.nullable().meta({
      description: 'Until when the previous secret also signs.',
    }),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'WebhookEndpoint', description: 'A receiver of events. Its secret is never shown again.' });

export const endpointWithSecretSchema = webhookEndpointSchema
  .extend({ secret: z.string().regex(SECRET_PATTERN).meta({ description: 'Shown only in this answer: store it.' }) })
  .meta({ id: 'WebhookEndpointWithSecret', description: 'An endpoint with its new secret.' });

export function presentEndpoint(endpoint: ShownEndpoint, sealer: Sealer | null): z.input<typeof webhookEndpointSchema> {
  const { previousSecretUntil } = endpoint;
  return {
    id: endpoint.id,
    url: endpoint.url,
    description: endpoint.description,
    event_types: [...endpoint.eventTypes],
    headers: presentHeaders(endpoint, sealer),
    rate_limit: endpoint.rateLimit,
    status: endpoint.status,
    disabled_reason: endpoint.disabledReason,
    disabled_at: endpoint.disabledAt?.toISOString() ?? null,
    failing_since: endpoint.failingSince?.toISOString() ?? null,
    paused_until: endpoint.pausedUntil?.toISOString() ?? null,
    last_success_at: endpoint.lastSuccessAt?.toISOString() ?? null,
    last_failure_at: endpoint.lastFailureAt?.toISOString() ?? null,
    last_error: presentLastError(endpoint),
    pending: endpoint.pending,
    previous_secret_expires_at:
      previousSecretUntil !== null && previousSecretUntil.getTime() > Date.now()
        ? previousSecretUntil.toISOString()
        : null,
    created_at: endpoint.createdAt.toISOString(),
    updated_at: endpoint.updatedAt.toISOString(),
  };
}

function presentLastError({
  lastFailureAt,
  lastError,
}: WebhookEndpoint): z.input<typeof webhookEndpointSchema>['last_error'] {
  if (lastFailureAt === null || lastError === null) return null;
  const [, status] = /^HTTP (\d{3})$/.exec(lastError) ?? [];
  return {
    at: lastFailureAt.toISOString(),
    status_code: status === undefined ? null : Number(status),
    message: lastError,
  };
}

function presentHeaders(endpoint: WebhookEndpoint, sealer: Sealer | null): Record<string, typeof HIDDEN> | null {
  if (endpoint.sealedHeaders === null) return {};
  const headers = openHeaders(sealer, endpoint.id, endpoint.sealedHeaders);
  return headers === null ? null : Object.fromEntries(Object.keys(headers).map((name) => [name, HIDDEN]));
}

const deliveryFields = {
  id: id.meta({ description: "The event's id." }),
  endpoint_id: id,
  event_id: id,
  event_type: z.string(),
  status: z.enum(DELIVERY_STATUSES),
  attempts: z.int(),
  next_attempt_at: time.nullable().meta({
    description:
      'Of a pending delivery: when it is sent next, not before the pause of the endpoint ends; in the past if it is due. ' +
      'Null while the endpoint is disabled.',
  }),
  created_at: time,
  completed_at: time.nullable(),
};

export const deliverySchema = z
  .strictObject(deliveryFields)
  .meta({ id: 'Delivery', description: 'One event for one endpoint.' });

export const deliveryWithAttemptsSchema = z
  .strictObject({
    ...deliveryFields,
    attempts_log: z
      .array(
        z.strictObject({
          number: z.int(),
          started_at: time,
          duration_ms: z.int(),
          response_status: z.int().nullable(),
          error: z.string().nullable().meta({ description: 'Why there was no usable answer.' }),
          response_excerpt: z.string().nullable(),
        }),
      )
      .meta({ description: 'The last attempts, the latest first.' }),
  })
  .meta({ id: 'DeliveryWithAttempts', description: 'A delivery with its attempts.' });

export function presentDelivery(delivery: Delivery, endpointId: string): z.input<typeof deliverySchema> {
  return {
    id: delivery.eventId,
    endpoint_id: endpointId,
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    status: delivery.status,
    attempts: delivery.attempts,
    next_attempt_at: delivery.nextAttemptAt?.toISOString() ?? null,
    created_at: delivery.createdAt.toISOString(),
    completed_at: delivery.completedAt?.toISOString() ?? null,
  };
}

export function presentAttempt(attempt: Attempt): z.input<typeof deliveryWithAttemptsSchema>['attempts_log'][number] {
  return {
    number: attempt.number,
    started_at: attempt.startedAt.toISOString(),
    duration_ms: attempt.durationMs,
    response_status: attempt.responseStatus,
    error: attempt.error,
    response_excerpt: attempt.responseExcerpt,
  };
}

export const eventTypeSchema = z.enum(EVENT_TYPES);

/** An event as JSON: the bytes that are sent and signed, with the id put in front. */
export function eventText(event: Event): string {
  return `{"id":"${event.id}",${event.body.slice(1)}`;
}
