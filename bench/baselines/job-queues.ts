import { crc32 } from 'node:zlib';
import type { WalletOperation } from './apply-operation.ts';

/** As many as the service has partitions. */
export const QUEUES = Array.from({ length: 16 }, (_, index) => `operations-${index}`);

export interface OperationJob {
  readonly operation: WalletOperation;
}

/** The queue of a wallet: all of a wallet's operations go through the same one, so that they keep their order. */
export function queueOf(walletId: string): string {
  return QUEUES[crc32(walletId) % QUEUES.length] ?? '';
}

export const connection = { url: process.env['REDIS_URL'] ?? '', maxRetriesPerRequest: null };
export const prefix = process.env['QUEUE_PREFIX'] ?? 'bench';
