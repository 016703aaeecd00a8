import type { RejectionCode } from '@wallet/shared/words/rejection';

/** What can be done about a rejected operation, for every code. */
export const REJECTION_CURES = {
  hold_closed: 'Create another hold if the amount is still needed.',
  hold_exceeded: 'Use an amount within the remainder of the hold, or leave it out.',
  operation_not_succeeded: 'Nothing has to be reversed.',
  reversal_exceeds_operation: 'Use an amount within the part that was not reversed yet, or leave it out.',
  asset_not_transferable: 'Use wallets of an asset whose `transferable` is true.',
  wallet_closed: 'Use another wallet.',
  wallet_frozen: 'Set the wallet to `active`, and submit the operation under another idempotency key.',
  insufficient_funds: 'Credit the wallet, or submit a smaller amount, under another idempotency key.',
  balance_limit_exceeded: 'Move an amount out of the wallet first.',
  cancelled: 'If it is still needed, submit it under another idempotency key.',
  other_line_failed: 'Correct the line that failed for another reason, and retry the batch.',
  internal_error: 'Submit it under another idempotency key, and report the id of the operation to the operator.',
} as const satisfies Record<RejectionCode, string>;
