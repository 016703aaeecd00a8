import { type History, intentOf } from '../history.ts';
import type { Told } from '../witness.ts';
import { isAsRecorded } from './check-readings.ts';
import type { Recorded, RecordedOperation } from './recorded.ts';
import type { Replay } from './replay.ts';
import type { Violation } from './violation.ts';

interface TellableOperation {
  readonly event: string;
  readonly sequence: number;
}

/**
 * What ended was told at least once, in one event, always in the same bytes and signed; it was told as it is recorded; and the
 * sequence numbers give back the order in which things happened to each account.
 */
export function checkTold(history: History, recorded: Recorded, { turns }: Replay, told: readonly Told[]): Violation[] {
  const violations: Violation[] = [];
  const byId = new Map(recorded.operations.map((operation) => [operation.id, operation]));
  const events = new Map<string, TellableOperation>();
  const batches = new Set<unknown>();
  const bodies = new Map<string, string>();
  for (const { id, body, at, isSigned } of told) {
    const known = bodies.get(id);
    if (known !== undefined && known !== body) {
      violations.push({ law: 'told_otherwise', at, detail: `event ${id} came in other bytes: ${known} and ${body}` });
    }
    if (!isSigned) violations.push({ law: 'told_otherwise', at, detail: `event ${id} is not signed with the secret` });
    if (known !== undefined) continue;
    bodies.set(id, body);
    const { type, data } = JSON.parse(body) as { type: string; data: Record<string, unknown> };
    if (type === 'batch.completed') batches.add(data['id']);
    else violations.push(...tellOperation({ id, type, data, at }, byId, events));
  }
  for (const { id, key, batchId, status, reason } of recorded.operations) {
    const intent = intentOf(history, key);
    if (status === null || (intent === undefined && reason === null)) continue;
    const isTold = (intent?.tells ?? true) ? events.has(id) : batchId === null || batches.has(batchId);
    const at = intent?.sentAt ?? null;
    if (!isTold) violations.push({ law: 'not_told', at, detail: `operation ${id} ended as ${status}` });
  }
  for (const [name, happened] of turns) {
    let last = -1;
    for (const operation of happened) {
      const sequence = events.get(operation.id)?.sequence;
      if (sequence === undefined) continue;
      if (sequence <= last) {
        const detail = `operation ${operation.id} of ${name} has sequence ${sequence}, one before it ${last}`;
        violations.push({ law: 'told_out_of_order', at: null, detail });
      }
      last = Math.max(last, sequence);
    }
  }
  return violations;
}

function tellOperation(
  event: { id: string; type: string; data: Record<string, unknown>; at: number },
  byId: ReadonlyMap<string, RecordedOperation>,
  events: Map<string, TellableOperation>,
): Violation[] {
  const { id, type, data, at } = event;
  const operation = byId.get(String(data['id']));
  if (operation === undefined) return [{ law: 'unasked', at, detail: `event ${id} is about ${String(data['id'])}` }];
  const before = events.get(operation.id);
  if (before !== undefined) {
    return [{ law: 'told_otherwise', at, detail: `operation ${operation.id} has the events ${before.event}, ${id}` }];
  }
  events.set(operation.id, { event: id, sequence: Number(data['sequence']) });
  const status = type.replace('operation.', '');
  const { amount, result, error } = data;
  const outcome = JSON.stringify({ amount, result, error });
  if (isAsRecorded({ status, outcome }, operation)) return [];
  return [{ law: 'told_otherwise', at, detail: `${operation.id} is ${operation.status}, told is ${type} ${outcome}` }];
}

/** The numbers of the events of operations: within a transaction they are in the order in which it applied them. */
export function readSequences(told: readonly Told[]): Map<string, number> {
  return new Map(
    told.map(({ body }): [string, number] => {
      const { data } = JSON.parse(body) as { data: Record<string, unknown> };
      return [String(data['id']), Number(data['sequence'])];
    }),
  );
}
