import { type Database, createPool } from '@wallet/shared/database/pool';
import { KINDS, signOf } from '@wallet/shared/words/kinds';
import { OPERATION_TYPES } from '@wallet/shared/words/operation';
import { createTestDatabase } from '../support/test-database.ts';

let database: Database;
beforeAll(async () => {
  const { databaseUrl } = await createTestDatabase();
  database = createPool({ url: databaseUrl, name: 'test', size: 1, onError: () => undefined });
});
afterAll(() => database.end());

/** The texts that a constraint of the operations names, as the database keeps it. */
async function namedBy(constraint: string): Promise<string[]> {
  const { rows } = await database.query<{ definition: string }>(
    `SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint
     WHERE conrelid = 'operations'::regclass AND conname = $1`,
    [constraint],
  );
  return [...rows[0]!.definition.matchAll(/'(\w+)'::text/g)].map(([, name]) => name!);
}

it('the database accepts the kinds of the catalogue, and no other', async () => {
  expect((await namedBy('operations_type_check')).toSorted()).toEqual(OPERATION_TYPES.toSorted());
});

it('the database accepts a receiving wallet for the kinds with an entry on one, and for a capture', async () => {
  const receiving = [...OPERATION_TYPES.filter((type) => signOf(KINDS[type], 'receiver') !== null), 'capture'];
  expect((await namedBy('operations_transfer_has_receiver')).toSorted()).toEqual(receiving.toSorted());
});
