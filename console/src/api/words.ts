import type { Batch, EventType, Delivery, Operation, OperationType, Scope, Wallet } from './resources.ts';

/** The words of the API that pages let people choose from. A word that is missing here, or not in the document, does not compile. */

export const SCOPES = wordsOf<Scope>({
  'operations:read': true,
  'operations:write': true,
  'wallets:read': true,
  'wallets:write': true,
  'webhooks:admin': true,
  'events:read': true,
  'assets:admin': true,
  'access:admin': true,
});

const REVERSIBLE: Readonly<Record<OperationType, boolean>> = {
  ...{ deposit: true, withdraw: true, resupply: true, transfer: true, top_up: true, bonus: true, spend: true },
  ...{ hold: false, capture: true, release: false, reversal: false, posting: true },
};
export const OPERATION_TYPES = wordsOf(REVERSIBLE);

export function isReversible(type: OperationType): boolean {
  return REVERSIBLE[type];
}

export const OPERATION_STATUSES = wordsOf<Operation['status']>({
  ...{ scheduled: true, pending: true, succeeded: true, failed: true },
});
export const WALLET_STATUSES = wordsOf<Wallet['status']>({ active: true, frozen: true, closed: true });
export const BATCH_STATUSES = wordsOf<Batch['status']>({ pending: true, processing: true, completed: true });
export const PRIORITIES = wordsOf<Batch['priority']>({ high: true, low: true });
export const DELIVERY_STATUSES = wordsOf<Delivery['status']>({ pending: true, succeeded: true, failed: true });
export const EVENT_TYPES = wordsOf<EventType>({
  'operation.succeeded': true,
  'operation.failed': true,
  'batch.completed': true,
  'wallet.activated': true,
  'wallet.frozen': true,
  'wallet.closed': true,
  'webhook_endpoint.disabled': true,
  'webhook_endpoint.test': true,
});

/** The words of a table, in its order. */
function wordsOf<Word extends string>(table: Readonly<Record<Word, unknown>>): readonly Word[] {
  return Object.keys(table) as Word[];
}
