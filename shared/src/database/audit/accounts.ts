import type { Client } from '../pool.ts';
import { acceptedAs, joinBatch } from './acceptance.ts';
import type { AccountCheckpoint } from './checkpoints.ts';
import type { Pieces, Violation } from './pieces.ts';

/** The progress through the accounts: all up to `after`, and of the next one, if it is long, a part. */
export interface AccountsCursor {
  readonly after: string;
  readonly within: Walk | null;
}

/**
 * How far the movements of an account were verified. Versions and amounts are texts from the database: `balance` is
 * that of the last movement, `total` the sum of the amounts, `accepted` the latest position in the order of acceptance.
 */
interface Walk {
  readonly accountId: string;
  /** The version of the last verified movement. */
  readonly version: string;
  /** No movement up to this version still has to be checked. The two versions differ by more only if there is a gap. */
  readonly seen: string;
  readonly balance: string;
  readonly total: string;
  readonly accepted: string | null;
  readonly isSound: boolean;
}

interface WalkedRow {
  readonly accountId: string;
  readonly version: string;
  readonly balance: string;
  readonly total: string;
  readonly accepted: string | null;
  /** Problems of the movements themselves. */
  readonly broken: readonly Violation[];
  /**
   * The next unchecked movement; null if there is none. Then the remaining columns hold the problems of the account.
   */
  readonly next: string | null;
  readonly wrong: readonly Violation[];
}

/**
 * Walks the movements of every account in the order of versions. The end of a walk is read in one snapshot with the
 * account, which may change before and after that.
 * @param since up to where an account was verified before; null starts at the first movement of every account.
 */
export async function* checkAccounts(
  { pieces, tell, keep }: AccountsAudit,
  since: 'checkpoints' | null,
  from: AccountsCursor | null,
): AsyncGenerator<AccountsCursor> {
  let after = from?.after ?? '0';
  let within = from?.within ?? null;
  for (;;) {
    const piece = await pieces.read(async (client, rows) => {
      const walks = within === null ? await chooseAccounts(client, { after, rows, since }) : [within];
      return { walks, walked: walks.length === 0 ? [] : await walk(client, walks, rows) };
    });
    if (piece.walks.length === 0) return;
    const checkpoints: AccountCheckpoint[] = [];
    within = null;
    for (const [index, { broken, wrong, next, ...reached }] of piece.walked.entries()) {
      [...broken, ...wrong].forEach(tell);
      const isSound = (piece.walks[index]?.isSound ?? false) && broken.length === 0 && wrong.length === 0;
      if (next !== null) {
        // Those after it are chosen again when it is done.
        within = { ...reached, seen: String(BigInt(next) - 1n), isSound };
        break;
      }
      if (isSound) checkpoints.push(reached);
      after = reached.accountId;
    }
    await keep(checkpoints);
    yield { after, within };
  }
}

interface AccountsAudit {
  readonly pieces: Pieces;
  readonly tell: (violation: Violation) => void;
  readonly keep: (checkpoints: readonly AccountCheckpoint[]) => Promise<void>;
}

/** The next accounts: as many as have about `rows` movements together, and at least one. */
async function chooseAccounts(
  client: Client,
  { after, rows, since }: { after: string; rows: number; since: 'checkpoints' | null },
): Promise<Walk[]> {
  const base = since === null ? 'WHERE false' : 'WHERE account_id = accounts.id OFFSET 0';
  const chosen = await client.query<Walk>(
    `SELECT id::text AS "accountId", base_version::text AS version, base_version::text AS seen, base_balance::text AS balance,
            base_balance::text AS total, accepted::text, true AS "isSound"
     FROM (
       SELECT id, base_version, base_balance, accepted,
              sum(1 + greatest(version - base_version, 0)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS until,
              row_number() OVER (ORDER BY id) AS number
       FROM (
         SELECT accounts.id, accounts.version, coalesce(base.version, 0) AS base_version,
                coalesce(base.balance, 0) AS base_balance, base.accepted
         FROM (SELECT id, version FROM accounts WHERE id > $1 ORDER BY id LIMIT $2) AS accounts
         LEFT JOIN LATERAL (
           SELECT version, balance, accepted FROM (
             SELECT version, balance, accepted FROM audit_checkpoints ${base}
           ) AS found
           UNION ALL
           SELECT version, balance, accepted FROM archive_checkpoints WHERE account_id = accounts.id
           ORDER BY version DESC LIMIT 1
         ) AS base ON true
       ) AS each
     ) AS numbered
     WHERE until <= $2 OR number = 1
     ORDER BY id`,
    [after, rows],
  );
  return chosen.rows;
}

async function walk(client: Client, walks: readonly Walk[], rows: number): Promise<WalkedRow[]> {
  const { rows: walked } = await client.query<WalkedRow>(WALK, [
    ...[walks.map((each) => each.accountId), walks.map((each) => each.version), walks.map((each) => each.seen)],
    ...[walks.map((each) => each.balance), walks.map((each) => each.total), walks.map((each) => each.accepted)],
    rows,
  ]);
  return walked;
}

const NAME = `format('account %s of %s', account.id,
                 coalesce('wallet ' || account.wallet_id, 'what is held of wallet ' || account.held_of, account.system))`;
const BELOW = `account.balance < -account.credit_limit
                  AND (account.system IS NULL OR NOT account.may_go_negative AND account.system <> 'treasury')`;

/**
 * P3: versions have no gaps, each movement continues the previous one, and the account's state is that of its last
 * movement and last operation, and the sum of all; no wallet exceeds its credit limit, and held accounts and house
 * accounts that must not go below zero do not. P2: along the movements of a wallet and of its held account, its
 * operations follow the order of acceptance; the legs of one operation share a position.
 *
 * Archived movements are skipped: a walk continues from the archived checkpoint of its account if that is further. The
 * checkpoint may have been written since the previous piece.
 */
const WALK = `WITH walk AS MATERIALIZED (
    SELECT walk.account_id, CASE WHEN is_further THEN archived.version ELSE walk.version END AS version,
           CASE WHEN is_further THEN archived.version ELSE walk.seen END AS seen,
           CASE WHEN is_further THEN archived.balance ELSE walk.balance END AS balance,
           CASE WHEN is_further THEN archived.balance ELSE walk.total END AS total,
           CASE WHEN is_further THEN archived.accepted ELSE walk.accepted END AS accepted,
           walk.number, archived.version AS archived_version, archived.operation_id AS archived_id
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::numeric[], $5::numeric[], $6::numeric[])
      WITH ORDINALITY AS walk (account_id, version, seen, balance, total, accepted, number)
    LEFT JOIN LATERAL (
      SELECT *, version > walk.version AS is_further FROM archive_checkpoints WHERE account_id = walk.account_id OFFSET 0
    ) AS archived ON true
  ), sides AS (
    SELECT walk.*, account.wallet_id, side.version AS at_version, side.amount, side.balance AS at_balance, side.operation_id
    FROM walk
    LEFT JOIN LATERAL (
      SELECT coalesce(wallet_id, held_of) AS wallet_id FROM accounts WHERE id = walk.account_id OFFSET 0
    ) AS account ON true
    LEFT JOIN LATERAL (
      SELECT from_version AS version, -amount AS amount, from_balance AS balance, operation_id FROM movements
      WHERE from_account_id = walk.account_id AND from_version > walk.seen AND from_version <= walk.seen + $7::bigint
      UNION ALL
      SELECT to_version, amount, to_balance, operation_id FROM movements
      WHERE to_account_id = walk.account_id AND to_version > walk.seen AND to_version <= walk.seen + $7::bigint
    ) AS side ON true
  ), placed AS (
    SELECT sides.*, place.accepted AS at_accepted
    FROM sides LEFT JOIN LATERAL (
      SELECT ${acceptedAs('operations', 'batch')} AS accepted
      FROM operations ${joinBatch('operations', 'batch')}
      WHERE operations.id = CASE WHEN sides.wallet_id IS NOT NULL THEN sides.operation_id END
        AND operations.wallet_id = sides.wallet_id
      OFFSET 0
    ) AS place ON true
  ), chained AS (
    SELECT *, lag(at_version, 1, version) OVER chain AS before_version, lag(at_balance, 1, balance) OVER chain AS before_balance,
           lead(at_version) OVER chain IS NULL AS is_last,
           greatest(accepted, max(at_accepted) OVER (chain ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS accepted_before
    FROM placed WINDOW chain AS (PARTITION BY account_id ORDER BY at_version)
  ), walked AS (
    SELECT account_id, number, seen, coalesce(max(at_version), version) AS version,
           coalesce(max(at_balance) FILTER (WHERE is_last), balance) AS balance, total + coalesce(sum(amount), 0) AS total,
           greatest(accepted, max(at_accepted)) AS accepted,
           coalesce((array_agg(operation_id) FILTER (WHERE is_last))[1],
                    CASE WHEN version = archived_version THEN archived_id END) AS last_operation_id,
           coalesce(jsonb_agg(jsonb_build_object(
             'violation', CASE WHEN at_version <> before_version + 1 THEN 'version_gap' ELSE 'running_balance_broken' END,
             'subject', format('account %s entry %s', account_id, at_version),
             'detail', CASE WHEN at_version <> before_version + 1 THEN format('follows version %s', before_version)
                            ELSE format('balance %s after %s and a change of %s', at_balance, before_balance, amount) END
           )) FILTER (WHERE at_version <> before_version + 1 OR at_balance <> before_balance + amount), '[]')
           || coalesce(jsonb_agg(jsonb_build_object(
             'violation', 'order_broken', 'subject', 'operation ' || operation_id,
             'detail', format('was applied to wallet %s at version %s, after one that was accepted later', wallet_id, at_version)
           )) FILTER (WHERE at_accepted < accepted_before), '[]') AS broken
    FROM chained GROUP BY account_id, number, version, seen, balance, total, accepted, archived_version, archived_id
  )
  SELECT walked.account_id::text AS "accountId", walked.version::text, walked.balance::text, walked.total::text,
         walked.accepted::text, broken, next.version::text AS next,
         CASE WHEN next.version IS NOT NULL THEN '[]'::jsonb ELSE
           CASE WHEN account.balance <> walked.total OR (${BELOW})
             THEN jsonb_build_array(jsonb_build_object(
               'violation', CASE WHEN account.balance <> walked.total THEN 'balance_not_sum_of_entries' ELSE 'below_credit_limit' END,
               'subject', ${NAME},
               'detail', CASE WHEN account.balance <> walked.total
                              THEN format('balance %s, entries sum to %s', account.balance, walked.total)
                              ELSE format('balance %s, credit limit %s', account.balance, account.credit_limit) END))
             ELSE '[]' END
           || CASE WHEN (account.version, account.balance) <> (walked.version, walked.balance)
             THEN jsonb_build_array(jsonb_build_object(
               'violation', 'account_not_at_last_entry', 'subject', ${NAME},
               'detail', format('version %s balance %s, last entry has version %s balance %s', account.version, account.balance,
                                walked.version, walked.balance)))
             ELSE '[]' END
           || CASE WHEN walked.last_operation_id <> account.last_operation_id
                     OR walked.version = 0 AND account.last_operation_id IS NOT NULL
             THEN jsonb_build_array(jsonb_build_object(
               'violation', 'account_not_of_last_operation', 'subject', ${NAME},
               'detail', format('last moved by operation %s, says %s', walked.last_operation_id, account.last_operation_id)))
             ELSE '[]' END
         END AS wrong
  FROM walked
  JOIN LATERAL (
    SELECT id, wallet_id, held_of, system, may_go_negative, version, balance, credit_limit, last_operation_id
    FROM accounts WHERE id = walked.account_id OFFSET 0
  ) AS account ON true
  LEFT JOIN LATERAL (
    SELECT least(
      (SELECT from_version FROM movements WHERE from_account_id = walked.account_id AND from_version > walked.seen + $7::bigint
       ORDER BY from_version LIMIT 1),
      (SELECT to_version FROM movements WHERE to_account_id = walked.account_id AND to_version > walked.seen + $7::bigint
       ORDER BY to_version LIMIT 1)
    ) AS version
  ) AS next ON true
  ORDER BY walked.number`;
