import { BrokenInvariant } from '../words/broken-invariant.ts';
import type { RejectionCode } from '../words/rejection.ts';

/** The rules of operations with terms: what each of them moves, and why it cannot. Pure, like `plan`. */

/**
 * What an operation specifies besides its amount. All accounts are named by id; `held` is the held account of its
 * wallet.
 */
export type Terms =
  | { readonly kind: 'hold'; readonly held: bigint }
  | {
      readonly kind: 'capture';
      readonly holdId: string;
      readonly held: bigint;
      /** The account of a wallet, the treasury or another house account. */
      readonly to: bigint;
      readonly transferable: boolean;
      /** Whether the rest of the hold goes back to the wallet. */
      readonly final: boolean;
    }
  | { readonly kind: 'release'; readonly holdId: string; readonly held: bigint }
  | { readonly kind: 'reversal'; readonly originalId: string }
  | { readonly kind: 'posting'; readonly legs: readonly Leg[] };

/** A movement from one account to another. */
export interface Leg {
  readonly from: bigint;
  readonly to: bigint;
  readonly amount: bigint;
  /** Whether it may move between wallets. */
  readonly transferable: boolean;
}

/** A hold that has succeeded. The amount neither captured nor released is held. */
export interface Hold {
  readonly id: string;
  readonly amount: bigint;
  readonly captured: bigint;
  readonly released: bigint;
}

/** An operation that has succeeded and can be reversed. */
export interface Original {
  readonly id: string;
  /** What a full reversal moves, by the legs of the original. */
  readonly back: readonly {
    readonly leg: number;
    readonly from: bigint;
    readonly to: bigint;
    readonly amount: bigint;
  }[];
  /** How much was reversed, over all legs. */
  readonly reversed: bigint;
}

/** What an operation with terms would move, in order, and the state of its hold and its original afterwards. */
export interface Demand {
  readonly legs: readonly (Leg & { readonly leg: number })[];
  readonly hold?: Hold;
  /** The operation itself if it can be reversed, or the one that it has reversed. */
  readonly original?: Original;
}

/** What operations with terms refer to. */
interface Referred {
  readonly holds: ReadonlyMap<string, Hold>;
  readonly originals: ReadonlyMap<string, Original>;
}

interface Asking {
  readonly id: string;
  readonly amount: bigint | null;
  readonly account: bigint;
}

/** What an operation moves if none of its legs is rejected; or the first reason why it cannot. */
export function demandOf(operation: Asking, terms: Terms, referred: Referred): Demand | RejectionCode {
  switch (terms.kind) {
    case 'hold':
      return demandOfHold(operation, terms);
    case 'capture':
      return demandOfCapture(operation, terms, referred);
    case 'release':
      return demandOfRelease(operation, terms, referred);
    case 'reversal':
      return demandOfReversal(operation, terms, referred);
    case 'posting':
      return {
        legs: terms.legs.map((leg, number) => ({ ...leg, leg: number })),
        original: originalOf(operation.id, terms.legs),
      };
  }
}

function demandOfHold({ id, amount, account }: Asking, { held }: Terms & { kind: 'hold' }): Demand {
  if (amount === null) throw new BrokenInvariant(`hold ${id} has no amount`);
  return {
    legs: [{ leg: 0, from: account, to: held, amount, transferable: true }],
    hold: { id, amount, captured: 0n, released: 0n },
  };
}

function demandOfCapture(
  { id, amount: asked, account }: Asking,
  { holdId, held, to, transferable, final }: Terms & { kind: 'capture' },
  { holds }: Referred,
): Demand | RejectionCode {
  const hold = holds.get(holdId);
  const remaining = remainingOf(hold);
  if (hold === undefined || remaining === 0n) return 'hold_closed';
  const amount = asked ?? remaining;
  if (amount > remaining) return 'hold_exceeded';
  const captured = { leg: 0, from: held, to, amount, transferable };
  const rest = final ? remaining - amount : 0n;
  return {
    legs: rest > 0n ? [captured, { leg: 1, from: held, to: account, amount: rest, transferable: true }] : [captured],
    hold: { ...hold, captured: hold.captured + amount, released: hold.released + rest },
    // A reversed capture goes back to the wallet itself, and is not held again.
    original: { id, back: [{ leg: 0, from: to, to: account, amount }], reversed: 0n },
  };
}

function demandOfRelease(
  { amount: asked, account }: Asking,
  { holdId, held }: Terms & { kind: 'release' },
  { holds }: Referred,
): Demand | RejectionCode {
  const hold = holds.get(holdId);
  const remaining = remainingOf(hold);
  if (hold === undefined || remaining === 0n) return 'hold_closed';
  const amount = asked ?? remaining;
  if (amount > remaining) return 'hold_exceeded';
  return {
    legs: [{ leg: 0, from: held, to: account, amount, transferable: true }],
    hold: { ...hold, released: hold.released + amount },
  };
}

function demandOfReversal(
  { id, amount: asked }: Asking,
  { originalId }: Terms & { kind: 'reversal' },
  { originals }: Referred,
): Demand | RejectionCode {
  const original = originals.get(originalId);
  if (original === undefined) return 'operation_not_succeeded';
  const left = sumOf(original) - original.reversed;
  const amount = asked ?? left;
  if (left === 0n || amount > left) return 'reversal_exceeds_operation';
  const isOne = original.back.length === 1;
  if (!isOne && amount < sumOf(original)) throw new BrokenInvariant(`reversal ${id} takes back a part of several legs`);
  const legs = original.back.map((each) => ({ ...each, amount: isOne ? amount : each.amount, transferable: true }));
  return { legs: legs.reverse(), original: { ...original, reversed: original.reversed + amount } };
}

function remainingOf(hold: Hold | undefined): bigint {
  return hold === undefined ? 0n : hold.amount - hold.captured - hold.released;
}

/** The original with these legs: its reversal moves the same amounts back. */
export function originalOf(id: string, legs: readonly Pick<Leg, 'from' | 'to' | 'amount'>[]): Original {
  return { id, back: legs.map(({ from, to, amount }, leg) => ({ leg, from: to, to: from, amount })), reversed: 0n };
}

/** How much a full reversal moves, over all legs. */
export function sumOf({ back }: Original): bigint {
  return back.reduce((sum, { amount }) => sum + amount, 0n);
}
