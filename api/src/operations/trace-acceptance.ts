import type { Tracing } from '@wallet/shared/process/tracing';
import type { AcceptOperation } from './accept-operation.ts';

/**
 * Makes acceptance a span of its request, if that is traced: from the request's turn to the commit. The worker's spans
 * for the operation are children of it.
 */
export function traceAcceptance(tracing: Tracing, accept: AcceptOperation): AcceptOperation {
  return async (operation) => {
    const parent = operation.origin?.traceparent ?? null;
    if (!operation.origin || parent === null) return accept(operation);
    const span = tracing.start({
      ...{ name: 'send pending_operations', kind: 'producer', parent },
      attributes: () => ({
        'messaging.system': 'wallet',
        'messaging.destination.name': 'pending_operations',
        'messaging.destination.partition.id': String(operation.partition),
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'send',
        'messaging.message.id': operation.id,
        'wallet.operation.type': operation.type,
      }),
    });
    if (span === null) return accept(operation);
    try {
      const origin = { ...operation.origin, traceparent: span.traceparent };
      const acceptance = await accept({ ...operation, origin });
      span.end({ attributes: { 'wallet.acceptance': acceptance.kind } });
      return acceptance;
    } catch (error) {
      const type = error instanceof Error ? error.constructor.name : 'unknown';
      span.end({ attributes: { 'error.type': type }, isError: true });
      throw error;
    }
  };
}
