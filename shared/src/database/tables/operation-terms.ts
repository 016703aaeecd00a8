/** What an operation says besides its amount: of a hold, capture, release, reversal or posting. */

/** Terms to accept. What does not belong to the kind is null, and `legs` empty. */
export interface NewTerms {
  /** The hold of a capture or a release; the operation that a reversal takes back. */
  readonly targetId: string | null;
  /** The house account that a capture goes to. Without it and a receiving wallet, it goes to the treasury. */
  readonly toAccountId: bigint | null;
  /** Whether a capture gives back what it leaves of the hold. */
  readonly final: boolean | null;
  /** When a hold expires: at a moment, or after so many seconds from its acceptance. Not both. */
  readonly expiresAt: Date | null;
  readonly expiresInS: number | null;
  /** Why the service itself accepts it. */
  readonly reason: 'expired' | null;
  /** Of a posting, in their order. */
  readonly legs: readonly NewLeg[];
}

/** A movement that a posting asks for: minor units of an asset, from one account to another. */
export interface NewLeg {
  readonly fromAccountId: bigint;
  readonly toAccountId: bigint;
  readonly amount: bigint;
  readonly assetId: number;
}

/** Terms as they are read: what does not belong to the kind is null. */
export interface OperationTerms {
  readonly targetId: string | null;
  /** The name of the house account that a capture goes to. */
  readonly toAccount: string | null;
  readonly final: boolean | null;
  /** ISO 8601 with milliseconds. */
  readonly expiresAt: string | null;
  readonly reason: 'expired' | null;
  readonly legs: readonly OperationLeg[] | null;
}

/** Both ends are a wallet, by id, or a house account, by name. `amount` is minor units, as text. */
export interface OperationLeg {
  readonly from: LegEnd;
  readonly to: LegEnd;
  readonly assetId: number;
  readonly amount: string;
}
export type LegEnd = { readonly walletId: string } | { readonly account: string };
