import { type History, type Intent, type Wish, intentOf } from '../history.ts';
import type { Recorded, RecordedOperation } from './recorded.ts';
import type { Violation } from './violation.ts';

/**
 * Every request that was accepted exists once, as it was meant, and is final; nothing exists that nobody asked for; and a key
 * always got the same id.
 */
export function checkRequests(history: History, recorded: Recorded): Violation[] {
  const violations: Violation[] = [];
  const byKey = new Map<string, RecordedOperation[]>();
  for (const operation of recorded.operations) {
    const { id, key } = operation;
    if (key === null || !history.intents.has(key)) {
      violations.push({ law: 'unasked', at: null, detail: `operation ${id} under key ${key} was asked for by nobody` });
    } else byKey.set(key, [...(byKey.get(key) ?? []), operation]);
    if (operation.status === null) {
      violations.push({
        law: 'not_final',
        at: intentOf(history, key)?.sentAt ?? null,
        detail: `operation ${id} under key ${key}`,
      });
    }
  }
  for (const intent of history.intents.values()) violations.push(...checkRequest(intent, byKey.get(intent.key) ?? []));
  return violations;
}

function checkRequest(intent: Intent, found: readonly RecordedOperation[]): Violation[] {
  const { key, wishes, ids, refusal, sentAt: at } = intent;
  if (refusal !== null) return [{ law: 'refused', at, detail: `${key} got ${refusal}` }];
  const [id] = ids;
  if (id === undefined) return [{ law: 'lost', at, detail: `nobody knows what became of ${key}` }];
  if (ids.size > 1) return [{ law: 'twice', at, detail: `${key} got ${[...ids].join()}` }];
  if (found.length < wishes.length) {
    return [{ law: 'lost', at, detail: `${key} was accepted as ${id}; of ${wishes.length} there are ${found.length}` }];
  }
  if (found.length > wishes.length) {
    return [{ law: 'twice', at, detail: `${key} exists as ${found.map((operation) => operation.id).join()}` }];
  }
  return found.flatMap((operation, index) => {
    const own = intent.kind === 'batch' ? operation.batchId : operation.id;
    if (own === id && isAsMeant(operation, wishes[index])) return [];
    const said = `${operation.type} ${operation.wallet} ${operation.to} ${operation.amount} in ${own}`;
    return [{ law: 'other_request', at, detail: `${key}, accepted as ${id}, is recorded as ${said}` }];
  });
}

function isAsMeant(operation: RecordedOperation, wish: Wish | undefined): boolean {
  return (
    operation.type === wish?.type &&
    operation.wallet === wish.wallet &&
    operation.to === wish.to &&
    operation.amount === wish.amount
  );
}
