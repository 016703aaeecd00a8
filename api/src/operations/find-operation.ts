import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import { type Operation, findOperations } from '@wallet/shared/database/tables/operations';
import { assetsOf } from '@wallet/shared/events/present-operation';
import { inGroups } from '@wallet/shared/process/in-groups';

export type FindOperation = (id: string) => Promise<Operation | null>;

const GROUP_LIMIT = 500;

/**
 * Makes the function that reads an operation, whose asset is known afterwards. Concurrent requests share a look-up: in
 * a busy process, a connection answers once per turn of the event loop, and with one look-up each, fifty polls a second
 * waited six seconds.
 */
export function createFindOperation(database: Database, assets: Assets): FindOperation {
  return inGroups<string, Operation | null>(GROUP_LIMIT, async (ids) => {
    const operations = await findOperations(database, ids);
    await assets.know(operations.flatMap(assetsOf));
    const found = new Map(operations.map((operation) => [operation.id, operation]));
    return ids.map((id) => found.get(id) ?? null);
  });
}
