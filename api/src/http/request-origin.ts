import type { Origin } from '@wallet/shared/database/tables/operations';
import { newId } from '@wallet/shared/words/ids';
import type { Response } from 'express';

/**
 * What an operation that a request asks for is called, and where it comes from. A request that its caller gave no name has the id
 * of its operation: so the two are found by each other in the logs of API and worker, and nothing is stored for that.
 */
export interface RequestOrigin {
  readonly operationId: string;
  readonly origin: Origin | null;
}

export function originOf({ locals }: Response): RequestOrigin {
  const { requestId, isNamed, traceparent = null } = locals;
  if (isNamed) return { operationId: newId(), origin: { requestId, traceparent } };
  return { operationId: requestId, origin: traceparent === null ? null : { requestId: null, traceparent } };
}
