import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@wallet/shared/database/pool';
import { isAgainstLaw, isLockTimeout, isOfRow } from '@wallet/shared/database/sqlstate';
import {
  type ArchivedOperation,
  type KeyedOperation,
  type NewOperation,
  type Operation,
  acceptOperations,
  scheduleOperations,
  findOperations,
  findOperationsByKey,
} from '@wallet/shared/database/tables/operations';
import { type LogError, logErrors } from '@wallet/shared/process/log-errors';
import type { Logger } from '@wallet/shared/process/logger';
import { inGroups } from '@wallet/shared/process/in-groups';
import { LRUCache } from 'lru-cache';
import type { RingPartitions } from './ring-partitions.ts';

/**
 * `accepted`: committed now, without its terms, which the caller knows. `replayed`: the same request was accepted under
 * this key before. `archived`: the same, and the operation is archived. `key_reused`: a different request was accepted;
 * nothing is stored.
 */
export type Acceptance = { readonly kind: 'accepted'; readonly operation: Operation } | EarlierAcceptance;

/** The result of a request whose key was used before. */
export type EarlierAcceptance =
  | { readonly kind: 'replayed'; readonly operation: Operation }
  | { readonly kind: 'archived'; readonly operationId: string }
  | { readonly kind: 'key_reused'; readonly key: string | null };

export type AcceptOperation = (operation: NewOperation) => Promise<Acceptance>;

/** The most operations in one INSERT. */
const GROUP_LIMIT = 500;
/** Into how many parts a group is divided to find the failing operation. */
const PIECES = 8;
const KNOWN_HOLDERS = 200_000;
/** Pauses before repeating a group whose result is unknown. Its ids are its natural keys, so repeating is safe. */
const RETRY_MS = [50, 250];

/**
 * Makes the function that accepts operations by group commit: requests that arrive while an INSERT is in flight go into
 * the next one. It resolves after COMMIT; then `ring` is called with the partitions that have work, and not awaited. It
 * rejects with the database's error, and then the operation may or may not have been accepted: a caller with an
 * idempotency key can find out by repeating the request. It rejects with the problem `overloaded` before anything is
 * done.
 */
export function createAcceptOperation(dependencies: {
  database: Database;
  ring: RingPartitions;
  /** Admits an operation, or throws the problem `overloaded`; counts it out again whatever the result. */
  admission: { enter(operation: NewOperation): void; leave(operation: NewOperation): void };
  /** Called for each operation accepted now, with the duration. */
  onAccepted: (operation: NewOperation, seconds: number) => void;
  log: Logger;
}): AcceptOperation {
  const { database, ring, admission, onAccepted } = dependencies;
  const onError = logErrors(dependencies.log, 'accepting failed, trying again');
  /** Wallets with a held account. */
  const holders = new LRUCache<string, true>({ max: KNOWN_HOLDERS });

  async function acceptGroup(operations: readonly NewOperation[]): Promise<GroupAnswer[]> {
    const newHolders = operations.filter(({ type, walletId }) => type === 'hold' && !holders.has(walletId));
    const holdersKnown = newHolders.length === 0;
    let inserted: Map<string, Date>;
    try {
      const write = operations[0]?.executeAt == null ? acceptOperations : scheduleOperations;
      const rows = await withRetries((again) => write(database, operations, { again, holdersKnown }), onError);
      inserted = new Map(rows.map((row) => [row.id, row.createdAt]));
      for (const { id, walletId } of newHolders) if (inserted.has(id)) holders.set(walletId, true);
    } catch (error) {
      if (isAgainstLaw(error) && holdersKnown && holders.size > 0) {
        // A promotion may have lost the held account of one of them.
        holders.clear();
        return acceptGroup(operations);
      }
      return operations.length > 1 && isOnesFault(error) ? acceptApart(operations) : operations.map(() => ({ error }));
    }
    // All of them: after a lost reply, those that were not inserted now were inserted before.
    if (operations[0]?.executeAt == null) ringFor(ring, operations);
    const earlier = operations.length === inserted.size ? NOTHING : await findEarlier(operations, inserted);
    return operations.map((operation): GroupAnswer => {
      const createdAt = inserted.get(operation.id);
      if (createdAt) return { acceptance: accepted(operation, createdAt) };
      return 'error' in earlier ? earlier : recognise(operation, earlier);
    });
  }

  /** One operation that the database refuses, or whose key another session holds, must not fail its whole group. */
  async function acceptApart(operations: readonly NewOperation[]): Promise<GroupAnswer[]> {
    const size = Math.ceil(operations.length / PIECES);
    const answers: GroupAnswer[] = [];
    for (let start = 0; start < operations.length; start += size) {
      answers.push(...(await acceptGroup(operations.slice(start, start + size))));
    }
    return answers;
  }

  async function findEarlier(
    operations: readonly NewOperation[],
    inserted: ReadonlyMap<string, Date>,
  ): Promise<EarlierOperations | { error: unknown }> {
    const left = operations.filter(({ id }) => !inserted.has(id));
    const ids = left.map(({ id }) => id);
    const keys = left.flatMap(({ idempotencyKey }) => idempotencyKey ?? []);
    try {
      const byId = await findOperations(database, ids);
      const byKey = await findOperationsByKey(database, keys);
      return {
        byId: new Map(byId.map((operation) => [operation.id, operation])),
        byKey: new Map(byKey.map((operation) => [operation.idempotencyKey, operation])),
      };
    } catch (error) {
      // Only the requests that repeat a key are refused: the others are accepted.
      return { error };
    }
  }

  const inGroup = inGroups(GROUP_LIMIT, acceptGroup);
  /** Scheduled operations are written by a statement of their own. */
  const inScheduledGroup = inGroups(GROUP_LIMIT, acceptGroup);
  return async (operation) => {
    admission.enter(operation);
    const begun = performance.now();
    try {
      const answer = await (operation.executeAt === null ? inGroup : inScheduledGroup)(operation);
      if ('error' in answer) throw answer.error;
      if (answer.acceptance.kind === 'accepted') onAccepted(operation, (performance.now() - begun) / 1000);
      return answer.acceptance;
    } finally {
      admission.leave(operation);
    }
  };
}

function ringFor(ring: RingPartitions, operations: readonly NewOperation[]): void {
  for (const lane of ['high', 'bulk'] as const) {
    const ofLane = operations.filter(({ priority }) => (priority === 'high') === (lane === 'high'));
    if (ofLane.length > 0) ring(new Set(ofLane.map(({ partition }) => partition)), lane);
  }
}

type GroupAnswer = { readonly acceptance: Acceptance } | { readonly error: unknown };

interface EarlierOperations {
  readonly byId: ReadonlyMap<string, Operation>;
  readonly byKey: ReadonlyMap<string | null, KeyedOperation | ArchivedOperation>;
}

const NOTHING: EarlierOperations = { byId: new Map(), byKey: new Map() };

function accepted(operation: NewOperation, createdAt: Date): Acceptance {
  return {
    kind: 'accepted',
    // Field by field: a spread takes five times as long.
    operation: {
      id: operation.id,
      walletId: operation.walletId,
      toWalletId: operation.toWalletId,
      assetId: operation.assetId,
      type: operation.type,
      amount: operation.amount,
      priority: operation.priority,
      description: operation.description,
      referenceId: operation.referenceId,
      idempotencyKey: operation.idempotencyKey,
      metadata: operation.metadata,
      terms: null,
      reversed: null,
      heldBalance: null,
      batchId: null,
      createdAt,
      executeAt: operation.executeAt,
      status: operation.executeAt === null ? 'pending' : 'scheduled',
      completedAt: null,
      errorCode: null,
      walletBalance: null,
      walletVersion: null,
      toWalletBalance: null,
      toWalletVersion: null,
    },
  };
}

/** Why an operation was not inserted: itself, after a lost reply, or an earlier request. */
function recognise(operation: NewOperation, earlier: EarlierOperations): GroupAnswer {
  const itself = earlier.byId.get(operation.id);
  if (itself) return { acceptance: { kind: 'accepted', operation: itself } };
  const first = earlier.byKey.get(operation.idempotencyKey);
  if (first === undefined) return { error: new Error(`operation ${operation.id} was neither accepted nor found`) };
  return { acceptance: judgeEarlier(operation, first) };
}

/** The result of a request whose key belongs to an operation that was accepted before. */
export function judgeEarlier(
  { idempotencyKey: key, requestHash }: Pick<NewOperation, 'idempotencyKey' | 'requestHash'>,
  first: KeyedOperation | ArchivedOperation,
): EarlierAcceptance {
  if (first.requestHash !== requestHash) return { kind: 'key_reused', key };
  return first.isArchived ? { kind: 'archived', operationId: first.id } : { kind: 'replayed', operation: first };
}

/**
 * Whether one of the operations may be at fault: also if the law refused it, after a promotion lost rows that this
 * process knows.
 */
function isOnesFault(error: unknown): boolean {
  return isOfRow(error) || isLockTimeout(error) || isAgainstLaw(error);
}

async function withRetries<Result>(attempt: (again: boolean) => Promise<Result>, onError: LogError): Promise<Result> {
  for (const [tries, pause] of RETRY_MS.entries()) {
    try {
      return await attempt(tries > 0);
    } catch (error) {
      if (isOnesFault(error)) throw error;
      onError(error);
      await delay(pause);
    }
  }
  return attempt(true);
}
