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

/** What is looked through, one after the other. */
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

/** How far an audit has got, in the shape in which it is kept. */
interface Place {
  readonly phase: Phase;
  /** Where the phase resumes; null at its beginning. */
  readonly cursor: unknown;
  /** The id behind which operations are looked at. */
  readonly operationsAfter: string;
  /** When it began. */
  readonly mark: Mark;
  /** What the next audit may begin behind; null if that is not known. */
  readonly settled: string | null;
}

export interface AuditOrder {
  readonly tell: (violation: Violation) => void;
  /** Begins from the checkpoints of earlier audits; without it, all of history is looked at. */
  readonly sinceCheckpoint?: boolean;
  /** Keeps checkpoints, and how far it has got. For that it writes to the two tables of the audit. */
  readonly keep?: boolean;
  /** Continues the audit that was interrupted, if one was, whatever that began from. */
  readonly resume?: boolean;
  /** Told after each piece. */
  readonly onPiece?: (progress: { readonly phase: Phase; readonly pieces: number }) => void;
  /** About how many rows a piece may look at. */
  readonly mostRows?: number;
  /** How often it writes down how far it has got. */
  readonly saveEveryMs?: number;
}

export interface AuditReport {
  /** Those of the interrupted audit included, when it was continued. */
  readonly violations: number;
  readonly pieces: number;
  /** The longest time for which it held a snapshot. */
  readonly longestMs: number;
}

const MOST_ROWS = 10_000;
const SAVE_EVERY_MS = 1_000;

/** Checks P1 to P3 on a live database as `runAudit` does, all of history, and writes nothing. @returns how many violations there were. */
export async function auditDatabase(database: Database, tell: (violation: Violation) => void): Promise<number> {
  return (await runAudit(database, { tell })).violations;
}

/**
 * Checks P1 to P3 on a live database, without blocking anybody: in pieces, each in a short snapshot of its own, so that
 * nothing is kept from being vacuumed. Each check is of what one snapshot shows, or of what can no longer change: so what
 * happens meanwhile is never taken for a violation, and what was wrong before the audit began is found. Violations are told as
 * they are found.
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
    // Before operations are looked at: then those up to it are all there to be seen.
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
  // A violation stays in what the next audit looks at until it is mended.
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

/** Goes through a phase from its place on. After each piece it yields where it could resume. */
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
