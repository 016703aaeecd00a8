import { type Asked, type Draft, type Facts, draftOperation } from '@wallet/api/operations/draft-operation';
import type { Refusal } from '@wallet/api/http/refusal';
import type { ArchivePlace } from '@wallet/shared/database/tables/archived-history';
import type { TargetOperation } from '@wallet/shared/database/tables/operation-terms';

/** Look-up results, for tests of requests for operations with terms. */

export const USD = { id: 4, code: 'USD', name: 'US Dollar', scale: 2, transferable: true };
export const GOLD = { id: 1, code: 'GOLD', name: 'Gold Coins', scale: 0, transferable: false };
const ASSETS = [GOLD, USD];
export const NOW = Date.parse('2026-01-01T00:00:00.000Z');
export const PARTITIONS = 16;

const assets: Facts['assets'] = {
  list: ASSETS,
  withCode: (code) => ASSETS.find((asset) => asset.code === code) ?? null,
  withId: (id) => ASSETS.find((asset) => asset.id === id)!,
};
const wallets: Facts['wallets'] = new Map(
  Object.entries({ usd: 4, other: 4, gold: 1 }).map(([id, assetId], at) => [
    id,
    { id, assetId, accountId: BigInt(at + 1) },
  ]),
);
/** Each has the id of its type. */
const TARGETS = (['hold', 'release', 'reversal', 'transfer', 'posting'] as const).map(
  (type) => [type, { id: type, type, walletId: 'usd', assetId: USD.id }] as const,
);
const facts: Facts = {
  ...{ assets, wallets, users: new Map() },
  terms: {
    ...{ assets, wallets, partitions: PARTITIONS, now: NOW },
    targets: new Map<string, TargetOperation | ArchivePlace>([
      ...TARGETS,
      ['archived', { month: '2025-01', archivedBefore: new Date(NOW) }],
    ]),
    findHouseAccount(name, assetId, partition) {
      if (name === 'fees') return BigInt(100 + assetId);
      return name === 'treasury' ? BigInt(1000 + partition * 10 + assetId) : null;
    },
  },
};

/** The result of a request for an operation. */
export function draft(asked: object, more: { keyHeader?: string } = {}): Draft | Refusal {
  return draftOperation(
    { asked: asked as Asked, extras: {}, metadata: null, keyHeader: undefined, hasKey: true, ...more },
    facts,
  );
}

/** The fields of an operation without terms of its kind. */
export const NO_TERMS = {
  ...{ targetId: null, toAccountId: null, final: null, expiresAt: null, expiresInS: null, reason: null },
  legs: [],
};

/** Why a request is refused: the message for a line of a batch, and for a request. */
export type Refused = readonly [
  why: string,
  asked: object,
  field: string,
  message: string,
  status: number,
  code: string,
];
