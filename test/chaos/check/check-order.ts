import { type History, type Intent, intentOf } from '../history.ts';
import type { Recorded, RecordedOperation } from './recorded.ts';
import type { Replay } from './replay.ts';
import type { Violation } from './violation.ts';

/**
 * Order agrees with real time: what was accepted before another of the same wallet was sent stands before it; and what was seen
 * to have happened to an account before something was even sent has happened to it before. What was scheduled counts as sent when it
 * was due, and as accepted when it was applied.
 */
export function checkOrder(history: History, recorded: Recorded, { turns }: Replay): Violation[] {
  const violations: Violation[] = [];
  const latest = new Map<string, number>();
  for (const operation of recorded.operations) {
    const { key, id, wallet, seq } = operation;
    const intent = intentOf(history, key);
    if (intent === undefined || seq === null) continue;
    const { sentAt, acceptedAt } = timesOf(operation, intent);
    const before = latest.get(wallet) ?? -Infinity;
    if (acceptedAt !== null && acceptedAt < before) {
      const detail = `operation ${id} of wallet ${wallet} stands behind one that was sent after its answer`;
      violations.push({ law: 'order', at: sentAt, detail });
    }
    latest.set(wallet, Math.max(before, sentAt));
  }

  const seenFinalAt = new Map<string, number>();
  for (const { id, status, endedAt } of history.sightings) {
    if (status === 'succeeded' || status === 'failed') {
      seenFinalAt.set(id, Math.min(seenFinalAt.get(id) ?? Infinity, endedAt));
    }
  }
  for (const [name, happened] of turns) {
    let latestSent = -Infinity;
    for (const operation of happened) {
      if ((seenFinalAt.get(operation.id) ?? Infinity) < latestSent) {
        const detail = `operation ${operation.id} was final before another was sent that happened earlier to ${name}`;
        violations.push({ law: 'order', at: latestSent, detail });
      }
      const intent = intentOf(history, operation.key);
      const sentAt = intent === undefined ? -Infinity : timesOf(operation, intent).sentAt;
      latestSent = Math.max(latestSent, sentAt);
    }
  }
  return violations;
}

/** The clock of the database and that of the campaign may differ by so much. */
const CLOCKS_MS = 100;

/** When it was sent at the earliest, and when it had its place at the latest, as far as that is known. */
function timesOf(
  { executeAt, completedAt }: RecordedOperation,
  { sentAt, acknowledgedAt }: Intent,
): { sentAt: number; acceptedAt: number | null } {
  if (executeAt === null) return { sentAt, acceptedAt: acknowledgedAt };
  const dueAt = executeAt.getTime() - performance.timeOrigin - CLOCKS_MS;
  const appliedAt = completedAt === null ? null : completedAt.getTime() - performance.timeOrigin + CLOCKS_MS;
  return { sentAt: Math.max(sentAt, dueAt), acceptedAt: appliedAt };
}
