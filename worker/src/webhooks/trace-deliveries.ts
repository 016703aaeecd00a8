import type { Database } from '@wallet/shared/database/pool';
import { deleteOldEventTraces, findEventTraces } from '@wallet/shared/database/tables/event-traces';
import { logErrors } from '@wallet/shared/process/log-errors';
import type { Logger } from '@wallet/shared/process/logger';
import { type Repetition, repeat } from '@wallet/shared/process/repeat';
import type { Tracing } from '@wallet/shared/process/tracing';
import type { Attempt, Sender, WebhookRequest } from './send-request.ts';

const NONE: ReadonlyMap<string, string> = new Map();
const DELETE_MS = 60_000;

/** The parent spans of events, by the events' ids. If they are lost, only the traces are. */
export async function tracesOf(
  { tracing, database }: { readonly tracing?: Tracing | null; readonly database: Database },
  deliveries: readonly { readonly eventId: string }[],
): Promise<ReadonlyMap<string, string>> {
  if (!tracing || deliveries.length === 0) return NONE;
  const ids = deliveries.map(({ eventId }) => eventId);
  const traces = await findEventTraces(database, ids).catch(() => []);
  return new Map(traces.map(({ eventId, traceparent }) => [eventId, traceparent]));
}

/**
 * Sends a request as a span, which it names to the receiver. The path of an address can be secret, so it is left out.
 */
export async function sendTraced(
  sender: Sender,
  tracing: Tracing,
  request: WebhookRequest,
  { parent, resends }: { readonly parent: string; readonly resends: number },
): Promise<Attempt> {
  const { hostname, port, protocol } = new URL(request.url);
  const span = tracing.start({
    ...{ name: 'POST', kind: 'client', parent },
    attributes: () => ({
      'http.request.method': 'POST',
      'server.address': hostname,
      'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
      'url.scheme': protocol.slice(0, -1),
      ...(resends > 0 && { 'http.request.resend_count': resends }),
    }),
  });
  if (span === null) return sender.send(request);
  const headers = { ...request.headers, traceparent: span.traceparent };
  const attempt = await sender.send({ ...request, headers });
  const { status, error } = attempt;
  const failure = error ?? (status !== null && status >= 400 ? String(status) : null);
  span.end({
    attributes: {
      ...(status !== null && { 'http.response.status_code': status }),
      ...(failure !== null && { 'error.type': failure }),
    },
    isError: failure !== null,
  });
  return attempt;
}

/** Deletes expired traces from time to time. */
export function deleteOldTraces(database: Database, log: Logger): Repetition {
  const onError = logErrors(log, 'deleting traces of events failed');
  return repeat(
    () => DELETE_MS,
    () => deleteOldEventTraces(database).catch(onError),
  );
}
