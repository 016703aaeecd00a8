import { boundsOfPart } from '../../words/batch.ts';
import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';

/**
 * What the database still knows about archived history. Look for the rows themselves first: whatever was deleted by
 * then has been recorded here before.
 */

/** Where archived data is: in the files of this month, `YYYY-MM`, or of a later one. */
export interface ArchivePlace {
  readonly month: string;
  /** Operations created before this time are archived. */
  readonly archivedBefore: Date;
}

const NEWEST = '(SELECT before_id FROM archives ORDER BY before_id DESC LIMIT 1)';

/** The place of the operation with this id, if it exists; null if it is too recent to be archived. */
export async function findArchiveOf(database: Queryable, operationId: string): Promise<ArchivePlace | null> {
  return (await findArchivesOf(database, [operationId])).get(operationId) ?? null;
}

/** The places of those operations that are old enough to be archived, if they exist. */
export async function findArchivesOf(
  database: Queryable,
  operationIds: readonly string[],
): Promise<Map<string, ArchivePlace>> {
  // Ids of other versions do not tell when they were created.
  const wanted = operationIds.filter((id) => /^.{14}7.{4}[89ab]/.test(id));
  if (wanted.length === 0) return new Map();
  const { rows } = await database.query<PlaceRow & { id: string }>({
    name: 'findArchivesOf',
    text: `SELECT wanted.id, to_char(archive.month, 'YYYY-MM') AS month, ${NEWEST} AS "beforeId"
           FROM unnest($1::uuid[]) AS wanted (id)
           CROSS JOIN LATERAL (
             SELECT month FROM archives WHERE before_id > wanted.id ORDER BY before_id LIMIT 1
           ) AS archive`,
    values: [arrayLiteral(wanted)],
  });
  return new Map(rows.map(({ id, ...row }) => [id, toPlace(row)]));
}

/**
 * The end of the archived period: operations with lower ids are archived, unless they ended late. Null if nothing is
 * archived.
 */
export async function readArchiveEnd(database: Queryable): Promise<{ id: string; time: Date } | null> {
  const { rows } = await database.query<{ id: string | null }>({
    name: 'readArchiveEnd',
    text: `SELECT ${NEWEST} AS id`,
  });
  const id = rows[0]?.id ?? null;
  return id === null ? null : { id, time: timeOf(id) };
}

/** The last archived movement of an account: those up to `version` are archived, and left it with `balance`. */
export interface Checkpoint {
  readonly version: bigint;
  readonly balance: bigint;
  readonly movedAt: Date;
  /** Whether all movements of the requested period are archived; those after `movedAt` are not. */
  readonly coversAll: boolean;
}

/** The checkpoint of a wallet, if movements from `from` (inclusive) to `to` (exclusive) can lie before it. */
export async function findCheckpoint(
  database: Queryable,
  walletId: string,
  { from, to }: { readonly from: Date | null; readonly to: Date | null },
): Promise<Checkpoint | null> {
  const { rows } = await database.query<Checkpoint>({
    name: 'findCheckpoint',
    text: `SELECT checkpoint.version, checkpoint.balance::bigint AS balance, moved_at AS "movedAt",
                  coalesce($3::timestamptz <= moved_at, false) AS "coversAll"
           FROM accounts JOIN archive_checkpoints AS checkpoint ON account_id = accounts.id
           WHERE wallet_id = $1 AND ($2::timestamptz IS NULL OR $2 <= moved_at)`,
    values: [walletId, from, to],
  });
  return rows[0] ?? null;
}

interface LinesOfBatch {
  readonly id: string;
  /** The number of operations created for it, as opposed to replayed ones. */
  readonly total: number;
  readonly replayed: number;
  readonly partitions: readonly number[];
}

/**
 * Where archived lines of a batch are; null if none is archived. With `own`, it considers only operations of the batch
 * itself, not earlier ones that its lines stand for. Lines are counted only if the batch is old enough.
 */
export async function findArchivedLines(
  database: Queryable,
  batch: LinesOfBatch,
  which: 'own' | 'all',
): Promise<ArchivePlace | null> {
  const bounds = batch.partitions.map((partition) => boundsOfPart(batch.id, partition));
  const { rows } = await database.query<PlaceRow>({
    name: 'findArchivedLines',
    text: `WITH newest AS MATERIALIZED (
             SELECT ${NEWEST} AS before_id
           ), own AS MATERIALIZED (
             SELECT $1::uuid AS id FROM newest
             WHERE CASE WHEN $1 < before_id THEN $2 > (
               SELECT count(*) FROM unnest($3::uuid[], $4::uuid[]) AS part (first_id, last_id)
               CROSS JOIN LATERAL (SELECT FROM operations WHERE id BETWEEN first_id AND last_id OFFSET 0) AS line
             ) END
           ), replayed AS MATERIALIZED (
             SELECT operation_id AS id
             FROM newest CROSS JOIN batch_replays
             LEFT JOIN LATERAL (SELECT id FROM operations WHERE id = operation_id OFFSET 0) AS operations ON true
             WHERE $5 AND batch_id = $1 AND operation_id < before_id AND operations.id IS NULL
             ORDER BY position LIMIT 1
           )
           SELECT to_char(archives.month, 'YYYY-MM') AS month, before_id AS "beforeId"
           FROM (SELECT id FROM own UNION ALL SELECT id FROM replayed) AS archived CROSS JOIN newest
           CROSS JOIN LATERAL (
             SELECT month FROM archives WHERE archives.before_id > archived.id ORDER BY archives.before_id LIMIT 1
           ) AS archives
           LIMIT 1`,
    values: [
      ...[
        batch.id,
        batch.total,
        arrayLiteral(bounds.map(([first]) => first)),
        arrayLiteral(bounds.map(([, last]) => last)),
      ],
      which === 'all' && batch.replayed > 0,
    ],
  });
  const [row] = rows;
  return row === undefined ? null : toPlace(row);
}

interface PlaceRow {
  readonly month: string;
  readonly beforeId: string;
}

function toPlace({ month, beforeId }: PlaceRow): ArchivePlace {
  return { month, archivedBefore: timeOf(beforeId) };
}

/** The time of an id of version 7: its first 48 bits are the milliseconds (RFC 9562). */
function timeOf(id: string): Date {
  return new Date(parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}
