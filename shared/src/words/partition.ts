import { crc32 } from 'node:zlib';

/**
 * The partition of a wallet: CRC-32 of its canonical id, modulo the number of partitions. Every process must agree on
 * it, so neither the hash nor the number may change once a database has operations. The database computes the same
 * (`wallet_hash`, migration 0010), and refuses a single operation that is accepted or posted in another partition.
 */
export function partitionOf(walletId: string, partitions: number): number {
  return crc32(walletId) % partitions;
}
