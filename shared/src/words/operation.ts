import { KINDS } from './kinds.ts';

/**
 * A request to move an amount, as accepted: `scheduled` until it is due, if it has a time; `pending`; then `succeeded`
 * or `failed`, once.
 */

export type OperationType = keyof typeof KINDS;

export const OPERATION_TYPES = Object.keys(KINDS) as [OperationType, ...OperationType[]];

/**
 * An operation of high priority does not wait for other wallets' operations of low priority. Those of one wallet keep
 * their order, whatever their priorities.
 */
export const PRIORITIES = ['high', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const OPERATION_STATUSES = ['scheduled', 'pending', 'succeeded', 'failed'] as const;
export type OperationStatus = (typeof OPERATION_STATUSES)[number];

/** A line of a batch is never scheduled. */
export const LINE_STATUSES = ['pending', 'succeeded', 'failed'] as const satisfies readonly OperationStatus[];
export type LineStatus = (typeof LINE_STATUSES)[number];

export const WALLET_STATUSES = ['active', 'frozen', 'closed'] as const;
export type WalletStatus = (typeof WALLET_STATUSES)[number];

/** The longest description, in characters. */
export const DESCRIPTION_LIMIT = 500;

/** An idempotency key or a reference: safe in a header, a log line and a URL. */
export const KEY_PATTERN = /^[A-Za-z0-9_.:-]{1,255}$/;
