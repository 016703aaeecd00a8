import type { Database } from '@wallet/shared/database/pool';
import { findArchivedLines } from '@wallet/shared/database/tables/archived-history';
import type { BatchLine } from '@wallet/shared/database/tables/batch-lines';
import type { Batch } from '@wallet/shared/database/tables/batches';
import { batchArchived } from '../http/archived.ts';
import type { Problem } from '../http/problem.ts';

/** Checks whether lines of a batch are archived. Called after lines were read, it tells whether those were all. */
export type FindArchived = () => Promise<Problem<'batch_archived'> | null>;

/** `own`: only operations of the batch itself; `all`: also earlier ones that its lines stand for. */
export function createFindArchived(database: Database, batch: Batch, which: 'own' | 'all'): FindArchived {
  return async () => {
    const place = await findArchivedLines(database, batch, which);
    return place && batchArchived(batch.id, place);
  };
}

/** Passes the lines through; fails at the end if some were archived meanwhile. @throws Problem otherwise. */
export async function* unlessArchived(
  lines: AsyncIterable<readonly BatchLine[]>,
  findArchived: FindArchived,
): AsyncGenerator<readonly BatchLine[]> {
  yield* lines;
  const archived = await findArchived();
  if (archived !== null) throw archived;
}
