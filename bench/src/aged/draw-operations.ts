import type { OperationType } from '@wallet/shared/words/operation';
import type { Book } from './book.ts';
import type { HistoryPlan } from './history-plan.ts';

/** A generated operation of a wallet, by number. */
export interface Drawn {
  readonly wallet: number;
  /** The receiving wallet of a transfer; -1 for every other kind. */
  readonly receiver: number;
  readonly type: string;
  readonly amount: number;
  readonly fails: boolean;
}

/** The number of operations of each simple kind among a hundred. */
const SHARES = {
  ...{ deposit: 33, top_up: 9, bonus: 6, resupply: 2 },
  ...{ spend: 23, withdraw: 14, transfer: 13 },
} as const satisfies Partial<Record<OperationType, number>>;
const DRAWN = Object.entries(SHARES).flatMap(([type, share]) => Array.from({ length: share }, () => type));
/** The kinds that debit their wallet. */
export const DEBITS: ReadonlySet<string> = new Set<OperationType>(['spend', 'withdraw', 'transfer']);
/** A tenth of the debits ask for more than the balance: so one operation in twenty fails. */
const REFUSED = 0.1;
/** The amount of a wallet's first operation, and the most of others, in minor units. */
const FIRST_DEPOSIT = 1_000_000;
const MOST = 10_000;

/** Draws operations that fit the balance of their wallet. */
export function createDraw(plan: HistoryPlan, book: Book, random: () => number): () => Drawn {
  /** Squaring gives one wallet in a hundred a tenth of all operations. */
  const drawWallet = (): number => Math.floor(plan.wallets * random() ** 2);
  function drawReceiver(wallet: number): number {
    const drawn = drawWallet();
    // An even number, as that of every wallet of the asset.
    const even = drawn - (drawn % 2);
    if (even !== wallet) return even;
    return wallet >= 2 ? wallet - 2 : wallet + 2;
  }
  return () => {
    const wallet = drawWallet();
    const place = book.accountOf(wallet);
    if (book.versionAt(place) === 0) {
      const amount = FIRST_DEPOSIT / 10 + Math.floor(random() * FIRST_DEPOSIT);
      return { wallet, receiver: -1, type: 'deposit', amount, fails: false };
    }
    const drawn = DRAWN[Math.floor(random() * DRAWN.length)] ?? 'deposit';
    const amount = 1 + Math.floor(random() * MOST);
    if (!DEBITS.has(drawn)) return { wallet, receiver: -1, type: drawn, amount, fails: false };
    const isTransfer = drawn === 'transfer' && wallet % 2 === 0;
    const type = drawn === 'transfer' && !isTransfer ? 'spend' : drawn;
    const receiver = isTransfer ? drawReceiver(wallet) : -1;
    const balance = book.balanceAt(place);
    const fails = balance === 0 || random() < REFUSED;
    return { wallet, receiver, type, amount: fails ? balance + amount : Math.min(balance, amount), fails };
  };
}
