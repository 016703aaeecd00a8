import type { OperationType } from '@wallet/shared/words/operation';
import type { RejectionCode } from '@wallet/shared/words/rejection';

/**
 * What a wallet is, said a second time and as simply as possible: balances in a map. It shares no code with the product,
 * so that the two can be held against each other; only the names of kinds and codes are the product's, so that the compiler
 * asks for what the model does not know.
 */
export interface Model {
  /** Applies the operation, if it is not refused. */
  apply(operation: ModelOperation): ModelOutcome;
  /** Applies all of the operations, or, if one is refused, none. */
  applyTogether(operations: readonly ModelOperation[]): ModelOutcome[];
  /** From now on the account may go so far below zero. */
  setCredit(account: string, credit: bigint): void;
  /** Why it would be refused now, or null. */
  refusalOf(operation: ModelOperation): RejectionCode | null;
  /** Of a wallet, what is held of one (`heldOf`), or a house account. */
  standingOf(account: string): ModelStanding;
}

/** What an account holds, and how many movements it has seen. */
interface ModelStanding {
  readonly balance: bigint;
  readonly version: bigint;
}

/** Why an operation is refused, or null, and where its wallets stand after it. */
interface ModelOutcome {
  readonly rejection: RejectionCode | null;
  readonly wallet: ModelStanding;
  readonly receiver: ModelStanding | null;
}

export interface ModelOperation {
  /** By which captures, releases and reversals name it. */
  readonly id?: string;
  readonly type: OperationType;
  readonly wallet: string;
  /** The wallet that a transfer is to, or a capture. */
  readonly to?: string | null;
  /** Null where it is all that is left. */
  readonly amount: bigint | null;
  readonly cancelled?: boolean;
  /** The hold of a capture or a release; the operation that a reversal takes back. */
  readonly target?: string;
  /** The house account that a capture is to. */
  readonly house?: string | null;
  /** Whether a capture leaves nothing held. */
  readonly final?: boolean;
  /** What a posting moves: wallets and house accounts, by name. */
  readonly legs?: readonly Move[];
}

export interface Move {
  readonly from: string;
  readonly to: string;
  readonly amount: bigint;
}

interface ModelAccount extends ModelStanding {
  readonly status: 'active' | 'frozen' | 'closed';
  /** How far below zero it may go; null is as far as it likes. */
  readonly credit: bigint | null;
  /** Whether its asset may move to another wallet. */
  readonly transferable: boolean;
  readonly owner: 'wallet' | 'held' | 'house';
}

/** What has succeeded and can be named by others: what it moved, how much of that was taken back, and is still held. */
interface Done {
  readonly moves: readonly Move[];
  readonly reversed: bigint;
  readonly held: bigint;
}

const MOST = 2n ** 63n - 1n;
const FRESH: ModelAccount = {
  balance: 0n,
  version: 0n,
  credit: 0n,
  status: 'active',
  transferable: true,
  owner: 'wallet',
};
/** The treasury, in whichever partition. */
export const TREASURY = 'treasury';

export function heldOf(wallet: string): string {
  return `held of ${wallet}`;
}

/** An account that is not listed is an active, empty wallet whose asset may be transferred. */
export function createModel(start: Iterable<readonly [string, Partial<ModelAccount>]> = []): Model {
  const accounts = new Map<string, ModelAccount>([[TREASURY, { ...FRESH, owner: 'house', credit: null }]]);
  for (const [id, account] of start) accounts.set(id, { ...FRESH, ...account });
  const done = new Map<string, Done>();
  const of = (id: string): ModelAccount =>
    accounts.get(id) ?? (id.startsWith('held of ') ? { ...FRESH, owner: 'held' } : FRESH);

  /** What the operation moves if nothing speaks against it, or why it moves nothing. */
  function movesOf(operation: ModelOperation): readonly Move[] | RejectionCode {
    const { type, wallet, to, target = '', house } = operation;
    const held = heldOf(wallet);
    const amount = operation.amount ?? 0n;
    switch (type) {
      case 'transfer':
        return [{ from: wallet, to: to ?? '', amount }];
      case 'hold':
        return [{ from: wallet, to: held, amount }];
      case 'capture':
      case 'release': {
        const left = done.get(target)?.held ?? 0n;
        if (left === 0n) return 'hold_closed';
        const taken = operation.amount ?? left;
        if (taken > left) return 'hold_exceeded';
        if (type === 'release') return [{ from: held, to: wallet, amount: taken }];
        const moves = [
          { from: held, to: to ?? house ?? TREASURY, amount: taken },
          { from: held, to: wallet, amount: left - taken },
        ];
        return operation.final && taken < left ? moves : moves.slice(0, 1);
      }
      case 'reversal': {
        const original = done.get(target);
        if (original === undefined || original.moves.length === 0) return 'operation_not_succeeded';
        const left = sum(original.moves) - original.reversed;
        const taken = operation.amount ?? left;
        if (left === 0n || taken > left) return 'reversal_exceeds_operation';
        const back = original.moves.map((move) => ({ from: move.to, to: move.from, amount: move.amount })).reverse();
        return back.length === 1 ? back.map((move) => ({ ...move, amount: taken })) : back;
      }
      case 'posting':
        return operation.legs ?? [];
      case 'deposit':
      case 'resupply':
      case 'top_up':
      case 'bonus':
        return [{ from: TREASURY, to: wallet, amount }];
      case 'withdraw':
      case 'spend':
        return [{ from: wallet, to: TREASURY, amount }];
    }
  }

  function refuse({ type, wallet }: ModelOperation, { from, to, amount }: Move): RejectionCode | null {
    const [giver, taker] = [of(from), of(to)];
    const isBetweenWallets =
      taker.owner === 'wallet' && (giver.owner === 'wallet' || (type === 'capture' && to !== wallet));
    const asset = giver.owner === 'held' ? of(wallet) : giver;
    if (isBetweenWallets && type !== 'reversal' && !asset.transferable) return 'asset_not_transferable';
    const asked = [giver, taker, ...(type === 'capture' ? [of(wallet)] : [])].map(({ status }) => status);
    if (asked.includes('closed')) return 'wallet_closed';
    if (asked.includes('frozen') && type !== 'release') return 'wallet_frozen';
    if (giver.credit !== null && giver.balance + giver.credit < amount) return 'insufficient_funds';
    if (taker.owner !== 'house' && taker.balance + amount > MOST) return 'balance_limit_exceeded';
    return null;
  }

  function add(id: string, amount: bigint): void {
    const account = of(id);
    accounts.set(id, { ...account, balance: account.balance + amount, version: account.version + 1n });
  }

  /** What others can do with it from now on, and with what it names. */
  function remember({ id, type, wallet, target = '' }: ModelOperation, moves: readonly Move[]): void {
    const named = done.get(target);
    if (type === 'reversal') {
      if (named !== undefined) done.set(target, { ...named, reversed: named.reversed + sum(moves) });
      return;
    }
    if (type === 'capture' || type === 'release') {
      if (named !== undefined) done.set(target, { ...named, held: named.held - sum(moves) });
    }
    if (id === undefined) return;
    const held = type === 'hold' ? sum(moves) : 0n;
    const canBeReversed = type !== 'hold' && type !== 'release';
    // Of a capture, what was captured can be taken back: not to what is held, but to the wallet.
    const kept = type === 'capture' ? moves.slice(0, 1).map((move) => ({ ...move, from: wallet })) : moves;
    if (canBeReversed || held > 0n) done.set(id, { moves: canBeReversed ? kept : [], reversed: 0n, held });
  }

  function standingOf(id: string): ModelStanding {
    const { balance, version } = of(id);
    return { balance, version };
  }

  function told({ wallet, to }: ModelOperation, rejection: RejectionCode | null): ModelOutcome {
    return { rejection, wallet: standingOf(wallet), receiver: to ? standingOf(to) : null };
  }

  /** One after the other; the first that is refused undoes those before it. */
  function makeMoves(operation: ModelOperation, moves: readonly Move[]): RejectionCode | null {
    const before = new Map(moves.flatMap(({ from, to }) => [from, to]).map((id) => [id, of(id)]));
    for (const move of moves) {
      const rejection = refuse(operation, move);
      if (rejection !== null) {
        for (const [id, account] of before) accounts.set(id, account);
        return rejection;
      }
      add(move.from, -move.amount);
      add(move.to, move.amount);
    }
    return null;
  }

  function refusalOf(operation: ModelOperation): RejectionCode | null {
    if (operation.cancelled) return 'cancelled';
    const moves = movesOf(operation);
    if (typeof moves === 'string') return moves;
    const before = moves.flatMap(({ from, to }) => [from, to]).map((id) => [id, of(id)] as const);
    const rejection = makeMoves(operation, moves);
    for (const [id, account] of before) accounts.set(id, account);
    return rejection;
  }

  function apply(operation: ModelOperation): ModelOutcome {
    if (operation.cancelled) return told(operation, 'cancelled');
    const moves = movesOf(operation);
    if (typeof moves === 'string') return told(operation, moves);
    const rejection = makeMoves(operation, moves);
    if (rejection === null) remember(operation, moves);
    return told(operation, rejection);
  }

  return {
    apply,
    refusalOf,
    applyTogether(operations) {
      const [accountsBefore, doneBefore] = [[...accounts], [...done]];
      const outcomes = operations.map(apply);
      if (outcomes.every(({ rejection }) => rejection === null)) return outcomes;
      accounts.clear();
      done.clear();
      for (const [id, account] of accountsBefore) accounts.set(id, account);
      for (const [id, each] of doneBefore) done.set(id, each);
      return operations.map((each, index) => told(each, outcomes[index]?.rejection ?? 'other_line_failed'));
    },
    setCredit: (account, credit) => accounts.set(account, { ...of(account), credit }),
    standingOf,
  };
}

function sum(moves: readonly Move[]): bigint {
  return moves.reduce((total, { amount }) => total + amount, 0n);
}

/** The operations in their order, those together that stand together and have one unit; what has none stands alone. */
export function groupInUnits<Operation>(
  operations: readonly Operation[],
  unitOf: (operation: Operation) => string | null,
): Operation[][] {
  const groups: Operation[][] = [];
  let last: string | null = null;
  for (const operation of operations) {
    const unit = unitOf(operation);
    if (unit !== null && unit === last) groups.at(-1)?.push(operation);
    else groups.push([operation]);
    last = unit;
  }
  return groups;
}
