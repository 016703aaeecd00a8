import type { RejectionCode } from '@wallet/shared/words/rejection';

/** What can be done about an operation that was rejected, for every code. */
export const REJECTION_CURES = {
  hold_closed: 'Make another hold, if the amount is still needed.',
  hold_exceeded: 'Ask for what remains of the hold, or leave out the amount.',
  operation_not_succeeded: 'Nothing has to be taken back.',
  reversal_exceeds_operation: 'Ask for what was not reversed yet, or leave out the amount.',
  asset_not_transferable: 'Use wallets of an asset whose `transferable` is true.',
  wallet_closed: 'Use another wallet.',
  wallet_frozen: 'Set the wallet to `active`, and ask again under another idempotency key.',
  insufficient_funds: 'Credit the wallet, or ask for less, under another idempotency key.',
  balance_limit_exceeded: 'Move an amount out of the wallet first.',
  cancelled: 'Ask again under another idempotency key, if it is still wanted.',
  other_line_failed: 'Correct the line that failed for another reason, and retry the batch.',
  internal_error: 'Ask again under another idempotency key, and report the id of the operation to the operator.',
} as const satisfies Record<RejectionCode, string>;
