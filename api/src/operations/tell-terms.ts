import type { LegEnd, OperationTerms } from '@wallet/shared/database/tables/operation-terms';
import type { Asked, Draft } from './draft-operation.ts';
import type { AskedEnd } from './draft-posting.ts';

/** Terms in the form of a stored operation: with the requested names, and computed times. */
export function tellTerms(
  asked: Asked,
  { terms, executeAt }: Pick<Draft['operation'], 'terms' | 'executeAt'>,
  acceptedAt: Date,
): OperationTerms | null {
  if (terms === null) return null;
  const { targetId, final, reason, expiresInS } = terms;
  const begun = executeAt ?? acceptedAt;
  const expiresAt = expiresInS === null ? terms.expiresAt : new Date(begun.getTime() + expiresInS * 1000);
  return {
    targetId,
    final,
    reason,
    expiresAt: expiresAt?.toISOString() ?? null,
    toAccount: asked.type === 'capture' ? (asked.to_account ?? null) : null,
    legs:
      asked.type !== 'posting'
        ? null
        : asked.legs.map(({ from, to }, number) => {
            const leg = terms.legs[number];
            if (leg === undefined) throw new Error(`leg ${number} was not drafted`);
            return { from: toEnd(from), to: toEnd(to), assetId: leg.assetId, amount: leg.amount.toString() };
          }),
  };
}

function toEnd(end: AskedEnd): LegEnd {
  return 'wallet_id' in end ? { walletId: end.wallet_id } : { account: end.account };
}
