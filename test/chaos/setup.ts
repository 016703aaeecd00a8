/** Which servers a campaign has. Everything else is the same on all of them. */
export interface Setup {
  /** `pair`: a primary and its synchronous standby, where history is read. `pooled`: one behind PgBouncer. */
  readonly postgres: (typeof POSTGRES)[number];
  readonly redis: (typeof REDIS)[number];
  /** A commit of an earlier version, of which an API and a worker sometimes run beside those of this one. */
  readonly before?: string | undefined;
}

export const POSTGRES = ['single', 'pair', 'pooled'] as const;
export const REDIS = ['single', 'sentinel', 'cluster'] as const;

export const PLAIN: Setup = { postgres: 'single', redis: 'single' };

/** Each kind of server once, and an earlier version in a campaign of its own, since the load beside it is simple. */
export function allSetups(before: string | undefined): Setup[] {
  const setups: Setup[] = [PLAIN, { postgres: 'pair', redis: 'sentinel' }, { postgres: 'pooled', redis: 'cluster' }];
  return before === undefined ? setups : [...setups, { ...PLAIN, before }];
}

export function describeSetup({ postgres, redis, before }: Setup): string {
  return `Postgres ${postgres}, Redis ${redis}${before === undefined ? '' : `, beside ${before}`}`;
}
