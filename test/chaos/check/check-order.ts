import { type History, intentOf } from '../history.ts';
import type { Recorded } from './recorded.ts';
import type { Replay } from './replay.ts';
import type { Violation } from './violation.ts';

/**
 * Order agrees with real time: what was accepted before another of the same wallet was sent stands before it; and what was seen
 * to have happened to an account before something was even sent has happened to it before.
 */
export function checkOrder(history: History, recorded: Recorded, { turns }: Replay): Violation[] {
  const violations: Violation[] = [];
  const latest = new Map<string, number>();
  for (const { key, id, wallet } of recorded.operations) {
    const intent = intentOf(history, key);
    if (intent === undefined) continue;
    const before = latest.get(wallet) ?? -Infinity;
    if (intent.acknowledgedAt !== null && intent.acknowledgedAt < before) {
      const detail = `operation ${id} of wallet ${wallet} stands behind one that was sent after its answer`;
      violations.push({ law: 'order', at: intent.sentAt, detail });
    }
    latest.set(wallet, Math.max(before, intent.sentAt));
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
      const sentAt = intentOf(history, operation.key)?.sentAt ?? -Infinity;
      latestSent = Math.max(latestSent, sentAt);
    }
  }
  return violations;
}
