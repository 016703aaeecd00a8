import type { Client } from '@wallet/shared/database/pool';
import { NEWEST_MIGRATION } from '@wallet/shared/database/program';
import { isProgramTooOld, kindOfError } from '@wallet/shared/database/sqlstate';
import { noteSchemaVersion, readSchemaVersion } from '@wallet/shared/database/tables/schema-version';
import { inTransaction } from '@wallet/shared/database/transaction';
import { type DrainRig, startDrainRig } from '../support/drain-rig.ts';
import { errorOf } from '../support/law-rig.ts';
import { untilWaitingForLocks } from '../support/until-waiting-for-locks.ts';

/** The schema says which programs fit it, and the law refuses the writes of others, from the moment that changes. */

const GUARDED = ['operations', 'movements', 'failures', 'wallets', 'event_feed', 'delivery_leases'];
const NEXT = NEWEST_MIGRATION + 1;

let rig: DrainRig;
beforeEach(async () => {
  rig = await startDrainRig();
});
afterEach(() => rig.stop());

/** As a later migration does. */
async function migrated(version: number, oldestProgram: number): Promise<void> {
  await inTransaction(rig.database, (client) => noteSchemaVersion(client, { version, oldestProgram }));
}

async function createWallet(): Promise<void> {
  await rig.createWallets(new Map([['USD 1', { balance: 0n }]]));
}

const deposit = (id: string) => ({ id, type: 'deposit', wallet: 'USD 1', amount: 5n }) as const;

it('migrating records the last migration, and the oldest program that any of them requires', async () => {
  expect(await readSchemaVersion(rig.database)).toEqual({ version: NEWEST_MIGRATION, oldestProgram: 19 });
});

it('a program that is too old for the schema accepts, applies and delivers nothing', async () => {
  await migrated(NEXT, NEXT);
  for (const table of GUARDED) await expectGuarded(table);
});

async function expectGuarded(table: string): Promise<void> {
  const writeAs = (name: string): Promise<Error | null> =>
    errorOf(
      rig.database,
      `SET LOCAL application_name = '${name}'; INSERT INTO ${table} SELECT * FROM ${table} LIMIT 0`,
    );
  for (const name of [`wallet-worker/${NEWEST_MIGRATION}`, 'wallet-worker', '', `psql ${NEXT}`]) {
    const error = await writeAs(name);
    expect(isProgramTooOld(error)).toBe(true);
    // Such an error is transient, for the previous version too: it fails no operation.
    expect(kindOfError(error)).toBe('passing');
  }
  expect(await writeAs(`wallet-worker/${NEXT}`)).toBeNull();
  expect(await writeAs(`wallet-api/${NEXT} - 10.0.0.1:5432`)).toBeNull();
}

it('a program without a number counts as the last one that had none', async () => {
  const write = `SET LOCAL application_name = 'wallet-worker'; INSERT INTO movements SELECT * FROM movements LIMIT 0`;
  expect(await errorOf(rig.database, write)).toBeNull();
  await migrated(NEXT, 20);
  expect(isProgramTooOld(await errorOf(rig.database, write))).toBe(true);
});

it('a schema does not go back to requiring older programs', async () => {
  for (const change of ['version = version - 1', 'oldest_program = oldest_program - 1'])
    expect(await errorOf(rig.database, `UPDATE schema_version SET ${change}`)).toMatchObject({ code: '23001' });
  for (const removal of ['DELETE FROM schema_version', 'TRUNCATE schema_version'])
    expect(await errorOf(rig.database, removal)).toMatchObject({ code: '23001' });
  await migrated(NEXT, NEXT);
  await migrated(NEXT + 1, 19);
  expect(await readSchemaVersion(rig.database)).toEqual({ version: NEXT + 1, oldestProgram: NEXT });
});

it('a worker that has become too old applies nothing, and fails nothing', async () => {
  await createWallet();
  await rig.accept([deposit('a'), deposit('b')]);
  await migrated(NEXT, NEXT);
  await expect(rig.drainAll(100)).rejects.toMatchObject({ code: '57WL1' });
  expect((await rig.database.query('SELECT FROM pending_operations')).rowCount).toBe(2);
  expect((await rig.database.query('SELECT FROM failures')).rowCount).toBe(0);
});

describe('a migration that older programs do not fit', () => {
  let writing: Client;
  let migrating: Client;
  beforeEach(async () => {
    [writing, migrating] = await Promise.all([rig.database.connect(), rig.database.connect()]);
  });
  afterEach(() => {
    for (const client of [writing, migrating]) client.release(true);
  });
  const WRITE = 'INSERT INTO movements SELECT * FROM movements LIMIT 0';

  it('waits for their running transactions, and blocks new ones', async () => {
    await writing.query(`BEGIN; ${WRITE}`);
    await migrating.query('BEGIN');
    const noted = noteSchemaVersion(migrating, { version: NEXT, oldestProgram: NEXT });
    await untilWaitingForLocks(rig.database);
    await writing.query('COMMIT');
    await noted;
    const late = writing.query(WRITE).catch((error: unknown) => error);
    await untilWaitingForLocks(rig.database);
    await migrating.query('COMMIT');
    expect(isProgramTooOld(await late)).toBe(true);
  });

  it('is the only one that makes them wait', async () => {
    await writing.query(`BEGIN; ${WRITE}`);
    await migrating.query('BEGIN');
    const { oldestProgram } = await readSchemaVersion(rig.database);
    await noteSchemaVersion(migrating, { version: NEXT, oldestProgram });
    await writing.query(WRITE);
    await writing.query('COMMIT');
    await migrating.query('COMMIT');
    expect((await readSchemaVersion(rig.database)).version).toBe(NEXT);
  });
});

it('a type that a worker does not know is left, with all of its partition, to one that does', async () => {
  await createWallet();
  await rig.accept([deposit('known'), deposit('unknown')]);
  // As a version that adds a kind would leave it.
  await rig.database.query(
    `ALTER TABLE operations DROP CONSTRAINT operations_type_check, DISABLE TRIGGER USER;
     UPDATE operations SET type = 'swap' WHERE id = '${rig.idOf('unknown')}';
     ALTER TABLE operations ENABLE TRIGGER USER`,
  );
  for (const limit of [100, 1])
    await expect(rig.drainAll(limit)).rejects.toThrow('is of the type swap, which this program does not know');
  expect((await rig.database.query('SELECT FROM failures')).rowCount).toBe(0);
  const { rows } = await rig.database.query('SELECT operation_id AS id FROM pending_operations');
  expect(rows).toContainEqual({ id: rig.idOf('unknown') });
});
