import type { UsableKey } from '@wallet/shared/words/api-key';
import type { Actor } from '@wallet/shared/database/tables/audit-log';
import type { Response } from 'express';

declare global {
  // The way Express offers to type `response.locals`.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    interface Locals {
      /** The key of an admitted request; null is any caller, as long as there are no keys. */
      key?: UsableKey | null;
    }
  }
}

/** The caller, for the audit log. */
export function actorOf(response: Response): Actor {
  const { key, requestId } = response.locals;
  return key ? { actor: 'key', keyId: key.id, requestId } : { actor: 'anonymous', keyId: null, requestId };
}
