import { join } from 'node:path';
import { createClient, untilFinished, uploadBatch, writeDeposits } from './batch-load.ts';
import type { Servers } from './servers.ts';
import type { Service } from './service.ts';

/** Lines a second of one file: from the first byte until the last line is applied, until it is accepted, and from there. */
export interface BatchRun {
  readonly perS: number;
  readonly acceptedPerS: number;
  readonly appliedPerS: number;
  readonly faults: readonly string[];
}

/** Uploads a file of deposits to the wallets in turn, waits until all of it is applied, and checks the sums. */
export async function measureBatch(
  servers: Servers,
  service: Service,
  file: { readonly walletIds: readonly string[]; readonly lines: number; readonly key: string },
): Promise<BatchRun> {
  const { walletIds, lines, key } = file;
  const path = writeDeposits(join(servers.folder, 'deposits.csv'), walletIds, lines);
  const client = createClient(service.ports[0] ?? 0);
  try {
    const started = performance.now();
    const id = await uploadBatch(client, path, key);
    const accepted = performance.now();
    const { succeeded } = await untilFinished(client, id);
    const finished = performance.now();
    const rate = (from: number, to: number): number => (lines * 1000) / (to - from);
    const isAll = succeeded === lines;
    return {
      perS: rate(started, finished),
      acceptedPerS: rate(started, accepted),
      appliedPerS: rate(accepted, finished),
      faults: [
        ...(isAll ? [] : [`${service.name}: of ${lines} lines ${String(succeeded)} succeeded`]),
        ...(await service.ledger.findFaults()),
      ],
    };
  } finally {
    client.close();
  }
}
