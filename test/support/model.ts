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
  standingOf(wallet: string): ModelStanding;
}

/** What a wallet holds, and how many movements it has seen. */
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

interface ModelOperation {
  readonly type: OperationType;
  readonly wallet: string;
  /** The wallet that a transfer is to. */
  readonly to?: string | null;
  readonly amount: bigint;
  readonly cancelled?: boolean;
}

interface ModelWallet extends ModelStanding {
  readonly status: 'active' | 'frozen' | 'closed';
  /** How far below zero it may go. */
  readonly credit: bigint;
  /** Whether its asset may move to another wallet. */
  readonly transferable: boolean;
}

/** Whether a kind makes its wallet richer. What a transfer takes, the receiver gets. */
const GAINS = {
  deposit: true,
  withdraw: false,
  resupply: true,
  transfer: false,
  top_up: true,
  bonus: true,
  spend: false,
} as const satisfies Record<OperationType, boolean>;

const MOST = 2n ** 63n - 1n;
const FRESH: ModelWallet = { balance: 0n, version: 0n, credit: 0n, status: 'active', transferable: true };

/** A wallet that is not told of is active and empty, and its asset may be transferred. */
export function createModel(start: Iterable<readonly [string, Partial<ModelWallet>]> = []): Model {
  const wallets = new Map<string, ModelWallet>();
  for (const [id, wallet] of start) wallets.set(id, { ...FRESH, ...wallet });
  const of = (id: string): ModelWallet => wallets.get(id) ?? FRESH;

  function refuse({ type, wallet, to, amount, cancelled }: ModelOperation): RejectionCode | null {
    const named = to ? [of(wallet), of(to)] : [of(wallet)];
    const gainer = GAINS[type] ? of(wallet) : to ? of(to) : null;
    if (cancelled) return 'cancelled';
    if (to && !of(wallet).transferable) return 'asset_not_transferable';
    if (named.some(({ status }) => status === 'closed')) return 'wallet_closed';
    if (named.some(({ status }) => status === 'frozen')) return 'wallet_frozen';
    if (!GAINS[type] && of(wallet).balance + of(wallet).credit < amount) return 'insufficient_funds';
    if (gainer && gainer.balance + amount > MOST) return 'balance_limit_exceeded';
    return null;
  }

  function add(id: string, amount: bigint): void {
    const wallet = of(id);
    wallets.set(id, { ...wallet, balance: wallet.balance + amount, version: wallet.version + 1n });
  }

  function standingOf(id: string): ModelStanding {
    const { balance, version } = of(id);
    return { balance, version };
  }

  function told({ wallet, to }: ModelOperation, rejection: RejectionCode | null): ModelOutcome {
    return { rejection, wallet: standingOf(wallet), receiver: to ? standingOf(to) : null };
  }

  function apply(operation: ModelOperation): ModelOutcome {
    const { type, wallet, to, amount } = operation;
    const rejection = refuse(operation);
    if (rejection === null) {
      add(wallet, GAINS[type] ? amount : -amount);
      if (to) add(to, amount);
    }
    return told(operation, rejection);
  }

  return {
    apply,
    applyTogether(operations) {
      const before = [...wallets];
      const outcomes = operations.map(apply);
      if (outcomes.every(({ rejection }) => rejection === null)) return outcomes;
      wallets.clear();
      for (const [id, wallet] of before) wallets.set(id, wallet);
      return operations.map((each, index) => told(each, outcomes[index]?.rejection ?? 'other_line_failed'));
    },
    standingOf,
  };
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
