import { urlFor } from '@wallet/local/embedded-postgres';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { auditDatabase } from '@wallet/shared/database/audit';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { createPool } from '@wallet/shared/database/pool';
import { newId } from '@wallet/shared/words/ids';
import request from 'supertest';
import { untilFed } from '../support/read-feed.ts';
import { type Service, startService } from '../support/service.ts';
import { createTestDatabase, inDatabase, setDefaults } from '../support/test-database.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/**
 * A server, a database or a user may have other default settings than ours. Whatever they are, the service answers and
 * stores the same.
 */
let service: Service | undefined;
afterEach(async () => {
  await service?.stop();
  service = undefined;
});

// Several at once, where they have nothing to do with each other: a service for each takes 2 s.
const HOSTILE: Readonly<Record<string, string>>[] = [
  { DateStyle: 'German, DMY', IntervalStyle: 'iso_8601', bytea_output: 'escape', extra_float_digits: '-15' },
  {
    DateStyle: 'Postgres, DMY',
    TimeZone: 'Asia/Kathmandu',
    standard_conforming_strings: 'off',
    backslash_quote: 'off',
  },
  { array_nulls: 'off', transform_null_equals: 'on', client_encoding: 'LATIN1', plan_cache_mode: 'force_custom_plan' },
  { default_transaction_isolation: 'serializable', default_transaction_deferrable: 'on' },
  { default_transaction_isolation: 'repeatable read', synchronous_commit: 'off' },
  {
    ...{ statement_timeout: '1ms', lock_timeout: '1ms', idle_in_transaction_session_timeout: '1ms' },
    idle_session_timeout: '1ms',
  },
];

it.each(HOSTILE)(
  'holds where sessions begin with %j',
  async (defaults) => {
    service = await startService({ defaults });
    const { url } = service;
    const wallet = await createFundedWallet(url, '10.00');
    const description = 'Gebühr \\ 5 € "NULL" {x}';
    const told = { description, metadata: { note: 'NULL', path: 'a\\b' } };
    const deposit = await operate(url, wallet, 'DEPOSIT', '2.50', { ...told, idempotency_key: newId() });
    expect(deposit).toMatchObject({ status: 'succeeded', ...told, reference_id: null });
    expect(Math.abs(Date.parse(deposit['created_at'] as string) - Date.now())).toBeLessThan(30_000);
    expect(Date.parse(deposit['completed_at'] as string)).toBeGreaterThanOrEqual(
      Date.parse(deposit['created_at'] as string),
    );
    await request(url).post(`/webhook-endpoints`).send({ url: 'http://127.0.0.1:1/' }).expect(201);
    const batch = await request(url)
      .post('/batches')
      .set('Prefer', 'wait=10')
      .send({ operations: [1, 2].map(() => ({ type: 'deposit', wallet_id: wallet, amount: '1.25', ...told })) })
      .expect(200);
    expect(batch.body).toMatchObject({ status: 'completed', succeeded: 2 });

    const { body: history } = await request(url).get(`/wallets/${wallet}/transactions`).expect(200);
    expect(history.data).toMatchObject([
      { amount: '1.25', balance_after: '15.00', description },
      { amount: '1.25', balance_after: '13.75', description },
      { amount: '2.50', balance_after: '12.50', description },
      { amount: '10.00', balance_after: '10.00', description: null },
    ]);
    const since = {
      from: new Date(Date.now() - 60_000).toISOString(),
      to: new Date(Date.now() + 60_000).toISOString(),
    };
    const statistics = await request(url).get(`/wallets/${wallet}/statistics`).query(since).expect(200);
    expect(statistics.body.by_type).toMatchObject([{ type: 'deposit', count: 4, credited: '15.00' }]);
    const listed = await request(url).get('/operations').query({ wallet_id: wallet, limit: 1 }).expect(200);
    const next = await request(url)
      .get('/operations')
      .query({ wallet_id: wallet, limit: 3, cursor: listed.body.next_cursor });
    expect(next.body.data).toHaveLength(3);
    await untilFed(url, 1);
    const { body: events } = await request(url).get('/events').expect(200);
    expect(events.data).toMatchObject([{ type: 'batch.completed' }]);

    const auditor = createPool({
      ...{ url: urlFor('auditor', service.databaseUrl), name: 'test', size: 1 },
      ...{ statementMs: 0, onError: () => undefined },
    });
    const found: unknown[] = [];
    await auditDatabase(auditor, (violation) => found.push(violation)).finally(() => auditor.end());
    expect(found).toEqual([]);
  },
  60_000,
);

it('migrates although sessions begin with other settings in every way', async () => {
  const { databaseUrl } = await createTestDatabase();
  const bare = await inDatabase(databaseUrl, `test_bare_${newId().slice(-12)}`);
  for (const defaults of HOSTILE) await setDefaults(bare, defaults);
  expect((await migrateDatabase(bare, MIGRATIONS_FOLDER, undefined)).length).toBeGreaterThan(5);
  expect(await migrateDatabase(bare, MIGRATIONS_FOLDER, undefined)).toEqual([]);
}, 60_000);

it('a COMMIT waits for the disk whatever the settings sessions begin with', async () => {
  const { databaseUrl } = await createTestDatabase();
  await setDefaults(databaseUrl, { synchronous_commit: 'off' });
  for (const role of ['api', 'worker'] as const) {
    const url = urlFor(role, databaseUrl);
    const pool = createPool({ url, name: 'test', size: 1, onError: () => undefined });
    const { rows } = await pool.query('SHOW synchronous_commit').finally(() => pool.end());
    expect(rows).toEqual([{ synchronous_commit: 'on' }]);
  }
});
