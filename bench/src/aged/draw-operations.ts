import type { OperationType } from '@wallet/shared/words/operation';
import type { Book } from './book.ts';
import type { HistoryPlan } from './history-plan.ts';

/** An operation that is made up, of a wallet by its number. */
export interface Drawn {
  readonly wallet: number;
  /** The receiving wallet of a transfer; -1 for every other kind. */
  readonly receiver: number;
  readonly type: string;
  readonly amount: number;
  readonly fails: boolean;
}

/** Of a hundred operations so many are of each simple kind. */
const SHARES = {
  ...{ deposit: 33, top_up: 9, bonus: 6, resupply: 2 },
  ...{ spend: 23, withdraw: 14, transfer: 13 },
} as const satisfies Partial<Record<OperationType, number>>;
const DRAWN = Object.entries(SHARES).flatMap(([type, share]) => Array.from({ length: share }, () => type));
/** The kinds that take from their wallet. */
export const DEBITS: ReadonlySet<string> = new Set<OperationType>(['spend', 'withdraw', 'transfer']);
/** Of what takes from a wallet, a tenth asks for more than is there: so one operation in twenty fails. */
const REFUSED = 0.1;
/** Of a wallet's first operation, and the most of others, in minor units. */
const FIRST_DEPOSIT = 1_000_000;
const MOST = 10_000;

/** Draws operations that fit what their wallet holds. */
export function createDraw(plan: HistoryPlan, book: Book, random: () => number): () => Drawn {
  /** The square has a wallet in a hundred take a tenth of all operations. */
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
