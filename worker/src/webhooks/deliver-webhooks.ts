import type { Client, Database } from '@wallet/shared/database/pool';
import {
  type AttemptRecord,
  type ClaimedDelivery,
  claimDeliveries,
  recordAttempts,
} from '@wallet/shared/database/tables/delivery-claims';
import { isSubscribed, readSubscribedTypes } from '@wallet/shared/database/tables/events';
import {
  type WebhookEndpoint,
  disableEndpoint,
  findWebhookEndpoint,
  noteUnsendable,
} from '@wallet/shared/database/tables/webhook-endpoints';
import { inTransaction } from '@wallet/shared/database/transaction';
import type { Logger } from '@wallet/shared/process/logger';
import { recordFacts } from '@wallet/shared/events/record-facts';
import type { Tracing } from '@wallet/shared/process/tracing';
import type { Sealer } from '@wallet/shared/process/seal';
import { retryDelay } from './retry-schedule.ts';
import type { Attempt, Sender } from './send-request.ts';
import { signatureHeaders } from './signature.ts';
import { sendTraced, tracesOf } from './trace-deliveries.ts';

export interface DeliveryTools {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly sender: Sender;
  readonly tracing?: Tracing | null;
  readonly log: Logger;
}

/**
 * The size of a round: at first the number of connections to a host, and doubled after each round that was accepted
 * completely at once. In larger rounds, requests would wait so long for a connection that they time out if the receiver
 * slows down.
 */
export const FIRST_ROUND = 16;
const LARGEST_ROUND = 128;
const AT_ONCE_MS = 1_000;
/** Longer than a request may take and its outcome to be recorded. */
const LEASE_MS = 60_000;
/** An endpoint whose requests all failed for this long is disabled. */
const FAILING_MS = 5 * 24 * 3_600_000;
const CONTENT = { 'content-type': 'application/json', 'user-agent': 'wallet-operations' };
const GONE = 410;
/** Statuses that ask for a pause. */
const BUSY = new Set([429, 503]);

/**
 * Sends an endpoint what is due, in rounds, until nothing is left, or `givesWay`. Rounds grow while it accepts them;
 * the first has `size` requests, because starting small each time costs half as much again.
 * @returns the size for the next time, and whether there may be more.
 * @throws Error if the endpoint's secret cannot be decrypted, or the database is down: then the rest waits.
 */
export async function deliverWebhooks(
  tools: DeliveryTools,
  endpointId: string,
  size: number,
  givesWay: () => boolean,
): Promise<{ size: number; goesOn: boolean }> {
  let writing = Promise.resolve();
  let goesOn = true;
  while (goesOn && !givesWay()) {
    const started = performance.now();
    const round = await sendRound(tools, endpointId, size);
    goesOn = round?.goesOn ?? false;
    if (round === null) break;
    if (round.sent.length === 0) continue;
    const isFast = round.sent.every(({ attempt }) => isTaken(attempt)) && performance.now() - started < AT_ONCE_MS;
    size = isFast ? Math.min(2 * size, LARGEST_ROUND) : FIRST_ROUND;
    await writing;
    writing = writeDown(tools, round);
    // While all goes well, the next round is sent meanwhile. After failures, the state of the endpoint is known before
    // the next request.
    if (isFast) writing.catch(() => undefined);
    else await writing;
  }
  await writing;
  return { size, goesOn };
}

interface Round {
  readonly endpoint: WebhookEndpoint;
  readonly sent: readonly Sent[];
  /** The lease that ends with it; null if something is left to be sent. */
  readonly lease: bigint | null;
  readonly pauseResets: number;
  /** There may be more. */
  readonly goesOn: boolean;
}

/**
 * Sends requests side by side, without holding a database connection. The stored bytes of an event are sent, signed
 * anew each time.
 * @returns null if the endpoint does not exist.
 */
async function sendRound(tools: DeliveryTools, endpointId: string, size: number): Promise<Round | null> {
  const endpoint = await findWebhookEndpoint(tools.database, endpointId);
  if (endpoint === null) return null;
  const opened = await openOrNote(tools, endpoint);
  const claim = await claimDeliveries(tools.database, endpointId, size, LEASE_MS);
  const { deliveries, pauseResets, goesOn } = claim;
  const traces = await tracesOf(tools, deliveries);
  const ended = await Promise.all(
    deliveries.map((delivery) => send(tools, opened, delivery, traces.get(delivery.eventId))),
  );
  // A request cut off by our own stop says nothing about the receiver: it is sent again when its lease expires.
  const sent = ended.filter(({ attempt }) => attempt.error !== 'sender_closed');
  return { endpoint, sent, lease: sent.length === deliveries.length ? claim.lease : null, pauseResets, goesOn };
}

/** Records the results of a round, in one transaction. */
async function writeDown(tools: DeliveryTools, round: Round): Promise<void> {
  await inTransaction(tools.database, (client) => record(client, round));
  const { endpoint, sent } = round;
  for (const { delivery, attempt } of sent) {
    const { status, error, durationMs } = attempt;
    const fields = { endpoint_id: endpoint.id, event_id: delivery.eventId, status, error, duration_ms: durationMs };
    tools.log.debug(fields, 'webhook sent');
  }
}

interface OpenedEndpoint {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The current secret first, and the previous one as long as it also signs. */
  readonly secrets: readonly Buffer[];
}

/** A secret that cannot be decrypted is shown with the endpoint, which would otherwise seem to have nothing to send. */
async function openOrNote({ database, sealer }: DeliveryTools, endpoint: WebhookEndpoint): Promise<OpenedEndpoint> {
  try {
    return openEndpoint(sealer, endpoint);
  } catch (error) {
    await noteUnsendable(database, endpoint.id, 'secret_unreadable');
    throw error;
  }
}

function openEndpoint(sealer: Sealer, endpoint: WebhookEndpoint): OpenedEndpoint {
  const { id, url, sealedHeaders, sealedSecret, sealedPreviousSecret, previousSecretUntil } = endpoint;
  const secrets = [sealer.open(sealedSecret, id)];
  if (sealedPreviousSecret !== null && previousSecretUntil !== null && previousSecretUntil.getTime() > Date.now()) {
    secrets.push(sealer.open(sealedPreviousSecret, id));
  }
  const headers = sealedHeaders === null ? {} : (JSON.parse(sealer.open(sealedHeaders, id).toString()) as object);
  return { url, headers: headers as Record<string, string>, secrets };
}

interface Sent {
  readonly delivery: ClaimedDelivery;
  readonly startedAt: Date;
  readonly attempt: Attempt;
}

async function send(
  tools: Pick<DeliveryTools, 'sender' | 'tracing'>,
  endpoint: OpenedEndpoint,
  delivery: ClaimedDelivery,
  parent: string | undefined,
): Promise<Sent> {
  const startedAt = new Date();
  const { eventId: id, body } = delivery;
  const signature = signatureHeaders({ id, timestamp: startedAt, body, secrets: endpoint.secrets });
  const headers = { ...endpoint.headers, ...CONTENT, ...signature };
  const request = { url: endpoint.url, headers, body };
  const attempt =
    parent === undefined || !tools.tracing
      ? await tools.sender.send(request)
      : await sendTraced(tools.sender, tools.tracing, request, { parent, resends: delivery.failures });
  return { delivery, startedAt, attempt };
}

async function record(client: Client, { endpoint, sent, lease, pauseResets }: Round): Promise<void> {
  const pauses = sent.map(({ attempt }) => (BUSY.has(attempt.status ?? 0) ? (attempt.retryAfterMs ?? 0) : 0));
  const pauseMs = Math.max(...pauses);
  const attempts = sent.map(toRecord);
  const written = { pauseMs, lease, pauseResets };
  const { counts, failingMs } = await recordAttempts(client, endpoint.id, attempts, written);
  // The endpoint's URL may have changed meanwhile: then this answer came from the previous one.
  if (!counts) return;
  const isGone = sent.some(({ attempt }) => attempt.status === GONE);
  const isDead = failingMs !== null && failingMs > FAILING_MS;
  if (!isGone && !isDead) return;
  const reason = isGone ? 'gone' : 'failing';
  if (!(await disableEndpoint(client, endpoint.id, reason))) return;
  if (!isSubscribed(await readSubscribedTypes(client), 'webhook_endpoint.disabled')) return;
  const data = { endpoint_id: endpoint.id, url: endpoint.url, reason };
  await recordFacts(client, [{ type: 'webhook_endpoint.disabled', data }]);
}

function isTaken({ status, error }: Attempt): boolean {
  return error === null && status !== null && status >= 200 && status < 300;
}

function toRecord({ delivery, startedAt, attempt }: Sent): AttemptRecord {
  const { status, error, retryAfterMs, responseExcerpt, durationMs } = attempt;
  const succeeded = isTaken(attempt);
  const attempts = delivery.failures + 1;
  return {
    eventId: delivery.eventId,
    succeeded,
    startedAt,
    durationMs,
    responseStatus: status,
    error,
    responseExcerpt,
    retryInMs: succeeded ? null : retryDelay({ attempts, retryAfterMs, random: Math.random() }),
  };
}
