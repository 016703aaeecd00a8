import type { ModelOperation } from './model.ts';

/** An operation with names instead of ids, as in the model, for accounts and for operations. */
export type NamedOperation = ModelOperation & { readonly id: string };

let count = 0;
/** An operation with a name of its own. */
export function ask(operation: Omit<NamedOperation, 'id'>): NamedOperation {
  count += 1;
  return { id: `asked ${count}`, ...operation };
}

export const hold = (wallet: string, amount: bigint) => ask({ type: 'hold', wallet, amount });
export const capture = (held: NamedOperation, amount: bigint | null, more: Partial<NamedOperation> = {}) =>
  ask({ type: 'capture', wallet: held.wallet, target: held.id, amount, final: true, ...more });
export const release = (held: NamedOperation, amount: bigint | null = null) =>
  ask({ type: 'release', wallet: held.wallet, target: held.id, amount });
export const reversal = (original: NamedOperation, amount: bigint | null = null) =>
  ask({ type: 'reversal', wallet: original.wallet, target: original.id, amount });
export const posting = (...legs: [from: string, to: string, amount: bigint][]) =>
  ask({
    type: 'posting',
    wallet: legs.flatMap(([from, to]) => [from, to]).find((name) => name.includes('wallet'))!,
    amount: null,
    legs: legs.map(([from, to, amount]) => ({ from, to, amount })),
  });
