import { KINDS, type Party, signOf } from '../../words/kinds.ts';
import { OPERATION_TYPES } from '../../words/operation.ts';
import type { Client } from '../pool.ts';
import { acceptedAs, joinBatch } from './acceptance.ts';
import { LAST_ID } from './bounds.ts';
import type { Pieces, Violation } from './pieces.ts';
import { HAS_TERMS, LEGS, TERMS } from './terms.ts';

/**
 * Checks operations, their terms, movements and failures in the order of the operations' ids. Everything about one
 * operation is read in one snapshot.
 * @param after the id after which to begin.
 */
export async function* checkOperations(
  pieces: Pieces,
  tell: (violation: Violation) => void,
  from: string,
): AsyncGenerator<string> {
  let after = from;
  // Operations accepted from now on are not examined, so this terminates.
  const end = await pieces.read(readLastId);
  while (after < end) {
    const piece = await pieces.read(async (client, rows) => {
      const upTo = (await readBound(client, after, rows)) ?? LAST_ID;
      const found: Violation[] = [];
      const checks = (await haveTerms(client, after, upTo)) ? [...CHECKS, TERMS, LEGS] : CHECKS;
      for (const check of checks) found.push(...(await client.query<Violation>(check, [after, upTo])).rows);
      return { upTo, found };
    });
    piece.found.forEach(tell);
    after = piece.upTo;
    yield after;
  }
}

async function readLastId(client: Client): Promise<string> {
  const { rows } = await client.query<{ id: string | null }>(
    `SELECT greatest((SELECT id FROM operations ORDER BY id DESC LIMIT 1),
                     (SELECT operation_id FROM movements ORDER BY operation_id DESC LIMIT 1),
                     (SELECT operation_id FROM failures ORDER BY operation_id DESC LIMIT 1),
                     (SELECT operation_id FROM operation_terms ORDER BY operation_id DESC LIMIT 1),
                     (SELECT operation_id FROM operation_legs ORDER BY operation_id DESC LIMIT 1)) AS id`,
  );
  return rows[0]?.id ?? '';
}

/**
 * An id after `after` up to which no table has many more than `rows` rows: the last operation may have 100 legs. Null
 * if there are no more than that.
 */
async function readBound(client: Client, after: string, rows: number): Promise<string | null> {
  const found = await client.query<{ id: string | null }>(
    `SELECT least((SELECT id FROM operations WHERE id > $1 ORDER BY id OFFSET $2 LIMIT 1),
                  (SELECT operation_id FROM movements WHERE operation_id > $1 ORDER BY operation_id OFFSET $2 LIMIT 1),
                  (SELECT operation_id FROM failures WHERE operation_id > $1 ORDER BY operation_id OFFSET $2 LIMIT 1),
                  (SELECT operation_id FROM operation_terms WHERE operation_id > $1 ORDER BY operation_id OFFSET $2 LIMIT 1),
                  (SELECT operation_id FROM operation_legs WHERE operation_id > $1 ORDER BY operation_id OFFSET $2 LIMIT 1)) AS id`,
    [after, rows - 1],
  );
  return found.rows[0]?.id ?? null;
}

/** Whether there are terms to check: planning that query takes as long as checking hundreds of operations. */
async function haveTerms(client: Client, after: string, upTo: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(
    `SELECT EXISTS (SELECT FROM operation_terms WHERE operation_id > $1 AND operation_id <= $2)
       OR EXISTS (SELECT FROM operation_legs WHERE operation_id > $1 AND operation_id <= $2) AS found`,
    [after, upTo],
  );
  return rows[0]?.found ?? false;
}

/** The sign of each simple kind's movement on the account of a party; null if it has none. */
const signOn = (party: Party): string => {
  const signs = OPERATION_TYPES.filter((type) => !KINDS[type].hasTerms).map(
    (type) => `WHEN '${type}' THEN ${signOf(KINDS[type], party) ?? 'NULL'}`,
  );
  return `CASE operations.type ${signs.join(' ')} END::int`;
};

/** The movement of an operation on the account of a wallet, by its sign. */
const movedOn = (wallet: string): string =>
  `CASE ${wallet} WHEN gained.wallet_id THEN movement.amount WHEN lost.wallet_id THEN -movement.amount END`;

/**
 * What the treasury of the operation has gained: in the operation's asset, in the partition of its wallet, or of its id
 * if it is a line.
 */
const treasury = (side: string): string => `${side}.system = 'treasury' AND ${side}.asset_id = operations.asset_id
        AND ${side}.partition = CASE WHEN operations.batch_id IS NULL
          THEN coalesce(CASE operations.wallet_id WHEN gained.wallet_id THEN gained.wallet_hash WHEN lost.wallet_id THEN lost.wallet_hash END,
                        home.wallet_hash) % (SELECT partitions FROM settings)
          ELSE ('x' || substr(operations.id::text, 16, 3))::bit(12)::int END`;

const KEY_HASH = "encode(substr(sha256(convert_to(operations.idempotency_key, 'UTF8')), 1, 16), 'hex')::uuid";

/**
 * P1: every operation is scheduled, pending or final, and one that moved anything moved its amount once, between the
 * accounts of its kind; movements of operations with terms are checked with the terms. P3: an operation has one asset,
 * from the operation to the account. And its key is its own; a line of a finished batch may have lost it.
 */
const OPERATIONS = `SELECT checked.* FROM operations
  LEFT JOIN LATERAL (
    SELECT * FROM movements WHERE operation_id = operations.id AND leg = 0 OFFSET 0
  ) AS movement ON true
  LEFT JOIN LATERAL (SELECT operation_id FROM failures WHERE operation_id = operations.id OFFSET 0) AS failure ON true
  LEFT JOIN LATERAL (
    SELECT CASE WHEN movement.operation_id IS NULL AND failure.operation_id IS NULL THEN operations.wallet_id END AS wallet_id,
           CASE WHEN movement.operation_id IS NULL AND failure.operation_id IS NULL THEN operations.batch_id END AS batch_id
  ) AS unfinished ON true
  LEFT JOIN LATERAL (
    -- As pairs, so that no other index can be used.
    SELECT true AS waits FROM pending_operations
    WHERE (wallet_id, seq) >= (unfinished.wallet_id, operations.seq) AND (wallet_id, seq) <= (unfinished.wallet_id, operations.seq)
      AND operation_id = operations.id
    LIMIT 1
  ) AS queued ON true
  LEFT JOIN LATERAL (
    SELECT true AS waits FROM batch_parts
    WHERE batch_id = unfinished.batch_id AND operations.id > after_id AND operations.id <= last_id LIMIT 1
  ) AS part ON true
  LEFT JOIN LATERAL (
    SELECT true AS waits FROM scheduled_operations
    WHERE operation_id = CASE WHEN unfinished.wallet_id IS NOT NULL AND operations.seq IS NULL AND operations.batch_id IS NULL
                              THEN operations.id END
    OFFSET 0
  ) AS schedule ON true
  LEFT JOIN LATERAL (
    SELECT id, wallet_id, system, partition, asset_id, wallet_hash FROM accounts WHERE id = movement.from_account_id OFFSET 0
  ) AS lost ON true
  LEFT JOIN LATERAL (
    SELECT id, wallet_id, system, partition, asset_id, wallet_hash FROM accounts WHERE id = movement.to_account_id OFFSET 0
  ) AS gained ON true
  LEFT JOIN LATERAL (
    SELECT wallet_hash FROM accounts
    WHERE wallet_id = CASE WHEN movement.operation_id IS NULL OR operations.wallet_id IN (lost.wallet_id, gained.wallet_id) THEN NULL
                           ELSE operations.wallet_id END OFFSET 0
  ) AS home ON true
  LEFT JOIN LATERAL (SELECT asset_id FROM wallets WHERE id = operations.wallet_id OFFSET 0) AS wallet ON true
  ${joinBatch('operations', 'batch')}
  LEFT JOIN LATERAL (
    SELECT operation_id FROM operation_keys
    WHERE key_hash = CASE WHEN batch.finished_at IS NULL THEN ${KEY_HASH} END OFFSET 0
  ) AS key ON true
  CROSS JOIN LATERAL (
    SELECT operations.amount * ${signOn('wallet')} AS on_wallet, operations.amount * ${signOn('receiver')} AS on_receiver,
           operations.amount * ${signOn('treasury')} AS on_treasury,
           ${movedOn('operations.wallet_id')} AS moved, ${movedOn('operations.to_wallet_id')} AS received,
           CASE WHEN ${treasury('gained')} THEN movement.amount WHEN ${treasury('lost')} THEN -movement.amount END AS issued
    OFFSET 0
  ) AS posted
  CROSS JOIN LATERAL (
    SELECT CASE
             WHEN movement.operation_id IS NOT NULL AND failure.operation_id IS NOT NULL THEN 'entries_of_unsucceeded_operation'
             WHEN unfinished.wallet_id IS NOT NULL AND queued.waits IS NULL AND part.waits IS NULL AND schedule.waits IS NULL THEN 'operation_lost'
           END AS ending,
           CASE
             WHEN movement.operation_id IS NULL OR failure.operation_id IS NOT NULL THEN NULL
             WHEN lost.id IS NULL OR gained.id IS NULL THEN 'entry_without_account_or_operation'
             WHEN operations.type IN (${HAS_TERMS}) THEN NULL
             WHEN (moved, received, issued) IS NOT DISTINCT FROM (on_wallet, on_receiver, on_treasury) THEN NULL
             WHEN moved = -on_wallet THEN 'entries_against_direction'
             WHEN moved IS NULL OR on_receiver IS NOT NULL AND received IS NULL THEN 'entries_on_wrong_wallet'
             WHEN moved = on_wallet THEN 'entries_on_wrong_house_account'
             ELSE 'entries_not_of_operation'
           END AS posting,
           CASE WHEN wallet.asset_id IS DISTINCT FROM operations.asset_id
                  OR movement.asset_id <> lost.asset_id OR movement.asset_id <> gained.asset_id THEN 'asset_mismatch' END AS asset,
           CASE WHEN lost.asset_id <> gained.asset_id THEN 'entries_unbalanced' END AS balance,
           CASE WHEN operations.idempotency_key IS NOT NULL AND batch.finished_at IS NULL
                  AND key.operation_id IS DISTINCT FROM operations.id THEN 'operation_without_key' END AS key,
           CASE WHEN operations.batch_id IS NOT NULL AND (batch.id IS NULL
                  OR (left(operations.id::text, 15), substr(operations.id::text, 19, 13))
                    <> (left(operations.batch_id::text, 15), substr(operations.batch_id::text, 19, 13)))
                THEN 'line_not_of_batch' END AS line,
           -- As a value: a join would be one more look-up for every operation.
           CASE WHEN operations.type IN (${HAS_TERMS})
                  AND (SELECT operation_id FROM operation_terms WHERE operation_id = operations.id) IS NULL
                THEN 'operation_without_terms' END AS terms
    OFFSET 0
  ) AS found
  -- Only for what is wrong with any of them.
  CROSS JOIN LATERAL (VALUES
    (ending, CASE WHEN operations.batch_id IS NULL THEN 'wallet ' || operations.wallet_id
                  ELSE format('line %s of batch %s', operations.line, operations.batch_id) END),
    (posting, format('%s of %s moved %s from account %s to account %s', operations.type, operations.amount, movement.amount,
                     movement.from_account_id, movement.to_account_id)),
    (asset, format('asset %s, wallet %s', operations.asset_id, operations.wallet_id)),
    (balance, format('moved asset %s into asset %s', lost.asset_id, gained.asset_id)),
    (found.key, format('its key of idempotency is kept for %s', coalesce('operation ' || key.operation_id, 'none'))),
    (found.line, format('line %s of batch %s', operations.line, operations.batch_id)),
    (terms, operations.type)
  ) AS said (violation, detail)
  CROSS JOIN LATERAL (SELECT said.violation, 'operation ' || operations.id AS subject, said.detail) AS checked
  WHERE operations.id > $1 AND operations.id <= $2
    AND num_nonnulls(ending, posting, asset, balance, found.key, found.line, terms) > 0 AND said.violation IS NOT NULL`;

/** P3: movements belong to operations, and an operation has one, unless it has terms. */
const MOVEMENTS = `SELECT CASE WHEN operation.id IS NULL THEN 'entry_without_account_or_operation' ELSE 'entries_not_of_operation' END
           AS violation,
         'operation ' || operation_id AS subject,
         format('leg %s moves %s from account %s to account %s', leg, amount, from_account_id, to_account_id) AS detail
  FROM movements
  LEFT JOIN LATERAL (SELECT id, type FROM operations WHERE id = movements.operation_id OFFSET 0) AS operation ON true
  WHERE operation_id > $1 AND operation_id <= $2
    AND (operation.id IS NULL OR leg <> 0 AND operation.type NOT IN (${HAS_TERMS}))`;

/** Both sides on which an account may have reached a version. */
const movementAt = (version: string, name: string): string => `LEFT JOIN LATERAL (
    SELECT operation_id, from_balance AS balance FROM movements WHERE from_account_id = home.id AND from_version = ${version}
    UNION ALL
    SELECT operation_id, to_balance FROM movements WHERE to_account_id = home.id AND to_version = ${version}
    LIMIT 1
  ) AS ${name} ON true
  LEFT JOIN LATERAL (
    SELECT ${acceptedAs('operations', 'batch')} AS accepted
    FROM operations ${joinBatch('operations', 'batch')}
    WHERE operations.id = ${name}.operation_id AND operations.wallet_id = home.wallet_id OFFSET 0
  ) AS ${name}_place ON true`;

/** The wallet's operation with the next id in a direction, if it has ended, and the wallet's state after it. */
const neighbour = (name: string, order: '<' | '>'): string => `LEFT JOIN LATERAL (
    SELECT near.accepted, coalesce(CASE home.id WHEN movement.from_account_id THEN movement.from_version
                                                WHEN movement.to_account_id THEN movement.to_version END,
                                   failed.wallet_version) AS version,
           movement.operation_id IS NOT NULL AS succeeded
    FROM (
      SELECT operations.id, ${acceptedAs('operations', 'batch')} AS accepted
      FROM operations ${joinBatch('operations', 'batch')}
      WHERE (operations.wallet_id, operations.id) ${order} (operation.wallet_id, operation.id)
        AND operations.wallet_id = operation.wallet_id
      ORDER BY operations.wallet_id ${order === '<' ? 'DESC' : ''}, operations.id ${order === '<' ? 'DESC' : ''} LIMIT 1
    ) AS near
    LEFT JOIN LATERAL (SELECT * FROM movements WHERE operation_id = near.id AND leg = 0 OFFSET 0) AS movement ON true
    LEFT JOIN LATERAL (SELECT wallet_version FROM failures WHERE operation_id = near.id OFFSET 0) AS failed ON true
  ) AS ${name} ON true`;

/** What a failed operation implies about another one, by when that was accepted. */
const isOutOfOrder = (name: string): string => `CASE
        WHEN ${name}.accepted < operation.accepted THEN ${name}.version > failures.wallet_version
        WHEN ${name}.accepted > operation.accepted
          THEN ${name}.version < failures.wallet_version + CASE WHEN ${name}.succeeded THEN 1 ELSE 0 END
      END`;

/**
 * P3: a failure states the wallet's version and balance, and the rejection was right: a line of an atomic batch failed
 * on the state that the lines before it would have left. Funds are only required for debits of the wallet's own
 * account; a posting or a reversal may have failed at any of its legs, on an account that the failure does not
 * describe. P2: it was rejected after everything accepted before it and before everything accepted after it; this is
 * checked against the movements around it and the wallet's operations with the next ids, unless they are archived.
 * Succeeded operations are compared with each other through the movements of their accounts.
 */
const FAILURES = `SELECT checked.* FROM failures
  LEFT JOIN LATERAL (
    SELECT operations.id, wallet_id, batch.atomic, ${acceptedAs('operations', 'batch')} AS accepted,
           -- What the wallet had to have; elsewhere other accounts give.
           CASE WHEN type = 'hold' OR type NOT IN (${HAS_TERMS}) THEN amount END AS amount
    FROM operations ${joinBatch('operations', 'batch')}
    WHERE operations.id = failures.operation_id OFFSET 0
  ) AS operation ON true
  LEFT JOIN LATERAL (SELECT id, wallet_id FROM accounts WHERE wallet_id = operation.wallet_id OFFSET 0) AS home ON true
  LEFT JOIN LATERAL (
    SELECT version, balance, accepted FROM archive_checkpoints WHERE account_id = home.id OFFSET 0
  ) AS archived ON true
  ${movementAt('failures.wallet_version', 'reached')}
  ${movementAt('failures.wallet_version + 1', 'following')}
  ${neighbour('earlier', '<')}
  ${neighbour('later', '>')}
  CROSS JOIN LATERAL (
    SELECT CASE WHEN operation.id IS NULL THEN 'outcome_without_operation' END AS owner,
           CASE WHEN operation.id IS NOT NULL
                  AND (wallet_balance IS DISTINCT FROM CASE
                         WHEN wallet_version = 0 THEN 0
                         WHEN reached.operation_id IS NOT NULL OR (wallet_version > archived.version) IS NOT FALSE THEN reached.balance
                         WHEN wallet_version = archived.version THEN archived.balance
                         ELSE wallet_balance END
                    OR error_code = 'insufficient_funds' AND wallet_balance >= operation.amount AND atomic IS NOT TRUE)
                THEN 'outcome_not_of_entry' END AS told,
           CASE WHEN coalesce(reached_place.accepted, CASE wallet_version WHEN archived.version THEN archived.accepted END)
                    > operation.accepted
                  OR following_place.accepted < operation.accepted
                  OR ${isOutOfOrder('earlier')} OR ${isOutOfOrder('later')} THEN 'order_broken' END AS turn
    OFFSET 0
  ) AS found
  CROSS JOIN LATERAL (VALUES
    (owner, failures.error_code),
    (told, format('failed at version %s balance %s, entry says %s', wallet_version, wallet_balance, reached.balance)),
    (turn, format('was refused at version %s of wallet %s, out of its turn', wallet_version, operation.wallet_id))
  ) AS said (violation, detail)
  CROSS JOIN LATERAL (
    SELECT said.violation, 'operation ' || failures.operation_id AS subject, said.detail
  ) AS checked
  WHERE failures.operation_id > $1 AND failures.operation_id <= $2
    AND num_nonnulls(owner, told, turn) > 0 AND said.violation IS NOT NULL`;

const CHECKS: readonly string[] = [OPERATIONS, MOVEMENTS, FAILURES];
