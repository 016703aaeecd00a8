import type { Queryable } from '../pool.ts';
import { FAILED_ROUNDS } from './delivery-claims.ts';
import { FEED_HEAD } from './events.ts';

export type DisabledReason = 'requested' | 'gone' | 'failing';

/** A receiver of events. Its sealed fields are opened with the endpoint's id as context. */
export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  readonly description: string | null;
  readonly eventTypes: readonly string[];
  /** Requests per second; null is unlimited. */
  readonly rateLimit: number | null;
  readonly sealedHeaders: Buffer | null;
  readonly sealedSecret: Buffer;
  readonly sealedPreviousSecret: Buffer | null;
  readonly previousSecretUntil: Date | null;
  readonly status: 'enabled' | 'disabled';
  readonly disabledReason: DisabledReason | null;
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Since when every request has failed; null if the last one did not. */
  readonly failingSince: Date | null;
  /** The end of its pause; null if it is not paused, and while it is disabled. */
  readonly pausedUntil: Date | null;
  readonly lastSuccessAt: Date | null;
  readonly lastFailureAt: Date | null;
  /** From the last round with a failure: why there was no usable answer, or the status of the answer. */
  readonly lastError: string | null;
}

export type NewWebhookEndpoint = Pick<
  WebhookEndpoint,
  'id' | 'url' | 'description' | 'eventTypes' | 'rateLimit' | 'sealedHeaders' | 'sealedSecret'
>;

const COLUMNS = `id, url, description, event_types AS "eventTypes", rate_limit AS "rateLimit",
  sealed_headers AS "sealedHeaders", sealed_secret AS "sealedSecret", sealed_previous_secret AS "sealedPreviousSecret",
  previous_secret_until AS "previousSecretUntil", status, disabled_reason AS "disabledReason", disabled_at AS "disabledAt",
  created_at AS "createdAt", updated_at AS "updatedAt", states.failing_since AS "failingSince",
  CASE WHEN status = 'enabled' AND paused_until > now() THEN paused_until END AS "pausedUntil",
  last_success_at AS "lastSuccessAt", last_failure_at AS "lastFailureAt", last_error AS "lastError"`;
const SELECT_ENDPOINT = `SELECT ${COLUMNS} FROM webhook_endpoints
  JOIN webhook_endpoint_states AS states ON states.endpoint_id = webhook_endpoints.id`;

/** Creates an endpoint. It is sent what is relayed from now on. */
export async function createWebhookEndpoint(database: Queryable, endpoint: NewWebhookEndpoint): Promise<void> {
  await database.query({
    name: 'createWebhookEndpoint',
    text: `WITH made AS (
             INSERT INTO webhook_endpoints (id, url, description, event_types, rate_limit, sealed_headers, sealed_secret)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             RETURNING id
           )
           INSERT INTO webhook_endpoint_states (endpoint_id, position) SELECT id, ${FEED_HEAD} FROM made`,
    values: [
      ...[endpoint.id, endpoint.url, endpoint.description, endpoint.eventTypes, endpoint.rateLimit],
      ...[endpoint.sealedHeaders, endpoint.sealedSecret],
    ],
  });
}

/** An endpoint that was not deleted. */
export async function findWebhookEndpoint(database: Queryable, id: string): Promise<WebhookEndpoint | null> {
  const { rows } = await database.query<WebhookEndpoint>({
    name: 'findWebhookEndpoint',
    text: `${SELECT_ENDPOINT} WHERE id = $1 AND deleted_at IS NULL`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** At most `limit` endpoints that were not deleted, newest first, below the id `before`. */
export async function listWebhookEndpoints(
  database: Queryable,
  before: string | null,
  limit: number,
): Promise<WebhookEndpoint[]> {
  const { rows } = await database.query<WebhookEndpoint>({
    name: 'listWebhookEndpoints',
    text: `${SELECT_ENDPOINT} WHERE deleted_at IS NULL AND ($1::uuid IS NULL OR id < $1) ORDER BY id DESC LIMIT $2`,
    values: [before, limit],
  });
  return rows;
}

/** What may be changed. `undefined` leaves a field as it is. */
export interface EndpointChange {
  readonly url?: string | undefined;
  readonly description?: string | null | undefined;
  readonly eventTypes?: readonly string[] | undefined;
  readonly rateLimit?: number | null | undefined;
  readonly sealedHeaders?: Buffer | null | undefined;
  readonly status?: 'enabled' | 'disabled' | undefined;
}

/**
 * Changes an endpoint, in a transaction. One that is enabled again, or gets another URL, starts without failures. Its
 * state is locked first, as by a worker that disables it: in the other order the two could deadlock.
 * @returns whether it exists.
 */
export async function changeWebhookEndpoint(database: Queryable, id: string, change: EndpointChange): Promise<boolean> {
  const { rows } = await database.query({
    name: 'changeWebhookEndpoint',
    text: `WITH state AS MATERIALIZED (
             SELECT endpoint_id FROM webhook_endpoint_states WHERE endpoint_id = $1 FOR UPDATE
           ), changed AS (
             UPDATE webhook_endpoints
             SET url = coalesce($2, url),
                 description = CASE WHEN $3 THEN $4 ELSE description END,
                 event_types = coalesce($5, event_types),
                 rate_limit = CASE WHEN $6 THEN $7 ELSE rate_limit END,
                 sealed_headers = CASE WHEN $8 THEN $9 ELSE sealed_headers END,
                 status = coalesce($10, status),
                 disabled_reason = CASE coalesce($10, status) WHEN 'disabled' THEN coalesce(disabled_reason, 'requested') END,
                 disabled_at = CASE coalesce($10, status) WHEN 'disabled' THEN coalesce(disabled_at, now()) END,
                 updated_at = now()
             FROM state WHERE id = endpoint_id AND deleted_at IS NULL
             RETURNING id
           ), renewed AS (
             UPDATE webhook_endpoint_states
             SET failures = 0, failing_since = NULL, paused_until = NULL, pause_resets = pause_resets + 1
             FROM changed WHERE endpoint_id = changed.id AND ($10 = 'enabled' OR $2 IS NOT NULL)
           )
           SELECT id FROM changed`,
    values: [
      ...[id, change.url ?? null, change.description !== undefined, change.description ?? null],
      ...[change.eventTypes ?? null, change.rateLimit !== undefined, change.rateLimit ?? null],
      ...[change.sealedHeaders !== undefined, change.sealedHeaders ?? null, change.status ?? null],
    ],
  });
  return rows.length > 0;
}

/**
 * Ends the pause of an endpoint, in a transaction, before anything is made due for it: that is sent at once, and the
 * results of earlier requests do not pause the endpoint again. It is still tried with one request at a time until one
 * succeeds.
 * @returns whether it is enabled: otherwise nothing is sent to it.
 */
export async function endPause(database: Queryable, id: string): Promise<boolean> {
  const { rows } = await database.query({
    name: 'endPause',
    text: `UPDATE webhook_endpoint_states
           SET paused_until = NULL, failures = least(failures, ${FAILED_ROUNDS}), pause_resets = pause_resets + 1
           FROM webhook_endpoints WHERE endpoint_id = $1 AND id = $1 AND status = 'enabled' AND deleted_at IS NULL
           RETURNING id`,
    values: [id],
  });
  return rows.length > 0;
}

/** How long a failure without a request stands before it is recorded again. */
const NOTED_S = 10;

/** Records why nothing can be sent to an endpoint, at most every few seconds: it is tried again each second. */
export async function noteUnsendable(database: Queryable, endpointId: string, error: string): Promise<void> {
  await database.query({
    name: 'noteUnsendable',
    text: `UPDATE webhook_endpoint_states SET last_failure_at = now(), last_error = $2
           WHERE endpoint_id = $1
             AND (last_failure_at IS NULL OR last_failure_at < now() - ${NOTED_S} * interval '1 second')`,
    values: [endpointId, error],
  });
}

/**
 * Disables an endpoint. Its pending deliveries, and new events, wait until it is enabled again.
 * @returns whether it was enabled.
 */
export async function disableEndpoint(
  database: Queryable,
  endpointId: string,
  reason: Exclude<DisabledReason, 'requested'>,
): Promise<boolean> {
  const { rows } = await database.query({
    name: 'disableEndpoint',
    text: `UPDATE webhook_endpoints SET status = 'disabled', disabled_reason = $2, disabled_at = now(), updated_at = now()
           WHERE id = $1 AND status = 'enabled' AND deleted_at IS NULL RETURNING id`,
    values: [endpointId, reason],
  });
  return rows.length > 0;
}

/**
 * Makes `sealedSecret` the secret of an endpoint. The previous one signs beside it until `until`.
 * @returns whether there is such an endpoint.
 */
export async function rotateSecret(
  database: Queryable,
  id: string,
  sealedSecret: Buffer,
  until: Date,
): Promise<boolean> {
  const { rows } = await database.query({
    name: 'rotateSecret',
    text: `UPDATE webhook_endpoints
           SET sealed_previous_secret = sealed_secret, previous_secret_until = $3, sealed_secret = $2, updated_at = now()
           WHERE id = $1 AND deleted_at IS NULL RETURNING id`,
    values: [id, sealedSecret, until],
  });
  return rows.length > 0;
}

/** Deletes an endpoint: nothing more is sent to it. @returns whether there was one. */
export async function deleteWebhookEndpoint(database: Queryable, id: string): Promise<boolean> {
  const { rows } = await database.query({
    name: 'deleteWebhookEndpoint',
    text: `UPDATE webhook_endpoints SET deleted_at = now(), updated_at = now()
           WHERE id = $1 AND deleted_at IS NULL RETURNING id`,
    values: [id],
  });
  return rows.length > 0;
}
