import { type History, type Intent, type Wish, intentOf } from '../history.ts';
import type { Recorded, RecordedOperation } from './recorded.ts';
import type { Violation } from './violation.ts';

/**
 * Every request that was accepted exists once, as it was meant, and is final; nothing exists that nobody asked for, but that a
 * hold is released once by the service itself when it has expired; and a key always got the same id.
 */
export function checkRequests(history: History, recorded: Recorded): Violation[] {
  const violations: Violation[] = [];
  const byKey = new Map<string, RecordedOperation[]>();
  const byId = new Map(recorded.operations.map((operation) => [operation.id, operation]));
  const expired = new Set<string>();
  for (const operation of recorded.operations) {
    const { id, key } = operation;
    if (operation.reason !== null) violations.push(...checkExpiry(operation, byId, expired));
    else if (key === null || !history.intents.has(key)) {
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
  const { key, wishes, ids, refusal, isTooLate, sentAt: at } = intent;
  if (refusal !== null) return [{ law: 'refused', at, detail: `${key} got ${refusal}` }];
  const [id = isTooLate ? found[0]?.id : undefined] = ids;
  if (id === undefined && isTooLate) return [];
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
    const said = `${operation.type} ${operation.wallet} ${operation.to} ${operation.amount} ${operation.target} in ${own}`;
    return [{ law: 'other_request', at, detail: `${key}, accepted as ${id}, is recorded as ${said}` }];
  });
}

function isAsMeant(operation: RecordedOperation, wish: Wish | undefined): boolean {
  const { type, wallet, to, amount, target, house, final, legs, expiresAt, createdAt, executeAt } = operation;
  const begunAt = executeAt ?? createdAt;
  const expiresIn = expiresAt === null ? undefined : (expiresAt.getTime() - begunAt.getTime()) / 1_000;
  const recorded = { type, wallet, to, amount, target, house, final, expiresIn, legs, executeAt };
  return wish !== undefined && describe(recorded) === describe(wish);
}

/** Everything that was asked for, as text. */
function describe(wish: Loose<Wish>): string {
  const { type, wallet, to, amount, target, house, final, expiresIn, legs, executeAt } = wish;
  const moves = (legs ?? []).map((leg) => [leg.from, leg.to, leg.amount]);
  const said = [type, wallet, to, amount, target, house, final, expiresIn, executeAt?.toISOString(), ...moves];
  return said.map((each) => each ?? '').join();
}

type Loose<Type> = { readonly [Key in keyof Type]: Type[Key] | null | undefined };

/**
 * A release that the service has accepted itself: of a hold that has expired by then, once, or again if it failed with the hold open.
 * Adds it to those that are known.
 */
function checkExpiry(
  { id, key, type, wallet, amount, target, createdAt, errorCode }: RecordedOperation,
  byId: ReadonlyMap<string, RecordedOperation>,
  expired: Set<string>,
): Violation[] {
  const hold = byId.get(target ?? '');
  const violate = (law: Violation['law'], detail: string): Violation[] => [{ law, at: null, detail }];
  if (hold?.type !== 'hold' || hold.wallet !== wallet || type !== 'release' || key !== null || amount !== null) {
    return violate('unasked', `${type} ${id} of ${amount} is said to be of a hold that expired, ${target}`);
  }
  if (expired.has(hold.id)) return violate('twice', `hold ${hold.id} expired again as ${id}`);
  if (errorCode === null || errorCode === 'hold_closed') expired.add(hold.id);
  if (hold.expiresAt !== null && hold.expiresAt <= createdAt) return [];
  return violate('expired_early', `hold ${hold.id} expired at ${createdAt.toISOString()} as ${id}, which is too early`);
}
