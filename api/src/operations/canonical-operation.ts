import type { NewTerms } from '@wallet/shared/database/tables/operation-terms';
import type { NewOperation } from '@wallet/shared/database/tables/operations';
import { hashRequest } from '../http/idempotency-key.ts';

type WhatIsAsked = Pick<
  NewOperation,
  'type' | 'walletId' | 'toWalletId' | 'amount' | 'description' | 'referenceId' | 'metadata' | 'terms' | 'executeAt'
>;

/**
 * The normalised text of a request for an operation, equal for equal requests: a JSON array, whose plain words need no
 * escaping. Priority is left out: it says when, not what.
 */
export function canonicalOperation(operation: WhatIsAsked): string {
  const { type, walletId, toWalletId, amount, description, referenceId, metadata, terms, executeAt } = operation;
  const receiver = toWalletId === null ? 'null' : `"${toWalletId}"`;
  const moment = executeAt === null ? '' : `,{"execute_at":"${executeAt.toISOString()}"}`;
  const extras = `${quote(description)},${quote(referenceId)},${quote(canonicalJson(metadata))}${moment}`;
  if (terms !== null) {
    return `["${type}","${walletId}",${receiver},${quote(amount?.toString() ?? null)},${extras},${canonicalTerms(terms)}]`;
  }
  return `["${type}","${walletId}",${receiver},"${amount}",${extras}]`;
}

/** As requested: values that depend on the time of acceptance are represented by their inputs. */
function canonicalTerms({ targetId, toAccountId, final, expiresAt, expiresInS, legs }: NewTerms): string {
  const moved = legs.map((leg) => [leg.fromAccountId, leg.toAccountId, leg.amount, leg.assetId].map(String));
  return JSON.stringify([targetId, toAccountId?.toString() ?? null, final, expiresAt, expiresInS, moved]);
}

/** The first half of the hash, in hex, which is stored. */
export function hashOperation(operation: WhatIsAsked): string {
  return hashRequest(canonicalOperation(operation)).slice(0, 32);
}

function quote(text: string | null): string {
  return text === null ? 'null' : JSON.stringify(text);
}

/** Sorted names and parsed values: equal metadata gives equal text, whatever its order and spelling. */
function canonicalJson(metadata: string | null): string | null {
  if (metadata === null) return null;
  const fields = JSON.parse(metadata) as Record<string, unknown>;
  return JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}
