import { type Model, createModel } from '../../support/model.ts';
import type { Recorded, RecordedOperation } from './recorded.ts';
import type { Violation } from './violation.ts';

/** What happened to a wallet: an operation of its own, or the credit of a transfer from another. */
interface Turn {
  readonly operation: RecordedOperation;
  readonly isCredit: boolean;
}

export interface Replay {
  /** What happened to each wallet, in the order in which it did. */
  readonly turns: ReadonlyMap<string, readonly Turn[]>;
  /** The balance of each wallet at version 0, 1, 2, … */
  readonly balances: ReadonlyMap<string, readonly bigint[]>;
  readonly violations: readonly Violation[];
}

/**
 * Plays all operations again with a model that shares no code with the product. A wallet's own operations
 * come in the order of acceptance; the credits of transfers take the places that their versions give them. A transfer happens to
 * both wallets at once, so there has to be one order of everything in which each wallet's turns are in theirs.
 */
export function replay(recorded: Recorded): Replay {
  const turns = orderTurns(recorded.operations);
  const model = createModel(recorded.wallets.map(({ id, credit = 0n }) => [id, { credit }] as const));
  const balances = new Map<string, bigint[]>();
  const violations: Violation[] = [];
  const next = new Map<string, number>();
  const ready = [...turns.keys()];
  let played = 0;

  const isTurnOf = (wallet: string, operation: RecordedOperation): boolean =>
    turns.get(wallet)?.[next.get(wallet) ?? 0]?.operation === operation;

  for (let wallet = ready.pop(); wallet !== undefined; wallet = ready.pop()) {
    for (;;) {
      const operation = turns.get(wallet)?.[next.get(wallet) ?? 0]?.operation;
      if (operation === undefined) break;
      const others = walletsOf(operation);
      if (!others.every((each) => isTurnOf(each, operation))) break;
      play(operation, model, balances, violations);
      for (const each of others) next.set(each, (next.get(each) ?? 0) + 1);
      ready.push(...others.filter((each) => each !== wallet));
      played += 1;
    }
  }
  const final = recorded.operations.filter(({ status }) => status !== null).length;
  if (played < final) {
    violations.push({ law: 'no_serial_order', at: null, detail: `${final - played} operations fit in no order` });
  }
  for (const { id, balance, version } of recorded.wallets) {
    const states = balances.get(id) ?? [0n];
    if (states.at(-1) === balance && BigInt(states.length - 1) === version) continue;
    const detail = `wallet ${id} stands at version ${version} with ${balance}, the model at ${states.length - 1} with ${states.at(-1)}`;
    violations.push({ law: 'balance', at: null, detail });
  }
  return { turns, balances, violations };
}

/** Those that an operation changes or is decided by: a refused transfer says nothing of its receiver. */
function walletsOf({ wallet, to, status }: RecordedOperation): string[] {
  return to !== null && status === 'succeeded' ? [wallet, to] : [wallet];
}

function orderTurns(operations: readonly RecordedOperation[]): Map<string, Turn[]> {
  const own = groupBy(operations, ({ wallet, status }) => (status === null ? null : wallet));
  const credits = groupBy(operations, ({ to, status }) => (status === 'succeeded' ? to : null));
  const turns = new Map<string, Turn[]>();
  for (const wallet of new Set([...own.keys(), ...credits.keys()])) {
    const received = (credits.get(wallet) ?? []).sort((a, b) => compare(a.toVersion ?? 0n, b.toVersion ?? 0n));
    const ordered: Turn[] = [];
    let credit = 0;
    for (const operation of own.get(wallet) ?? []) {
      const version = (operation.version ?? 0n) + (operation.status === 'succeeded' ? 0n : 1n);
      for (; credit < received.length && (received[credit]?.toVersion ?? 0n) < version; credit += 1) {
        ordered.push({ operation: received[credit]!, isCredit: true });
      }
      ordered.push({ operation, isCredit: false });
    }
    turns.set(wallet, [...ordered, ...received.slice(credit).map((operation) => ({ operation, isCredit: true }))]);
  }
  return turns;
}

function groupBy(
  operations: readonly RecordedOperation[],
  walletOf: (operation: RecordedOperation) => string | null,
): Map<string, RecordedOperation[]> {
  const groups = new Map<string, RecordedOperation[]>();
  for (const operation of operations) {
    const wallet = walletOf(operation);
    if (wallet === null) continue;
    const group = groups.get(wallet);
    if (group === undefined) groups.set(wallet, [operation]);
    else group.push(operation);
  }
  return groups;
}

/** One operation, by the model; what the service said of it has to be the same. */
function play(
  operation: RecordedOperation,
  model: Model,
  balances: Map<string, bigint[]>,
  violations: Violation[],
): void {
  const { wallet, to, type, amount } = operation;
  const played = model.apply({ type, wallet, to, amount });
  const succeeds = played.rejection === null;
  if (succeeds) {
    statesOf(balances, wallet).push(played.wallet.balance);
    if (to !== null && played.receiver !== null) statesOf(balances, to).push(played.receiver.balance);
  }
  const expected = [succeeds ? 'succeeded' : 'failed', played.wallet.balance, played.wallet.version];
  const said = [operation.status, operation.balance, operation.version];
  if (played.receiver !== null && succeeds) {
    expected.push(played.receiver.balance, played.receiver.version);
    said.push(operation.toBalance, operation.toVersion);
  }
  if (said.join() === expected.join()) return;
  const detail = `${type} ${operation.id} of ${amount}: recorded ${said.join()}, the model says ${expected.join()}`;
  violations.push({ law: said[0] === expected[0] ? 'balance' : 'outcome', at: null, detail });
}

function statesOf(balances: Map<string, bigint[]>, wallet: string): bigint[] {
  const states = balances.get(wallet) ?? [0n];
  balances.set(wallet, states);
  return states;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
