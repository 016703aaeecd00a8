import { createFindTarget } from '@wallet/api/operations/find-facts';
import { loadAssets } from '@wallet/shared/database/assets';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { newId } from '@wallet/shared/words/ids';
import { firstIdOf, monthOfId } from '@wallet/shared/words/month';
import { breakTheLaw } from '../support/break-the-law.ts';
import { createTestDatabase } from '../support/test-database.ts';

/** Operations that others name are kept in memory while they cannot be archived. */
let database: Database;
beforeAll(async () => {
  const { databaseUrl } = await createTestDatabase();
  database = createPool({ url: databaseUrl, name: 'test', size: 1, onError: () => undefined });
});
afterAll(() => database.end());

async function createTargets() {
  let asked = 0;
  const counting = new Proxy(database, {
    get(pool, name, receiver) {
      if (name === 'query') asked += 1;
      return Reflect.get(pool, name, receiver) as unknown;
    },
  });
  const targets = createFindTarget(counting, await loadAssets(database));
  return { targets, asked: () => asked };
}

async function insert(id: string): Promise<{ id: string; type: string; walletId: string; assetId: number }> {
  const walletId = newId();
  await breakTheLaw(
    database,
    `INSERT INTO operations (id, seq, wallet_id, asset_id, type, amount, priority, created_at)
     VALUES ('${id}', nextval('operation_seq'), '${walletId}', 1, 'hold', 1, 'high', now())`,
  );
  return { id, type: 'hold', walletId, assetId: 1 };
}

it('an operation that was found or accepted here is not looked up again', async () => {
  const { targets, asked } = await createTargets();
  const [found, accepted] = [await insert(newId()), newId()];
  expect(await targets.one(found.id)).toEqual(found);
  expect(await targets.one(found.id)).toEqual(found);
  expect(asked()).toBe(1);
  targets.keep({ ...found, id: accepted, type: 'hold' });
  expect(await targets.one(accepted)).toEqual({ ...found, id: accepted });
  expect(asked()).toBe(1);
});

it('an operation of an earlier month, which may have been archived since, is looked up every time', async () => {
  const { targets, asked } = await createTargets();
  const old = await insert(firstIdOf('2026-01'));
  expect(monthOfId(old.id)).toBe('2026-01');
  expect(await targets.one(old.id)).toEqual(old);
  await breakTheLaw(database, `DELETE FROM operations WHERE id = '${old.id}'`);
  expect(await targets.one(old.id)).toBeNull();
  expect(asked()).toBe(2);
});

it('an unknown id is looked up every time', async () => {
  const { targets, asked } = await createTargets();
  const id = newId();
  expect(await targets.one(id)).toBeNull();
  await insert(id);
  expect(await targets.one(id)).toMatchObject({ id });
  expect(asked()).toBe(2);
});
