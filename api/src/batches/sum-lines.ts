import { lineId } from '@wallet/shared/words/batch';
import type { NewBatch } from '@wallet/shared/database/tables/batches';

type Sums = Pick<NewBatch, 'parts' | 'totals'>;

/** Adds up the amounts of a batch by partition and asset. */
export function createSums(batchId: string): {
  add(partition: number, assetId: number, amount: bigint, id: string): void;
  all(): Sums;
} {
  const lastIds = new Map<number, string>();
  const totals = new Map<number, { partition: number; assetId: number; lines: number; amount: bigint }>();
  return {
    add(partition, assetId, amount, id) {
      lastIds.set(partition, id);
      const key = partition * 2 ** 16 + assetId;
      const total = totals.get(key) ?? { partition, assetId, lines: 0, amount: 0n };
      totals.set(key, total);
      total.lines += 1;
      total.amount += amount;
    },
    all: () => ({
      parts: [...lastIds].map(([partition, lastId]) => ({
        partition,
        afterId: lineId(batchId, partition, 0),
        lastId,
      })),
      totals: [...totals.values()],
    }),
  };
}
