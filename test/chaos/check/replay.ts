import { type Model, TREASURY, createModel, heldOf } from '../../support/model.ts';
import type { Recorded, RecordedAccount, RecordedOperation } from './recorded.ts';
import { type Turns, compare, orderTurns } from './turns.ts';
import type { Violation } from './violation.ts';

/** What a wallet's own account was at a version, and which operation made it so. */
interface State {
  readonly balance: bigint;
  readonly operation: RecordedOperation | null;
}

/** What was held of a wallet while its own account was at one of these versions. */
interface HeldSpan {
  readonly held: bigint;
  readonly from: number;
  until: number;
}

export interface Replay {
  readonly turns: Turns;
  /** By wallet and version; there is none at a version that an operation only passed through. */
  readonly states: ReadonlyMap<string, ReadonlyMap<number, State>>;
  readonly held: ReadonlyMap<string, readonly HeldSpan[]>;
  readonly violations: readonly Violation[];
}

/** What is played with, and the result. */
interface Stage {
  readonly model: Model;
  readonly byId: ReadonlyMap<string, RecordedOperation>;
  readonly states: Map<string, Map<number, State>>;
  readonly held: Map<string, HeldSpan[]>;
  readonly violations: Violation[];
}

/**
 * Plays all operations again with a model that shares no code with the product. There has to be one order of everything in which the
 * turns of each account and of each queue are in theirs, and in which the model says of every operation what the service said.
 *
 * Of what was refused for another account than its own wallet's, as a reversal that the receiver cannot pay, nothing says at which
 * version of that account. So operations are tried in the order in which they ended. What should be refused, and would not be yet,
 * waits until it would; that changes nothing, so it can be played at the first moment that suits. What ended together, in one
 * transaction, is tried in the order of its events; a line of a batch that tells none, when its turn is before one that does; and
 * what was refused, at every moment in between.
 */
export function replay(recorded: Recorded, sequences: ReadonlyMap<string, number> = new Map()): Replay {
  const turns = orderTurns(recorded.operations);
  const model = createModel(recorded.accounts.map(({ name, owner, credit }) => [name, { owner, credit }] as const));
  const byId = new Map(recorded.operations.map((operation) => [operation.id, operation]));
  const stage: Stage = { model, byId, states: new Map(), held: new Map(), violations: [] };
  const { left, next, previous } = countBefore(turns);
  const final = recorded.operations.filter(({ status, seq }) => status !== null && seq !== null);
  const isTried = new Set<RecordedOperation>();
  const isPlayed = new Set<RecordedOperation>();
  const waiting = new Set<RecordedOperation>();

  /** Plays what is ready, and all that is ready after it. */
  function playFrom(first: RecordedOperation, isLastTry = false): void {
    const ready = [first];
    for (let operation = ready.pop(); operation !== undefined; operation = ready.pop()) {
      if (isPlayed.has(operation)) continue;
      const isForced = isLastTry && operation === first;
      if (operation.status === 'failed' && !isForced && model.refusalOf(asked(operation)) !== operation.errorCode) {
        waiting.add(operation);
        continue;
      }
      waiting.delete(operation);
      isPlayed.add(operation);
      play(operation, stage);
      for (const other of next.get(operation) ?? []) {
        left.set(other, (left.get(other) ?? 0) - 1);
        if (left.get(other) === 0 && isTried.has(other)) ready.push(other);
      }
      if (operation.status === 'succeeded') ready.push(...waiting);
    }
  }

  /** With those of its transaction whose turn is before it. @param others those of the transaction that are left. */
  function bring(operation: RecordedOperation, others: Set<RecordedOperation>): void {
    if (!others.delete(operation)) return;
    isTried.add(operation);
    for (const before of previous.get(operation) ?? []) bring(before, others);
    if ((left.get(operation) ?? 0) === 0) playFrom(operation);
  }

  for (const group of groupByEnd(final, sequences)) {
    for (const operation of group) if (operation.status === 'failed') isTried.add(operation);
    for (const operation of group) if (operation.status === 'failed' && !left.get(operation)) playFrom(operation);
    const others = new Set(group);
    for (const operation of group) bring(operation, others);
  }
  for (let [stuck] = waiting; stuck !== undefined; [stuck] = waiting) playFrom(stuck, true);
  const { violations, states, held } = stage;
  const unplayed = final.filter((operation) => !isPlayed.has(operation));
  if (unplayed.length > 0) {
    const detail = `${unplayed.length} operations fit in no order, the first is ${unplayed[0]?.id}`;
    violations.push({ law: 'no_serial_order', at: null, detail });
  }
  violations.push(...recorded.accounts.flatMap((account) => checkAccount(account, model)));
  return { turns, states, held, violations };
}

/**
 * Those that ended at once, in the order in which groups ended. In a group those come first whose events say in which order they were
 * applied: single operations, and lines of batches that tell each.
 */
function groupByEnd(
  operations: readonly RecordedOperation[],
  sequences: ReadonlyMap<string, number>,
): RecordedOperation[][] {
  const groups = new Map<bigint, RecordedOperation[]>();
  for (const operation of operations.toSorted((a, b) => compare(a.endedAt ?? 0n, b.endedAt ?? 0n))) {
    const group = groups.get(operation.endedAt ?? 0n);
    if (group === undefined) groups.set(operation.endedAt ?? 0n, [operation]);
    else group.push(operation);
  }
  const rank = ({ id }: RecordedOperation): number => sequences.get(id) ?? Number.MAX_VALUE;
  return [...groups.values()].map((group) => group.toSorted((a, b) => rank(a) - rank(b)));
}

/** How many operations have to be played right before each one, and right before which others it has to be. */
function countBefore(turns: Turns): {
  left: Map<RecordedOperation, number>;
  next: Map<RecordedOperation, RecordedOperation[]>;
  previous: Map<RecordedOperation, RecordedOperation[]>;
} {
  const left = new Map<RecordedOperation, number>();
  const next = new Map<RecordedOperation, RecordedOperation[]>();
  const previous = new Map<RecordedOperation, RecordedOperation[]>();
  for (const happened of turns.values()) {
    happened.forEach((operation, index) => {
      const before = happened[index - 1];
      if (before === undefined) return;
      left.set(operation, (left.get(operation) ?? 0) + 1);
      next.set(before, [...(next.get(before) ?? []), operation]);
      previous.set(operation, [...(previous.get(operation) ?? []), before]);
    });
  }
  return { left, next, previous };
}

function asked(operation: RecordedOperation): Parameters<Model['apply']>[0] {
  const { id, type, wallet, to, amount, target, house, final, legs } = operation;
  return { id, type, wallet, to, amount, target: target ?? '', house, final: final ?? false, legs: legs ?? [] };
}

/** One operation, by the model; what the service said of it has to be the same. */
function play(operation: RecordedOperation, stage: Stage): void {
  const { model, violations } = stage;
  const accounts = accountsOf(operation, stage);
  const before = new Map(accounts.map((name) => [name, model.standingOf(name)]));
  const { rejection } = model.apply(asked(operation));
  const { id, type, amount, wallet, status } = operation;
  const expected = rejection ?? 'succeeded';
  const said = status === 'failed' ? (operation.errorCode ?? 'failed') : status;
  if (said !== expected) {
    const detail = `${type} ${id} of ${amount}: recorded ${said}, the model says ${expected}`;
    violations.push({ law: 'outcome', at: null, detail });
  }
  const recorded = standingsOf(operation);
  for (const name of accounts) {
    const { balance, version } = model.standingOf(name);
    const stands = recorded.get(name) ?? before.get(name);
    if (stands?.balance === balance && stands.version === version) continue;
    const detail = `${type} ${id} left ${name} at ${stands?.balance}, ${stands?.version}, the model says ${balance}, ${version}`;
    violations.push({ law: 'balance', at: null, detail });
  }
  violations.push(...checkOutcome(operation, model));
  if (rejection === null) note(operation, accounts, stage);
  noteHeld(operation, model.standingOf(heldOf(wallet)).balance, stage);
}

/** Every account that it could have moved, and every one that it did, but the treasury. */
function accountsOf(operation: RecordedOperation, { byId }: Stage): string[] {
  const { wallet, to, house, legs, moves, target } = operation;
  const ends = [...(legs ?? []), ...moves, ...(byId.get(target ?? '')?.moves ?? [])].flatMap((move) => [
    move.from,
    move.to,
  ]);
  const named = [wallet, heldOf(wallet), to, house, ...ends];
  return [...new Set(named)].filter((name) => name !== null).filter((name) => name !== TREASURY);
}

/** Where the operation left each account that it moved. */
function standingsOf({ moves }: RecordedOperation): Map<string, { balance: bigint; version: bigint }> {
  const standings = new Map<string, { balance: bigint; version: bigint }>();
  for (const { from, fromBalance, fromVersion, to, toBalance, toVersion } of moves) {
    for (const [name, balance, version] of [
      [from, fromBalance, fromVersion],
      [to, toBalance, toVersion],
    ] as const) {
      if ((standings.get(name)?.version ?? -1n) < version) standings.set(name, { balance, version });
    }
  }
  return standings;
}

/** What it says of its own wallet and of the receiver is where they stand. */
function checkOutcome(operation: RecordedOperation, model: Model): Violation[] {
  const { id, type, wallet, to, status, balance, version, toBalance, toVersion } = operation;
  const told = [
    ...(status === 'failed' || balance !== null ? [{ name: wallet, balance, version }] : []),
    ...(to !== null && status === 'succeeded' ? [{ name: to, balance: toBalance, version: toVersion }] : []),
  ];
  return told.flatMap((each) => {
    const stands = model.standingOf(each.name);
    if (each.balance === stands.balance && each.version === stands.version) return [];
    const detail = `${type} ${id} says ${each.balance}, ${each.version} of ${each.name}, the model ${stands.balance}, ${stands.version}`;
    return [{ law: 'balance' as const, at: null, detail }];
  });
}

function note(operation: RecordedOperation, accounts: readonly string[], { model, states }: Stage): void {
  for (const name of accounts) {
    const { balance, version } = model.standingOf(name);
    const known = states.get(name) ?? new Map<number, State>([[0, { balance: 0n, operation: null }]]);
    states.set(name, known);
    if (!known.has(Number(version))) known.set(Number(version), { balance, operation });
  }
}

/** Of operations that do not move the wallet's own account, only those before and behind them say at which versions it was. */
function noteHeld(operation: RecordedOperation, amount: bigint, { held }: Stage): void {
  const { wallet } = operation;
  const spans = held.get(wallet) ?? [{ held: 0n, from: 0, until: Infinity }];
  held.set(wallet, spans);
  const range = versionsOf(operation);
  if (range !== null) {
    for (let index = spans.length - 1; spans[index]?.until === Infinity; index -= 1) spans[index]!.until = range.before;
  }
  spans.push({ held: amount, from: range?.after ?? spans.at(-1)?.from ?? 0, until: Infinity });
}

function versionsOf({ wallet, status, version, moves }: RecordedOperation): { before: number; after: number } | null {
  if (status === 'failed') return { before: Number(version), after: Number(version) };
  const own = moves.flatMap(({ from, fromVersion, to, toVersion }) => [
    ...(from === wallet ? [Number(fromVersion)] : []),
    ...(to === wallet ? [Number(toVersion)] : []),
  ]);
  return own.length === 0 ? null : { before: Math.min(...own) - 1, after: Math.max(...own) };
}

function checkAccount({ name, balance, version }: RecordedAccount, model: Model): Violation[] {
  const stands = model.standingOf(name);
  if (stands.balance === balance && stands.version === version) return [];
  const detail = `${name} stands at version ${version} with ${balance}, the model at ${stands.version} with ${stands.balance}`;
  return [{ law: 'balance', at: null, detail }];
}
