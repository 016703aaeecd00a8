import type { Database } from '@wallet/shared/database/pool';
import { NEWEST_MIGRATION } from '@wallet/shared/database/program';
import { noteSchemaVersion, readSchemaVersion } from '@wallet/shared/database/tables/schema-version';
import { inTransaction } from '@wallet/shared/database/transaction';
import request from 'supertest';

/** How a process or a command reports that it is too old for the schema. */
export const TOO_OLD = /^Database test_\w+ at .* has a schema newer than this program: .* Update the program\.$/m;

/** Does what a migration of a later version does that requires programs of this version, or of its own. */
export async function noteLaterMigration(database: Database, needs: 'this version' | 'its own'): Promise<void> {
  const version = 1 + (await readSchemaVersion(database)).version;
  const oldestProgram = needs === 'its own' ? version : NEWEST_MIGRATION;
  await inTransaction(database, async (client) => {
    await client.query(`INSERT INTO migrations (id, name, hash) VALUES ($1, $2, 'later')`, [
      ...[version, `later ${version}`],
    ]);
    await noteSchemaVersion(client, { version, oldestProgram });
  });
}

/** Expects that the API does not accept an operation now, and says that it can be sent again. */
export async function expectRefusal(api: string, wallet: string): Promise<void> {
  const body = { operation_type: 'DEPOSIT', amount: 1 };
  const answer = await request(api).post(`/wallets/${wallet}/operation`).send(body);
  expect(answer.body).toMatchObject({ status: 503, code: 'unavailable' });
  expect(answer.headers['retry-after']).toBe('1');
}
