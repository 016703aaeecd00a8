import type { Client } from '../pool.ts';
import { ARCHIVED_BEFORE, FIRST_ID, LAST_ID } from './bounds.ts';

/** What is stored about a hold, or about an operation that was reversed in part. Amounts are in minor units. */
export interface Target {
  readonly id: string;
  /** Whether its operation exists, has moved something, and matches what is stored. */
  readonly fits: boolean;
  /** The account whose versions order the operations that take from it, and its version; null if there is none. */
  readonly accountId: string | null;
  readonly version: string | null;
  readonly amount: bigint;
  /** Null if it is not a hold. */
  readonly captured: bigint | null;
  readonly released: bigint | null;
  /** Null for a hold. */
  readonly reversed: bigint | null;
  /** What archived operations have moved of it. */
  readonly archived: Pick<Sums, 'captured' | 'released' | 'reversed'>;
}

/** What operations have moved of a target. */
export interface Sums {
  readonly captured: bigint;
  readonly released: bigint;
  readonly reversed: bigint;
  /** The version of the target's account after the last of them; 0 if there is none. */
  readonly last: bigint;
  /** The same for the operations that were to take everything left, and how many these are. */
  readonly closed: bigint;
  readonly closers: bigint;
}

export const NOTHING: Sums = { captured: 0n, released: 0n, reversed: 0n, last: 0n, closed: 0n, closers: 0n };

export function addSums(one: Sums, other: Sums): Sums {
  const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);
  return {
    captured: one.captured + other.captured,
    released: one.released + other.released,
    reversed: one.reversed + other.reversed,
    last: later(one.last, other.last),
    closed: later(one.closed, other.closed),
    closers: one.closers + other.closers,
  };
}

/** `numeric` arrives as text. */
type Row<Facts> = { readonly [Key in keyof Facts]: Facts[Key] extends bigint | null ? string | null : Facts[Key] };
interface TargetRow extends Row<Omit<Target, 'archived'>> {
  readonly archivedCaptured: string;
  readonly archivedReleased: string;
  readonly archivedReversed: string;
}
const exactly = (text: string | null): bigint | null => (text === null ? null : BigInt(text));

/** The targets with these ids; those about which nothing is stored are missing. */
export async function readTargets(client: Client, ids: readonly string[]): Promise<Target[]> {
  if (ids.length === 0) return [];
  const { rows } = await client.query<TargetRow>(TARGETS, [ids]);
  return rows.map(({ archivedCaptured, archivedReleased, archivedReversed, ...row }) => ({
    ...row,
    archived: {
      captured: BigInt(archivedCaptured),
      released: BigInt(archivedReleased),
      reversed: BigInt(archivedReversed),
    },
    amount: BigInt(row.amount ?? 0),
    captured: exactly(row.captured),
    released: exactly(row.released),
    reversed: exactly(row.reversed),
  }));
}

/**
 * The hold, or what is stored about the reversed operation, and the account whose versions order the operations on it.
 */
const WRITTEN = `LEFT JOIN LATERAL (SELECT * FROM holds WHERE operation_id = target.id OFFSET 0) AS hold ON true
  LEFT JOIN LATERAL (SELECT * FROM reversed_operations WHERE operation_id = target.id OFFSET 0) AS reversed ON true
  LEFT JOIN LATERAL (
    SELECT id, type, wallet_id, amount FROM operations WHERE id = target.id OFFSET 0
  ) AS operation ON true
  LEFT JOIN LATERAL (SELECT id, version FROM accounts WHERE held_of = hold.wallet_id OFFSET 0) AS held ON true
  LEFT JOIN LATERAL (
    SELECT id, version FROM accounts WHERE wallet_id = CASE WHEN hold.operation_id IS NULL THEN operation.wallet_id END OFFSET 0
  ) AS main ON true`;

const TARGETS = `SELECT target.id, coalesce(held.id, main.id)::text AS "accountId", coalesce(held.version, main.version)::text AS version,
         coalesce(hold.amount, reversed.amount)::text AS amount, hold.captured::text, hold.released::text, reversed.reversed::text,
         coalesce(hold.archived_captured, 0)::text AS "archivedCaptured",
         coalesce(hold.archived_released, 0)::text AS "archivedReleased",
         coalesce(reversed.archived, 0)::text AS "archivedReversed",
         CASE WHEN operation.id IS NULL THEN (target.id < ${ARCHIVED_BEFORE}) IS TRUE
              WHEN hold.operation_id IS NULL THEN moved.amount = reversed.amount
              ELSE operation.type = 'hold' AND (hold.wallet_id, hold.amount) = (operation.wallet_id, moved.amount)
                AND hold.expires_at IS NOT DISTINCT FROM terms.expires_at AND reversed.operation_id IS NULL END IS TRUE AS fits
  FROM unnest($1::uuid[]) AS target (id)
  ${WRITTEN}
  LEFT JOIN LATERAL (SELECT expires_at FROM operation_terms WHERE operation_id = hold.operation_id OFFSET 0) AS terms ON true
  LEFT JOIN LATERAL (
    SELECT sum(amount) AS amount FROM movements WHERE operation_id = target.id AND (leg = 0 OR operation.type <> 'capture')
  ) AS moved ON true
  WHERE num_nonnulls(hold.operation_id, reversed.operation_id) > 0`;

/** Some of the operations that take from a target. */
interface Range {
  readonly after: string;
  readonly upTo: string;
  /** Only those that its account had reached by this version. */
  readonly version: string | null;
}
const ALL: Range = { after: FIRST_ID, upTo: LAST_ID, version: null };

/** What operations have moved of each target; targets without any are missing. */
export async function sumMoved(
  client: Client,
  ids: readonly string[],
  { after, upTo, version }: Range = ALL,
): Promise<Map<string, Sums>> {
  if (ids.length === 0) return new Map();
  return sumOf(
    await client.query<SumsRow>(
      sumsOf(
        'SELECT operation_id, final FROM operation_terms WHERE target_id = target.id AND operation_id > $2 AND operation_id <= $3',
        '$4::bigint IS NULL OR moved.version <= $4::bigint',
      ),
      [ids, after, upTo, version],
    ),
  );
}

/** What was moved of a target since its account was at the given version. */
export async function sumMovedSince(client: Client, { id, accountId, version }: Target): Promise<Sums> {
  if (accountId === null) return NOTHING;
  const sums = sumOf(await client.query<SumsRow>(sumsOf(SINCE, 'true'), [[id], accountId, version]));
  return sums.get(id) ?? NOTHING;
}

const SINCE = `SELECT moved.operation_id, terms.final
    FROM (
      SELECT operation_id FROM movements WHERE from_account_id = $2::bigint AND from_version > $3::bigint
      UNION
      SELECT operation_id FROM movements WHERE to_account_id = $2::bigint AND to_version > $3::bigint
    ) AS moved
    CROSS JOIN LATERAL (
      SELECT final FROM operation_terms WHERE operation_id = moved.operation_id AND target_id = target.id OFFSET 0
    ) AS terms`;

type SumsRow = Row<Sums> & { readonly id: string };

function sumOf({ rows }: { readonly rows: readonly SumsRow[] }): Map<string, Sums> {
  return new Map(
    rows.map(({ id, ...sums }) => [
      id,
      {
        captured: BigInt(sums.captured ?? 0),
        released: BigInt(sums.released ?? 0),
        reversed: BigInt(sums.reversed ?? 0),
        last: BigInt(sums.last ?? 0),
        closed: BigInt(sums.closed ?? 0),
        closers: BigInt(sums.closers ?? 0),
      },
    ]),
  );
}

/** SQL that adds up what the operations of `source` have moved of each target, one row per target. */
const sumsOf = (source: string, counts: string): string => `SELECT target.id, sums.*
  FROM unnest($1::uuid[]) AS target (id)
  ${WRITTEN}
  CROSS JOIN LATERAL (
    SELECT sum(CASE by.type WHEN 'capture' THEN moved.first END)::text AS captured,
           sum(CASE by.type WHEN 'capture' THEN moved.rest WHEN 'release' THEN moved.first END)::text AS released,
           sum(CASE by.type WHEN 'reversal' THEN moved.first + moved.rest END)::text AS reversed,
           max(moved.version)::text AS last,
           max(CASE WHEN by.amount IS NULL OR terms.final THEN moved.version END)::text AS closed,
           count(CASE WHEN by.amount IS NULL OR terms.final THEN true END)::text AS closers
    FROM (${source}) AS terms
    CROSS JOIN LATERAL (SELECT type, amount FROM operations WHERE id = terms.operation_id OFFSET 0) AS by
    CROSS JOIN LATERAL (
      SELECT sum(CASE leg WHEN 0 THEN amount ELSE 0 END) AS first, sum(CASE leg WHEN 0 THEN 0 ELSE amount END) AS rest,
             max(CASE coalesce(held.id, main.id) WHEN from_account_id THEN from_version WHEN to_account_id THEN to_version END) AS version
      FROM movements WHERE operation_id = terms.operation_id
    ) AS moved
    WHERE moved.first IS NOT NULL AND (${counts})
  ) AS sums`;
