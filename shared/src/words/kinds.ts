/**
 * The catalogue: what each kind of operation does. The rules of the ledger, the statement that applies lines in sets,
 * the audit, the schemas of the API, the columns of a batch and the routes follow from it. Tests compare the
 * constraints and the law of the database (`law.sql`) with it.
 */

/**
 * The owner of an entry's account: the operation's wallet, its held account, the receiving wallet of a transfer, or the
 * treasury of the partition.
 */
export const PARTIES = ['wallet', 'held', 'receiver', 'treasury'] as const;
export type Party = (typeof PARTIES)[number];

/**
 * How a request of the general form names wallets: by `wallet_id`, by `from_wallet_id` and `to_wallet_id`, by a user
 * and an asset, by a hold or an operation, or by the legs of a posting.
 */
export type Naming = 'wallet' | 'two_wallets' | 'user' | 'hold' | 'operation' | 'legs';

export interface Kind {
  /** The accounts that the amount leaves and reaches: one entry on each. Null if the terms of the operation decide. */
  readonly from: Party | null;
  readonly to: Party | null;
  /**
   * Whether its operations specify more than an amount: they have a row in `operation_terms`, and may move more than
   * once.
   */
  readonly hasTerms: boolean;
  /** Rules beyond those for every movement. */
  readonly rule: 'asset_transferable' | null;
  /** Whether its lines may be applied in sets: only for movements between a wallet and the treasury without a rule. */
  readonly inSets: boolean;
  readonly namedBy: readonly Naming[];
  /** Its `operation_type` on the route of a wallet. */
  readonly walletWord: string | null;
  /** The last segment of its route below a user. */
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

/** The kinds that can be reversed: a hold is undone by a release, and a reversal by repeating what it reversed. */
export function isReversible(type: keyof typeof KINDS): boolean {
  return type !== 'hold' && type !== 'release' && type !== 'reversal';
}

/** The kind's entry on an account of the party, as a multiple of the amount; null if it has none. */
export function signOf(kind: Kind, party: Party): 1 | -1 | null {
  if (kind.from === party) return -1;
  return kind.to === party ? 1 : null;
}
