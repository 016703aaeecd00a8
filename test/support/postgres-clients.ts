import { findPostgresFolders, findPrograms } from '@wallet/local/find-program';

const PATH = process.env['PATH'] ?? '';

/** Whether `pg_dump` and `pg_restore` are installed. The npm package of Postgres contains only the server. */
export const HAS_POSTGRES_CLIENTS = findPostgresFolders(PATH).length > 0 && findPrograms(PATH, 'pg_dump').length > 0;
