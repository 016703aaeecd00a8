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
  /** An SQL condition that holds for a session in `pg_stat_activity` that did not take that way; null where none can be told. */
  readonly astray: string | null;
}

/** A Redis, and what API and workers are told of it. */
export interface RedisSite {
  readonly env: Readonly<Record<string, string>> & { readonly REDIS_URL: string };
  readonly version: string;
  /** What the server has refused, as it says; empty if nothing. */
  refused(): Promise<string>;
}
