import type { Queryable } from '@wallet/shared/database/pool';

/** When an operation and its outcome were committed, in milliseconds since 1970. */
export interface CommitTimes {
  readonly acceptedAt: number;
  readonly appliedAt: number;
}

/** The commits of those operations that are final. The server must keep them (`track_commit_timestamp`). */
export async function readCommitTimes(
  database: Queryable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, CommitTimes>> {
  const { rows } = await database.query<CommitTimes & { id: string }>(
    `SELECT operations.id,
            (extract(epoch FROM pg_xact_commit_timestamp(operations.xmin)) * 1000)::float8 AS "acceptedAt",
            (extract(epoch FROM pg_xact_commit_timestamp(outcomes.xmin)) * 1000)::float8 AS "appliedAt"
     FROM unnest($1::uuid[]) AS wanted (id) JOIN operations USING (id) JOIN movements AS outcomes ON operation_id = operations.id`,
    [ids],
  );
  return new Map(rows.map(({ id, ...times }) => [id, times]));
}

/** What has to be added to `performance.now()` to get milliseconds since 1970, to some microseconds: read at a tick. */
export function clockOffset(): number {
  const before = Date.now();
  for (;;) {
    const now = Date.now();
    if (now !== before) return now - performance.now();
  }
}
