/** Why an operation failed. Stable: callers branch on these. */
export const REJECTION_CODES = [
  'hold_closed',
  'hold_exceeded',
  'operation_not_succeeded',
  'reversal_exceeds_operation',
  'asset_not_transferable',
  'wallet_closed',
  'wallet_frozen',
  'insufficient_funds',
  'balance_limit_exceeded',
  'cancelled',
  'other_line_failed',
  'internal_error',
] as const;
export type RejectionCode = (typeof REJECTION_CODES)[number];

const MESSAGES = {
  hold_closed: 'Nothing is left of the hold: it was captured or released, has expired, or never succeeded.',
  hold_exceeded: 'The amount exceeds what is left of the hold.',
  operation_not_succeeded: 'The operation to reverse has not succeeded: nothing can be taken back.',
  reversal_exceeds_operation:
    'The amount exceeds what is left of the operation to reverse: the rest was reversed ' + 'before.',
  asset_not_transferable: 'The asset cannot be transferred between wallets.',
  wallet_closed: 'A wallet of the operation is closed.',
  wallet_frozen: 'A wallet of the operation is frozen.',
  insufficient_funds: 'The paying wallet or house account has less available than the amount.',
  balance_limit_exceeded: 'The credited wallet would exceed the highest balance that a wallet can have.',
  cancelled: 'The batch was cancelled before the operation was applied.',
  other_line_failed: 'Another line of the atomic batch failed, so none was applied.',
  internal_error: 'The operation could not be applied. Nothing was moved.',
} as const satisfies Record<RejectionCode, string>;

/** A sentence for people. It may be reworded; the code may not. */
export function describeRejection(code: RejectionCode): string {
  return MESSAGES[code];
}
