/**
 * The catalogue: what each kind of operation does. The rules of the ledger, the statement that applies lines in sets, the
 * audit, the schemas of the API, the columns of a batch and the routes follow from it. The constraints and the law of the
 * database (`law.sql`) are compared with it by tests.
 */

/**
 * Whose account an entry is on: the operation's wallet, what is held of it, the receiving wallet of a transfer, or the treasury of
 * the partition.
 */
export const PARTIES = ['wallet', 'held', 'receiver', 'treasury'] as const;
export type Party = (typeof PARTIES)[number];

/**
 * How a request of the general form names wallets: by `wallet_id`, by `from_wallet_id` and `to_wallet_id`, by a user and an asset,
 * by the hold or the operation whose wallet it is, or by the legs of a posting.
 */
export type Naming = 'wallet' | 'two_wallets' | 'user' | 'hold' | 'operation' | 'legs';

export interface Kind {
  /** Where the amount leaves, and where it arrives: one entry on each. Null where the terms of the operation say. */
  readonly from: Party | null;
  readonly to: Party | null;
  /** Whether an operation of it says more than an amount: it has a row of `operation_terms`, and may move more than once. */
  readonly hasTerms: boolean;
  /** What has to hold for it beyond what holds for every movement. */
  readonly rule: 'asset_transferable' | null;
  /** Whether lines of it may be applied in sets: only what moves between a wallet and the treasury and has no rule. */
  readonly inSets: boolean;
  readonly namedBy: readonly Naming[];
  /** Its `operation_type` on the route of a wallet. */
  readonly walletWord: string | null;
  /** The last step of its route below a user. */
  readonly userWord: string | null;
}

const SIMPLE = { hasTerms: false, rule: null, inSets: true, namedBy: ['wallet', 'user'] } as const;
const CREDIT = { ...SIMPLE, from: 'treasury', to: 'wallet' } as const;
const DEBIT = { ...SIMPLE, from: 'wallet', to: 'treasury' } as const;
const WITH_TERMS = { hasTerms: true, rule: null, inSets: false, walletWord: null, userWord: null } as const;

export const KINDS = {
  deposit: { ...CREDIT, walletWord: 'DEPOSIT', userWord: null },
  withdraw: { ...DEBIT, walletWord: 'WITHDRAW', userWord: null },
  resupply: { ...CREDIT, walletWord: null, userWord: null },
  transfer: {
    from: 'wallet',
    to: 'receiver',
    hasTerms: false,
    rule: 'asset_transferable',
    inSets: false,
    namedBy: ['two_wallets'],
    walletWord: null,
    userWord: null,
  },
  top_up: { ...CREDIT, walletWord: null, userWord: 'top-up' },
  bonus: { ...CREDIT, walletWord: null, userWord: 'bonus' },
  spend: { ...DEBIT, walletWord: null, userWord: 'spend' },
  hold: { ...WITH_TERMS, from: 'wallet', to: 'held', namedBy: ['wallet'] },
  capture: { ...WITH_TERMS, from: 'held', to: null, namedBy: ['hold'] },
  release: { ...WITH_TERMS, from: 'held', to: 'wallet', namedBy: ['hold'] },
  reversal: { ...WITH_TERMS, from: null, to: null, namedBy: ['operation'] },
  posting: { ...WITH_TERMS, from: null, to: null, namedBy: ['legs'] },
} as const satisfies Record<string, Kind>;

/** Which kinds a reversal can take back: what is held is given back by a release, and a reversal by doing again what it took back. */
export function isReversible(type: keyof typeof KINDS): boolean {
  return type !== 'hold' && type !== 'release' && type !== 'reversal';
}

/** What its entry on an account of the party is, as a multiple of the amount; null where it has none. */
export function signOf(kind: Kind, party: Party): 1 | -1 | null {
  if (kind.from === party) return -1;
  return kind.to === party ? 1 : null;
}
