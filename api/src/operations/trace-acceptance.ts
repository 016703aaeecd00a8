import type { NewOperation, Origin } from '@wallet/shared/database/tables/operations';
import type { Tracing } from '@wallet/shared/process/tracing';
import type { AcceptOperation, Acceptance } from './accept-operation.ts';

/**
 * Makes acceptance a span of its request, if that is traced: from the request's turn to the commit. The worker's spans
 * for the operation are children of it.
 */
export function traceAcceptance(tracing: Tracing, accept: AcceptOperation): AcceptOperation {
  // Operations that are not traced, which are most, pay for no promise of this one.
  return (operation) => {
    const { origin } = operation;
    const parent = origin?.traceparent;
    return origin == null || parent == null ? accept(operation) : acceptTraced(operation, origin, parent);
  };

  async function acceptTraced(operation: NewOperation, origin: Origin, parent: string): Promise<Acceptance> {
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
      const acceptance = await accept({ ...operation, origin: { ...origin, traceparent: span.traceparent } });
      span.end({ attributes: { 'wallet.acceptance': acceptance.kind } });
      return acceptance;
    } catch (error) {
      const type = error instanceof Error ? error.constructor.name : 'unknown';
      span.end({ attributes: { 'error.type': type }, isError: true });
      throw error;
    }
  }
}
