import type { Stops } from '@wallet/bench/stops';

/** Why a cell cannot be tried on this machine. */
export class NotTried extends Error {}

/** Where a cell keeps its files, and what it has to stop. */
export interface Place {
  readonly folder: string;
  readonly stops: Stops;
}

/** A server of Postgres, and how the programs reach it. */
export interface PostgresSite {
  /** The superuser's address on the way that the programs take. */
  readonly url: string;
  /** The superuser's address for `npm run migrate`, the audit and the check. */
  readonly direct: string;
  readonly version: string;
  /** An SQL condition for sessions in `pg_stat_activity` that did not take that way; null if there is none. */
  readonly astray: string | null;
}

/** A Redis, and the settings of API and workers for it. */
export interface RedisSite {
  readonly env: Readonly<Record<string, string>> & { readonly REDIS_URL: string };
  readonly version: string;
  /** The server's own report of refused commands; empty if none. */
  refused(): Promise<string>;
}
