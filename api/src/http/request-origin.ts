import type { Origin } from '@wallet/shared/database/tables/operations';
import { newId } from '@wallet/shared/words/ids';
import type { Response } from 'express';

/**
 * The name and origin of an operation requested by a caller. A request without an id from its caller gets the id of its
 * operation: so the logs of API and worker can be matched, and nothing is stored for it.
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
