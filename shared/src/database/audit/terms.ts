import { KINDS, isReversible } from '../../words/kinds.ts';
import { OPERATION_TYPES } from '../../words/operation.ts';
import { joinBatch } from './acceptance.ts';
import { ARCHIVED_BEFORE } from './bounds.ts';

const listOf = (types: readonly string[]): string => types.map((type) => `'${type}'`).join(', ');

/** SQL: the kinds that have terms, and those that can be reversed. */
export const HAS_TERMS = listOf(OPERATION_TYPES.filter((type) => KINDS[type].hasTerms));
const REVERSIBLE = listOf(OPERATION_TYPES.filter(isReversible));

/** The partition in which an operation waits: by its wallet, or by its id if it is a line. */
const PARTITION = `CASE WHEN operation.batch_id IS NULL THEN main.wallet_hash % (SELECT partitions FROM settings)
                 ELSE ('x' || substr(operation.id::text, 16, 3))::bit(12)::int END`;

/**
 * The legs that the terms of an operation require. If it takes everything left, the amount is null: what was left is
 * checked through the sums of its target. A final capture has a second leg if anything is left.
 */
const WANTED = `SELECT 0 AS leg, main.id AS from_id, held.id AS to_id, operation.amount, operation.asset_id, false AS optional
      WHERE operation.type = 'hold'
      UNION ALL
      SELECT 0, held.id, CASE WHEN operation.to_wallet_id IS NULL THEN coalesce(terms.to_account_id, treasury.id) ELSE receiver.id END,
             operation.amount, operation.asset_id, false
      WHERE operation.type = 'capture'
      UNION ALL
      SELECT 1, held.id, main.id, NULL, operation.asset_id, true WHERE operation.type = 'capture' AND terms.final
      UNION ALL
      SELECT 0, held.id, main.id, operation.amount, operation.asset_id, false WHERE operation.type = 'release'
      UNION ALL
      SELECT leg, from_account_id, to_account_id, amount, asset_id, false FROM operation_legs
      WHERE operation_id = CASE operation.type WHEN 'posting' THEN operation.id END
      UNION ALL
      SELECT leg, to_account_id, CASE target.type WHEN 'capture' THEN main.id ELSE from_account_id END,
             CASE target.type WHEN 'posting' THEN amount ELSE operation.amount END, asset_id, false
      FROM movements
      WHERE operation_id = CASE operation.type WHEN 'reversal' THEN target.id END AND (leg = 0 OR target.type <> 'capture')`;

/** What an operation has moved. Checks of the accounts of leg 0 are made for every operation elsewhere. */
const MOVED = `SELECT leg, from_account_id, to_account_id, amount, movements.asset_id, from_version, to_version,
             leg > 0 AND (lost.id IS NULL OR gained.id IS NULL) AS is_nowhere,
             lost.asset_id <> movements.asset_id OR gained.asset_id <> movements.asset_id AS is_mixed
      FROM movements
      LEFT JOIN LATERAL (
        SELECT id, asset_id FROM accounts WHERE id = CASE WHEN leg > 0 THEN from_account_id END OFFSET 0
      ) AS lost ON true
      LEFT JOIN LATERAL (
        SELECT id, asset_id FROM accounts WHERE id = CASE WHEN leg > 0 THEN to_account_id END OFFSET 0
      ) AS gained ON true
      WHERE operation_id = operation.id`;

/** Whether an operation's legs were not moved consecutively: in their order, or for a reversal in reverse. */
const TURNS = `SELECT bool_or(version <> before_version + 1 OR (leg < before_leg) <> (operation.type = 'reversal')) AS are_broken
    FROM (
      SELECT version, leg, lag(version) OVER chain AS before_version, lag(leg) OVER chain AS before_leg
      FROM (
        SELECT from_account_id AS account_id, from_version AS version, leg FROM movements WHERE operation_id = operation.id
        UNION ALL
        SELECT to_account_id, to_version, leg FROM movements WHERE operation_id = operation.id
      ) AS sides
      WINDOW chain AS (PARTITION BY account_id ORDER BY version)
    ) AS chained`;

/**
 * The legs of a posting: as many as its terms say, between main and house accounts, and its wallet is the first that
 * they name.
 */
const LEGS_OF_POSTING = `SELECT count(*) / 2 AS number, coalesce(bool_or(NOT coalesce(is_allowed, false)), false) AS are_wrong,
           (array_agg(wallet_id ORDER BY leg, side) FILTER (WHERE wallet_id IS NOT NULL))[1] AS wallet_id
    FROM operation_legs
    CROSS JOIN LATERAL (VALUES (0, from_account_id), (1, to_account_id)) AS ends (side, account_id)
    LEFT JOIN LATERAL (
      SELECT wallet_id, asset_id = operation_legs.asset_id AND held_of IS NULL
             AND coalesce(partition IN (${PARTITION}, main.wallet_hash % (SELECT partitions FROM settings)), partition IS NULL) AS is_allowed
      FROM accounts WHERE id = ends.account_id OFFSET 0
    ) AS account ON true
    WHERE operation_id = CASE operation.type WHEN 'posting' THEN operation.id END`;

const DO_NOT_FIT = `CASE
               WHEN num_nonnulls(terms.to_account_id, terms.final) > 0 AND operation.type <> 'capture'
                 OR terms.reason IS NOT NULL AND operation.type <> 'release'
                 OR terms.expires_at IS NOT NULL AND operation.type <> 'hold' THEN true
               WHEN operation.type = 'hold' THEN num_nonnulls(terms.target_id, terms.legs) > 0
               WHEN operation.type = 'posting' THEN terms.target_id IS NOT NULL OR terms.legs IS DISTINCT FROM legs.number
                 OR legs.are_wrong OR legs.wallet_id IS DISTINCT FROM operation.wallet_id
               WHEN operation.type NOT IN (${HAS_TERMS}) OR terms.legs IS NOT NULL OR terms.target_id IS NULL THEN true
               WHEN operation.type = 'capture' AND (terms.final IS NULL OR num_nonnulls(operation.to_wallet_id, terms.to_account_id) > 1
                 OR terms.to_account_id IS NOT NULL AND house.asset_id IS DISTINCT FROM operation.asset_id) THEN true
               WHEN terms.reason IS NOT NULL AND hold.expires_at IS NULL
                 OR target.type = 'posting' AND operation.amount IS NOT NULL THEN true
               WHEN target.id IS NULL THEN NOT is_archived
               ELSE (target.wallet_id, target.asset_id) <> (operation.wallet_id, operation.asset_id)
                 OR NOT CASE operation.type WHEN 'reversal' THEN target.type IN (${REVERSIBLE}) ELSE target.type = 'hold' END
             END`;

/** What was scheduled may have its place only behind what names it. */
const WAS_THERE = 'target.batch_id IS NULL AND target.seq < coalesce(operation.seq, batch.seq)';

/**
 * Whether the reason of a failure is impossible. What is left of a hold or an operation only decreases, so an amount
 * that suffices now sufficed then. Lines of an atomic batch, and operations that wait for one, are skipped: their
 * target may have appeared since.
 */
const WRONGLY_REFUSED = `CASE
               WHEN batch.atomic THEN false
               WHEN failure.error_code = 'hold_closed' THEN hold.remaining > 0 AND ${WAS_THERE}
               WHEN failure.error_code = 'hold_exceeded' THEN coalesce(operation.amount <= hold.remaining, operation.amount IS NULL)
               WHEN failure.error_code = 'operation_not_succeeded' THEN back.operation_id IS NOT NULL AND ${WAS_THERE}
               WHEN failure.error_code = 'reversal_exceeds_operation'
                 THEN coalesce(operation.amount, 1) <= coalesce(reversed.amount - reversed.reversed, back.amount)
               WHEN failure.error_code = 'insufficient_funds' THEN operation.type IN ('capture', 'release')
             END`;

/**
 * P1: terms belong to an operation of a kind that has terms, and fit it. P3: what it moved is what its terms say,
 * between the accounts they name, in the order of its legs; what it moved of a hold or reversed of an operation is
 * stored; and its rejection had a valid reason.
 */
export const TERMS = `SELECT checked.* FROM operation_terms AS terms
  LEFT JOIN LATERAL (
    SELECT id, seq, type, wallet_id, to_wallet_id, amount, asset_id, batch_id FROM operations WHERE id = terms.operation_id OFFSET 0
  ) AS operation ON true
  LEFT JOIN LATERAL (
    SELECT id, seq, type, wallet_id, asset_id, batch_id FROM operations WHERE id = terms.target_id OFFSET 0
  ) AS target ON true
  ${joinBatch('operation', 'batch')}
  LEFT JOIN LATERAL (SELECT error_code FROM failures WHERE operation_id = operation.id OFFSET 0) AS failure ON true
  LEFT JOIN LATERAL (
    SELECT operation_id FROM movements WHERE operation_id = CASE WHEN failure.error_code IS NULL THEN operation.id END LIMIT 1
  ) AS movement ON true
  LEFT JOIN LATERAL (
    SELECT operation_id, amount FROM movements
    WHERE operation_id = CASE WHEN failure.error_code IS NOT NULL THEN target.id END AND leg = 0 OFFSET 0
  ) AS back ON true
  LEFT JOIN LATERAL (SELECT id, wallet_hash FROM accounts WHERE wallet_id = operation.wallet_id OFFSET 0) AS main ON true
  LEFT JOIN LATERAL (SELECT id FROM accounts WHERE held_of = operation.wallet_id OFFSET 0) AS held ON true
  LEFT JOIN LATERAL (SELECT id FROM accounts WHERE wallet_id = operation.to_wallet_id OFFSET 0) AS receiver ON true
  LEFT JOIN LATERAL (
    SELECT asset_id FROM accounts WHERE id = terms.to_account_id AND system IS NOT NULL AND partition IS NULL OFFSET 0
  ) AS house ON true
  LEFT JOIN LATERAL (
    SELECT id FROM accounts
    WHERE system = CASE operation.type WHEN 'capture' THEN 'treasury' END AND asset_id = operation.asset_id AND partition = ${PARTITION}
    OFFSET 0
  ) AS treasury ON true
  LEFT JOIN LATERAL (
    SELECT operation_id, remaining, expires_at FROM holds
    WHERE operation_id = CASE WHEN operation.type = 'hold' THEN operation.id
                              WHEN operation.type IN ('capture', 'release') THEN terms.target_id END OFFSET 0
  ) AS hold ON true
  LEFT JOIN LATERAL (
    SELECT operation_id, amount, reversed FROM reversed_operations
    WHERE operation_id = CASE operation.type WHEN 'reversal' THEN terms.target_id END OFFSET 0
  ) AS reversed ON true
  CROSS JOIN LATERAL (SELECT (terms.target_id < ${ARCHIVED_BEFORE}) IS TRUE AS is_archived) AS past
  LEFT JOIN LATERAL (
    SELECT CASE WHEN is_nowhere THEN 'entry_without_account_or_operation' WHEN is_mixed THEN 'asset_mismatch'
                ELSE 'entries_not_of_terms' END AS violation,
           format('%s moves %s from account %s to account %s under leg %s, by its terms %s from account %s to account %s',
                  operation.type, coalesce(moved.amount::text, 'nothing'), from_account_id, to_account_id, leg,
                  coalesce(wanted.amount::text, CASE WHEN wanted.asset_id IS NULL THEN 'nothing' ELSE 'what is left' END),
                  from_id, to_id) AS detail
    FROM (${MOVED}) AS moved
    FULL JOIN (${WANTED}) AS wanted USING (leg)
    WHERE movement.operation_id IS NOT NULL AND operation.type IN (${HAS_TERMS})
      AND NOT (operation.type = 'reversal' AND target.id IS NULL AND is_archived)
      AND (is_nowhere OR is_mixed OR wanted.asset_id IS NULL OR moved.asset_id IS NULL AND NOT optional
        OR moved.asset_id IS NOT NULL
          AND (moved.from_account_id, moved.to_account_id, moved.asset_id, moved.amount)
            IS DISTINCT FROM (from_id, to_id, wanted.asset_id, coalesce(wanted.amount, moved.amount)))
    ORDER BY is_nowhere DESC, is_mixed DESC, leg LIMIT 1
  ) AS posted ON true
  LEFT JOIN LATERAL (${TURNS}) AS turns ON true
  LEFT JOIN LATERAL (${LEGS_OF_POSTING}) AS legs ON true
  CROSS JOIN LATERAL (
    SELECT CASE WHEN operation.id IS NULL THEN 'terms_without_operation'
                WHEN ${DO_NOT_FIT} THEN 'terms_not_of_operation' END AS fit,
           CASE WHEN turns.are_broken THEN 'legs_out_of_order' END AS turn,
           CASE WHEN movement.operation_id IS NOT NULL AND NOT is_archived THEN
             CASE WHEN operation.type IN ('hold', 'capture', 'release') AND hold.operation_id IS NULL THEN 'hold_missing'
                  WHEN operation.type = 'reversal' AND reversed.operation_id IS NULL THEN 'reversed_operation_missing' END END AS kept,
           CASE WHEN ${WRONGLY_REFUSED} THEN 'outcome_not_of_entry' END AS told
    OFFSET 0
  ) AS found
  CROSS JOIN LATERAL (VALUES
    (fit, format('%s, target %s', coalesce(operation.type, 'none'), terms.target_id)),
    (posted.violation, posted.detail),
    (turn, format('the legs of the %s', operation.type)),
    (kept, format('%s of %s has moved something', operation.type, coalesce(terms.target_id, operation.id))),
    (told, format('%s of %s failed with %s', operation.type, coalesce(operation.amount::text, 'what is left'), failure.error_code))
  ) AS said (violation, detail)
  CROSS JOIN LATERAL (SELECT said.violation, 'operation ' || terms.operation_id AS subject, said.detail) AS checked
  WHERE terms.operation_id > $1 AND terms.operation_id <= $2
    AND num_nonnulls(fit, posted.violation, turn, kept, told) > 0 AND said.violation IS NOT NULL`;

/** P1: legs belong to a posting with that many. */
export const LEGS = `SELECT 'legs_not_of_operation' AS violation, 'operation ' || operation_legs.operation_id AS subject,
         format('has leg %s, of %s', leg, coalesce(terms.legs, 0)) AS detail
  FROM operation_legs
  LEFT JOIN LATERAL (
    SELECT legs FROM operation_terms WHERE operation_id = operation_legs.operation_id OFFSET 0
  ) AS terms ON true
  WHERE operation_legs.operation_id > $1 AND operation_legs.operation_id <= $2 AND (leg < terms.legs) IS NOT TRUE`;
