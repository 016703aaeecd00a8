import { acceptOperations } from '@wallet/shared/database/tables/operations';
import { newId } from '@wallet/shared/words/ids';
import { partitionOf } from '@wallet/shared/words/partition';
import type { Service } from './service.ts';

const USD = 4;
const NO_TERMS = {
  targetId: null,
  toAccountId: null,
  final: null,
  expiresAt: null,
  expiresInS: null,
  reason: null,
  legs: [],
};
const NO_EXTRAS = {
  description: null,
  referenceId: null,
  idempotencyKey: null,
  requestHash: null,
  metadata: null,
  executeAt: null,
};

/** Accepts operations about holds, as the API does, without waiting for their end. Each returns the id. */
export function createHolds({ database, partitions }: Service) {
  async function accept(
    walletId: string,
    type: 'hold' | 'capture' | 'release',
    amount: bigint | null,
    terms: Partial<{ targetId: string; final: boolean; expiresInS: number }>,
  ): Promise<string> {
    const id = newId();
    const operation = {
      ...{ id, walletId, type, amount, toWalletId: null, assetId: USD, priority: 'high' as const },
      ...{ ...NO_EXTRAS, partition: partitionOf(walletId, partitions), terms: { ...NO_TERMS, ...terms } },
    };
    await acceptOperations(database, [operation], { again: false });
    return id;
  }
  return {
    hold: (wallet: string, amount: bigint, expiresInS?: number) =>
      accept(wallet, 'hold', amount, expiresInS === undefined ? {} : { expiresInS }),
    capture: (wallet: string, hold: string, amount: bigint | null, final = true) =>
      accept(wallet, 'capture', amount, { targetId: hold, final }),
    release: (wallet: string, hold: string, amount: bigint | null) =>
      accept(wallet, 'release', amount, { targetId: hold }),
  };
}
