import { newId } from '../words/ids.ts';
import type { Database } from './pool.ts';
import { type AccountsCursor, checkAccounts } from './audit/accounts.ts';
import { checkBatches } from './audit/batches.ts';
import { FIRST_ID, LAST_ID } from './audit/bounds.ts';
import {
  type AccountCheckpoint,
  type InterruptedRun,
  type Mark,
  beginRun,
  endRun,
  findSettledId,
  keepCheckpoints,
  markTime,
  readInterruptedRun,
  readOperationsUpTo,
  saveRun,
} from './audit/checkpoints.ts';
import { checkHeld } from './audit/held.ts';
import { checkKeys } from './audit/keys.ts';
import { checkLateHolds } from './audit/late-holds.ts';
import { checkOperations } from './audit/operations.ts';
import { type Pieces, type Violation, createPieces } from './audit/pieces.ts';
import { type QueueCursor, checkQueue } from './audit/queue.ts';
import { type ScheduleCursor, checkSchedule } from './audit/schedule.ts';
import { checkTargets } from './audit/targets.ts';
import { checkWallets } from './audit/wallets.ts';

/** The phases of an audit, in order. */
const PHASES = [
  'wallets',
  'accounts',
  'operations',
  'targets',
  'held',
  'late_holds',
  'keys',
  'batches',
  'queue',
  'schedule',
] as const;
type Phase = (typeof PHASES)[number];

/** The progress of an audit, as it is stored. */
interface Place {
  readonly phase: Phase;
  /** Where the phase resumes; null at its beginning. */
  readonly cursor: unknown;
  /** Operations after this id are examined. */
  readonly operationsAfter: string;
  /** When it began. */
  readonly mark: Mark;
  /** The id after which the next audit may begin; null if that is not known. */
  readonly settled: string | null;
}

export interface AuditOrder {
  readonly tell: (violation: Violation) => void;
  /** Begins from the checkpoints of earlier audits; without it, all of history is checked. */
  readonly sinceCheckpoint?: boolean;
  /** Stores checkpoints and progress, for which it writes to the audit's two tables. */
  readonly keep?: boolean;
  /** Continues an interrupted audit if there is one, wherever that began. */
  readonly resume?: boolean;
  /** Called after each piece. */
  readonly onPiece?: (progress: { readonly phase: Phase; readonly pieces: number }) => void;
  /** Roughly how many rows a piece may read. */
  readonly mostRows?: number;
  /** How often it stores its progress. */
  readonly saveEveryMs?: number;
}

export interface AuditReport {
  /** Includes those of the interrupted audit that was continued. */
  readonly violations: number;
  readonly pieces: number;
  /** The longest time for which it held a snapshot. */
  readonly longestMs: number;
}

const MOST_ROWS = 10_000;
const SAVE_EVERY_MS = 1_000;

/**
 * Checks P1 to P3 on a live database as `runAudit` does, over all of history, without writing. @returns the number of
 * violations.
 */
export async function auditDatabase(database: Database, tell: (violation: Violation) => void): Promise<number> {
  return (await runAudit(database, { tell })).violations;
}

/**
 * Checks P1 to P3 on a live database without blocking anything: in pieces with short snapshots, so vacuum is not held
 * back. Each check reads one snapshot, or rows that can no longer change, so concurrent changes never look like
 * violations, and violations from before the audit are found. Violations are reported as they are found.
 */
export async function runAudit(database: Database, order: AuditOrder): Promise<AuditReport> {
  const { mostRows = MOST_ROWS, saveEveryMs = SAVE_EVERY_MS } = order;
  const pieces = createPieces(database, mostRows);
  const run = await startRun(database, pieces, order);
  let { violations, place } = run;
  const tell = (violation: Violation): void => {
    violations += 1;
    order.tell(violation);
  };
  let savedAt = performance.now();
  for (const phase of PHASES.slice(PHASES.indexOf(place.phase))) {
    if (place.phase !== phase) place = { ...place, phase, cursor: null };
    // Read before operations are examined: all operations up to it are then visible.
    if (phase === 'operations' && place.cursor === null)
      place = { ...place, settled: await findSettledId(pieces, place.mark) };
    for await (const cursor of checkPhase({ database, pieces, tell, run, place, keep: order.keep ?? false })) {
      place = { ...place, cursor };
      if (order.keep && performance.now() - savedAt >= saveEveryMs) {
        await saveRun(database, { runId: run.runId, place, violations });
        savedAt = performance.now();
      }
      order.onPiece?.({ phase, pieces: pieces.taken.count });
    }
  }
  // The next audit examines a violation again until it is repaired.
  if (order.keep) {
    const operationsUpTo = violations === 0 ? place.settled : null;
    await endRun(database, { runId: run.runId, operationsUpTo, violations });
  }
  return { violations, pieces: pieces.taken.count, longestMs: pieces.taken.longestMs };
}

async function startRun(database: Database, pieces: Pieces, order: AuditOrder): Promise<InterruptedRun<Place>> {
  const interrupted = order.resume ? ((await readInterruptedRun(database)) as InterruptedRun<Place> | null) : null;
  if (interrupted !== null) return interrupted;
  const sinceCheckpoint = order.sinceCheckpoint ?? false;
  const operationsAfter = sinceCheckpoint ? await readOperationsUpTo(database) : FIRST_ID;
  const mark = await markTime(pieces);
  const place: Place = { phase: PHASES[0], cursor: null, operationsAfter, mark, settled: null };
  const run = { runId: newId(), sinceCheckpoint, place, violations: 0 };
  if (order.keep) await beginRun(database, run);
  return run;
}

/** Runs a phase from its position on. After each piece it yields the position to resume from. */
function checkPhase(audit: {
  readonly database: Database;
  readonly pieces: Pieces;
  readonly tell: (violation: Violation) => void;
  readonly run: InterruptedRun<Place>;
  readonly place: Place;
  readonly keep: boolean;
}): AsyncGenerator {
  const { database, pieces, tell, run, place } = audit;
  const { phase, cursor, operationsAfter } = place;
  switch (phase) {
    case 'wallets':
      return checkWallets(pieces, tell, (cursor as string | null) ?? FIRST_ID);
    case 'accounts': {
      const keep = (checkpoints: readonly AccountCheckpoint[]): Promise<void> =>
        audit.keep ? keepCheckpoints(database, checkpoints) : Promise.resolve();
      const since = run.sinceCheckpoint ? 'checkpoints' : null;
      return checkAccounts({ pieces, tell, keep }, since, cursor as AccountsCursor | null);
    }
    case 'operations':
      return checkOperations(pieces, tell, (cursor as string | null) ?? operationsAfter);
    case 'targets':
      return checkTargets(pieces, tell, { since: operationsAfter, from: (cursor as string | null) ?? operationsAfter });
    case 'held':
      return checkHeld(pieces, tell, (cursor as string | null) ?? FIRST_ID);
    case 'late_holds':
      return checkLateHolds(pieces, tell, (cursor as string | null) ?? '-infinity');
    case 'keys':
      // The hash of a key does not tell how old it is.
      return checkKeys(pieces, tell, run.sinceCheckpoint ? LAST_ID : ((cursor as string | null) ?? FIRST_ID));
    case 'batches':
      return checkBatches(pieces, tell, (cursor as string | null) ?? operationsAfter);
    case 'queue':
      return checkQueue(pieces, tell, cursor as QueueCursor | null);
    case 'schedule':
      return checkSchedule(pieces, tell, cursor as ScheduleCursor | null);
  }
}
