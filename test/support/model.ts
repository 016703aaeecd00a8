/**
 * What a wallet is, said a second time and as simply as possible: balances in a map. It shares no code with the product,
 * so that the two can be held against each other.
 */
export interface Model {
  /** Whether the operation succeeds; if so, it has been applied. */
  apply(wallet: string, type: string, amount: bigint): boolean;
  balanceOf(wallet: string): bigint;
}

export function createModel(start: Iterable<[string, bigint]> = []): Model {
  const balances = new Map(start);
  return {
    apply(wallet, type, amount) {
      const balance = balances.get(wallet) ?? 0n;
      if (type === 'deposit') balances.set(wallet, balance + amount);
      else if (type === 'withdraw' && amount <= balance) balances.set(wallet, balance - amount);
      else return false;
      return true;
    },
    balanceOf: (wallet) => balances.get(wallet) ?? 0n,
  };
}
