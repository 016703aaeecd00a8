/** A request to move an amount, as accepted. `pending`, then `succeeded` or `failed`, once. */

/**
 * Which way each type of operation moves its amount: `in` to its wallet from the treasury, `out` of it to the treasury, or
 * `across` from it to another wallet. The law of the ledger holds the same (`check_added_outcomes`); a test compares them.
 */
export const DIRECTION_OF = {
  deposit: 'in',
  withdraw: 'out',
  resupply: 'in',
  transfer: 'across',
  top_up: 'in',
  bonus: 'in',
  spend: 'out',
} as const satisfies Record<string, 'in' | 'out' | 'across'>;

export type OperationType = keyof typeof DIRECTION_OF;

export const OPERATION_TYPES = Object.keys(DIRECTION_OF) as [OperationType, ...OperationType[]];

/**
 * An operation of high priority does not wait for other wallets' operations of low priority. Those of one wallet keep their
 * order, whatever their priorities.
 */
export const PRIORITIES = ['high', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const OPERATION_STATUSES = ['pending', 'succeeded', 'failed'] as const;
export type OperationStatus = (typeof OPERATION_STATUSES)[number];

export const WALLET_STATUSES = ['active', 'frozen', 'closed'] as const;
export type WalletStatus = (typeof WALLET_STATUSES)[number];

/** The longest description, in characters. */
export const DESCRIPTION_LIMIT = 500;

/** An idempotency key or a reference: safe in a header, a log line and a URL. */
export const KEY_PATTERN = /^[A-Za-z0-9_.:-]{1,255}$/;
