import type { PendingOperation } from '@wallet/shared/database/tables/pending-operations';
import type { Span, Tracing } from '@wallet/shared/process/tracing';
import type { Outcome } from '@wallet/shared/ledger/plan';

interface Processing {
  readonly span: Span;
  readonly startedAt: Date;
}

/** The spans of operations that are being applied, by their ids: only of those whose requests are sampled. */
export type OperationSpans = ReadonlyMap<string, Processing>;

const NONE: OperationSpans = new Map();
const DESTINATION = 'pending_operations';

/**
 * Starts a span for each traced operation. After a rollback it is started again: spans that are never ended are not
 * exported.
 */
export function startSpans(tracing: Tracing | null, operations: readonly PendingOperation[]): OperationSpans {
  if (tracing === null) return NONE;
  const now = new Date();
  const spans = new Map<string, Processing>();
  for (const { id, partition, type, origin } of operations) {
    if (origin?.traceparent == null) continue;
    const span = tracing.start({
      ...{ name: `process ${DESTINATION}`, kind: 'consumer', parent: origin.traceparent, startedAt: now },
      attributes: () => ({
        'messaging.system': 'wallet',
        'messaging.destination.name': DESTINATION,
        'messaging.destination.partition.id': String(partition),
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.message.id': id,
        'wallet.operation.type': type,
      }),
    });
    if (span !== null) spans.set(id, { span, startedAt: now });
  }
  return spans;
}

/** Ends the spans of committed operations, and reports how long each operation had waited before. */
export function endSpans(
  tracing: Tracing | null,
  spans: OperationSpans,
  applied: readonly { readonly operation: PendingOperation; readonly outcome: Outcome }[],
): void {
  if (tracing === null || spans.size === 0) return;
  for (const { operation, outcome } of applied) {
    const processing = spans.get(operation.id);
    if (processing === undefined || operation.origin === null) continue;
    const { acceptedAt, traceparent } = operation.origin;
    const waiting = tracing.start({
      ...{ name: `wait ${DESTINATION}`, kind: 'internal', parent: traceparent ?? undefined },
      startedAt: new Date(acceptedAt),
      attributes: () => ({ 'messaging.message.id': operation.id }),
    });
    waiting?.end({ endedAt: processing.startedAt });
    processing.span.end(resultOf(outcome));
  }
}

/** A rejection is a normal outcome; only `internal_error` is a failure of ours. */
function resultOf({ rejection }: Outcome): Parameters<Span['end']>[0] {
  if (rejection === null) return { attributes: { 'wallet.operation.status': 'succeeded' } };
  const isError = rejection === 'internal_error';
  const code = { 'wallet.operation.status': 'failed', 'wallet.operation.error_code': rejection };
  return { attributes: isError ? { ...code, 'error.type': rejection } : code, isError };
}
