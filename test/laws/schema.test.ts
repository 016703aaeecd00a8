import { type Database, createPool } from '@wallet/shared/database/pool';
import { createTestDatabase } from '../support/test-database.ts';

let database: Database;
beforeAll(async () => {
  const { databaseUrl } = await createTestDatabase();
  database = createPool({ url: databaseUrl, name: 'test', size: 1, onError: () => undefined });
});
afterAll(() => database.end());

/**
 * The schema after all migrations, with its views and the bodies of its functions. It is kept beside this test, so that
 * a change, such as a weaker law, is seen in review; `npm test -- laws/schema -u` updates it.
 */
it('the schema matches the kept dump', async () => {
  const { rows } = await database.query<{ line: string }>(`
    WITH tables AS (
      SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'migrations'
    )
    SELECT line FROM (
      SELECT relname, 1 AS kind, attnum AS place, format('%s.%s %s%s%s', relname, attname, format_type(atttypid, atttypmod),
             CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END,
             coalesce(CASE attgenerated WHEN 's' THEN ' GENERATED AS ' ELSE ' DEFAULT ' END || pg_get_expr(adbin, adrelid), '')) AS line
        FROM tables JOIN pg_attribute ON attrelid = tables.oid AND attnum > 0 AND NOT attisdropped
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      UNION ALL
      SELECT relname, 2, 0, format('%s: %s %s', relname, conname, pg_get_constraintdef(pg_constraint.oid))
        FROM tables JOIN pg_constraint ON conrelid = tables.oid AND contype <> 'n'
      UNION ALL
      SELECT relname, 3, 0, pg_get_indexdef(indexrelid) FROM tables JOIN pg_index ON indrelid = tables.oid
      UNION ALL
      SELECT relname, 4, 0, pg_get_triggerdef(pg_trigger.oid) FROM tables JOIN pg_trigger ON tgrelid = tables.oid AND NOT tgisinternal
      UNION ALL
      SELECT relname, 6, 0, format(E'CREATE VIEW %s AS\n%s', relname, pg_get_viewdef(oid))
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
      UNION ALL
      SELECT proname, 5, 0, pg_get_functiondef(oid)
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ) AS described ORDER BY relname COLLATE "C", kind, place, line COLLATE "C"`);
  expect(rows.map((row) => row.line).join('\n')).toMatchSnapshot();
});
