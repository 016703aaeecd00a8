/** A request to move an amount, as accepted. `pending`, then `succeeded` or `failed`, once. */

export const OPERATION_TYPES = ['deposit', 'withdraw'] as const;
export type OperationType = (typeof OPERATION_TYPES)[number];

export type Priority = 'high' | 'low';

export type OperationStatus = 'pending' | 'succeeded' | 'failed';

export type WalletStatus = 'active' | 'frozen' | 'closed';

/** The longest description, in characters. */
export const DESCRIPTION_LIMIT = 500;

/** An idempotency key or a reference: safe in a header, a log line and a URL. */
export const KEY_PATTERN = /^[A-Za-z0-9_.:-]{1,255}$/;
