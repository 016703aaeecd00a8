import type { Database, Queryable } from '@wallet/shared/database/pool';
import {
  type Piece,
  type PieceSize,
  type Place,
  RETENTION_KINDS,
  type RetentionKind,
  deleteAttempts,
  deleteBatchKeys,
  deleteDeliveries,
  deleteEvents,
  endRetentionTurn,
  readRetentionTurn,
  tryLockRetention,
} from '@wallet/shared/database/tables/retention';
import { inTransaction } from '@wallet/shared/database/transaction';

/** For how many days each kind is kept; a kind that is missing is kept indefinitely. */
export type RetentionDays = Readonly<Partial<Record<RetentionKind, number>>>;

const DELETE: Record<RetentionKind, (database: Queryable, place: Place, size: PieceSize) => Promise<Piece>> = {
  attempts: deleteAttempts,
  deliveries: deleteDeliveries,
  events: deleteEvents,
  batch_keys: deleteBatchKeys,
};

/**
 * After each piece, deletion pauses nine times as long as the piece took while operations are pending, otherwise once.
 */
const BUSY_REST = 9;
const IDLE_REST = 1;
/** The pause after the last piece of all kinds. */
const PASS_REST_MS = 60_000;
/** How soon to look again while another worker has the turn. */
const TAKEN_MS = 1_000;

/** The result of one turn, and in how many milliseconds the next may begin. */
export interface Turn {
  readonly deleted: Piece['deleted'];
  readonly waitMs: number;
}

/**
 * Deletes one piece of the rows older than `days`, in a transaction, if it is time. The position of the next piece is
 * stored with it, so that any worker can continue from there, and all of them together pause as long as one would.
 */
export async function deletePiece(database: Database, days: RetentionDays, limit: number): Promise<Turn> {
  return inTransaction(database, async (client) => {
    if (!(await tryLockRetention(client))) return { deleted: {}, waitMs: TAKEN_MS };
    // In its own statement, which sees what the last holder of the lock has stored.
    const turn = await readRetentionTurn(client);
    if (turn.waitMs > 0) return { deleted: {}, waitMs: Math.min(turn.waitMs, PASS_REST_MS) };
    const keptDays = days[turn.kind];
    const piece =
      keptDays === undefined
        ? { deleted: {}, next: null }
        : await DELETE[turn.kind](client, turn.place, { days: keptDays, limit });
    const next =
      piece.next === null ? { kind: kindAfter(turn.kind), place: [] } : { kind: turn.kind, place: piece.next };
    const isLast = piece.next === null && next.kind === RETENTION_KINDS[0];
    const moreMs = isLast ? PASS_REST_MS : 0;
    const waitMs = await endRetentionTurn(client, next, { busy: BUSY_REST, idle: IDLE_REST, moreMs });
    return { deleted: piece.deleted, waitMs };
  });
}

function kindAfter(kind: RetentionKind): RetentionKind {
  return RETENTION_KINDS[(RETENTION_KINDS.indexOf(kind) + 1) % RETENTION_KINDS.length] ?? RETENTION_KINDS[0];
}
