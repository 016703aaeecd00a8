import type { SectionResult } from '../figures.ts';
import { type FreshDatabase, type Servers, openDatabase } from '../servers.ts';
import { historyWallet } from '../fill-history.ts';
import { WALLETS } from '../service.ts';
import type { AgedOptions } from './options.ts';
import type { Filled } from './prepare-data.ts';

/** The measurements on a filled database. */
export interface AgedBench {
  readonly servers: Servers;
  readonly options: AgedOptions;
  readonly filled: Filled;
  readonly say: (line: string) => void;
}

export interface AgedSection {
  readonly name: string;
  readonly title: string;
  readonly measure: (bench: AgedBench) => Promise<Omit<SectionResult, 'name' | 'title'>>;
}

/** The filled database, and wallets spread over it, for starting a service. */
export function openFilled(
  { servers, filled }: AgedBench,
  count = WALLETS,
): { database: FreshDatabase; walletIds: string[] } {
  const step = filled.wallets / count;
  const walletIds = Array.from({ length: count }, (_, index) => historyWallet(Math.floor(index * step)));
  return { database: openDatabase(servers), walletIds };
}
