import type { Figure } from '../figures.ts';
import { connect } from '../servers.ts';
import type { AgedSection } from './aged-bench.ts';

const MB = 1024 * 1024;

/** The size of each table and its indexes. */
export const sizes: AgedSection = {
  name: 'sizes',
  title: 'Sizes',
  async measure({ servers, filled }) {
    const pool = connect(servers.postgres.url, 1);
    const { rows } = await pool.query<{ name: string; kind: string; bytes: string }>(
      `SELECT relname AS name, 'table' AS kind, pg_table_size(oid)::text AS bytes, pg_table_size(oid) AS size
       FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
       UNION ALL
       SELECT relname, 'index', pg_relation_size(oid)::text, pg_relation_size(oid)
       FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'i'
       ORDER BY size DESC`,
    );
    const { rows: counted } = await pool.query<{ operations: string }>('SELECT count(*) AS operations FROM operations');
    await pool.end();
    const operations = Number(counted[0]?.operations);
    const shown = rows.filter(({ bytes }) => Number(bytes) >= MB);
    const figure = (subject: string, measure: string, unit: string, value: number): Figure => ({
      ...{ subject, measure, unit, values: [value] },
    });
    const all = rows.reduce((sum, { bytes }) => sum + Number(bytes), 0);
    return {
      about: `${operations} operations, ${filled.operations} of them filled, of ${filled.wallets} wallets over ${filled.months} months.`,
      figures: [
        figure('all', 'size', 'MB', all / MB),
        figure('all', 'size for an operation', 'B', all / operations),
        figure('filling', 'operations', '/s', filled.operations / filled.seconds),
        ...shown.flatMap(({ name, kind, bytes }) => [
          figure(`${kind} ${name}`, 'size', 'MB', Number(bytes) / MB),
          figure(`${kind} ${name}`, 'size for an operation', 'B', Number(bytes) / operations),
        ]),
      ],
      plots: [],
      faults: [],
      skipped: [],
    };
  },
};
