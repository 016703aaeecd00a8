/**
 * SQL about the order of acceptance: an operation's position is its own or its batch's, and then the line. It is
 * expressed as one number, so that positions can be compared and stored.
 */
const placeOf = (operation: string, batch: string): string =>
  `coalesce(${operation}.seq, ${batch}.seq)::numeric * 4294967296 + coalesce(${operation}.line, 0)`;

/** Joins `batch`, the batch of a line: all null for a single operation. */
export const joinBatch = (operation: string, batch: string): string => `LEFT JOIN LATERAL (
    SELECT id, seq, atomic, finished_at FROM batches WHERE id = ${operation}.batch_id OFFSET 0
  ) AS ${batch} ON true`;

/** The position in the order; null for a line of an atomic batch, which has none. */
export const acceptedAs = (operation: string, batch: string): string =>
  `CASE WHEN ${batch}.atomic IS NOT TRUE THEN ${placeOf(operation, batch)} END`;

/**
 * Whether an operation of a wallet that was accepted later than the given one has ended. It looks at the next ids, and
 * at the last movements of the wallet and of its held account: movements are checked to follow the order of acceptance,
 * so the last one stands for all.
 */
export const wasOvertaken = (waiting: { wallet: string; id: string; accepted: string }): string => `EXISTS (
    SELECT FROM (
      SELECT id, wallet_id, seq, line, batch_id FROM operations
      WHERE (wallet_id, id) > (${waiting.wallet}, ${waiting.id}) AND wallet_id = ${waiting.wallet}
      ORDER BY wallet_id, id LIMIT ${NEAR}
    ) AS later
    ${joinBatch('later', 'later_batch')}
    LEFT JOIN LATERAL (
      SELECT operation_id FROM movements WHERE operation_id = later.id AND leg = 0
      UNION ALL SELECT operation_id FROM failures WHERE operation_id = later.id LIMIT 1
    ) AS ended ON true
    WHERE ended.operation_id IS NOT NULL AND ${acceptedAs('later', 'later_batch')} > ${waiting.accepted}
  ) OR EXISTS (
    SELECT FROM (
      SELECT id FROM accounts WHERE wallet_id = ${waiting.wallet} UNION ALL SELECT id FROM accounts WHERE held_of = ${waiting.wallet}
    ) AS accounts
    CROSS JOIN LATERAL (
      (SELECT operation_id FROM movements WHERE from_account_id = accounts.id ORDER BY from_version DESC LIMIT ${NEAR})
      UNION ALL
      (SELECT operation_id FROM movements WHERE to_account_id = accounts.id ORDER BY to_version DESC LIMIT ${NEAR})
    ) AS moved
    CROSS JOIN LATERAL (
      SELECT seq, line, batch_id FROM operations
      WHERE id = moved.operation_id AND wallet_id = ${waiting.wallet} OFFSET 0
    ) AS done
    ${joinBatch('done', 'done_batch')}
    WHERE ${acceptedAs('done', 'done_batch')} > ${waiting.accepted}
  )`;

const NEAR = 20;
