import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import type { History } from '@wallet/shared/database/replica';
import { listLines } from '@wallet/shared/database/tables/batch-lines';
import { findBatch } from '@wallet/shared/database/tables/batches';
import { assetsOf } from '@wallet/shared/events/present-operation';
import { LINE_STATUSES } from '@wallet/shared/words/operation';
import { z } from 'zod';
import { createFindArchived, unlessArchived } from './archived-lines.ts';
import { batchNotFound } from './batch-not-found.ts';
import { EXPORTS, type EachLine, batchLineSchema, presentLine } from './export-lines.ts';
import { formulasQuery, limitDownloads } from '../http/downloads.ts';
import { endpoint } from '../http/endpoint.ts';
import { answerPage, createCursors, pageOf, pageQuery, readPosition } from '../http/pages.ts';
import { idParams, invalid } from '../http/schemas.ts';

const CURSORS = createCursors('lines', readPosition);

const linesQuery = z.strictObject({
  status: z.enum(LINE_STATUSES).optional(),
  ...formulasQuery,
  ...pageQuery,
});

export const createLinesEndpoint = ({
  database,
  history,
  assets,
  eachLine,
}: {
  database: Database;
  history: History;
  assets: Assets;
  eachLine: EachLine;
}) => {
  const download = limitDownloads();
  return endpoint({
    method: 'get',
    name: 'listBatchOperations',
    paths: ['/batches/{id}/operations'],
    tag: 'Batches',
    summary: 'List the operations of a batch in the order of its lines',
    description: 'JSON comes in pages. NDJSON and CSV, by `Accept`, have all lines at once.',
    params: idParams,
    query: linesQuery,
    body: null,
    scope: 'operations:read',
    answers: { 200: pageOf(batchLineSchema) },
    downloads: {
      'application/x-ndjson': z.string().meta({ description: 'An operation with its line, on each line.' }),
      'text/csv': z.string().meta({ description: 'The fields of each line, its operation, and its outcome.' }),
    },
    problems: ['batch_not_found', 'batch_archived'],
    handle: async ({ params, query, request }) => {
      const batch = await findBatch(database, params);
      if (batch === null) return batchNotFound(params.id);
      const status = query.status ?? null;
      const types = Object.keys(EXPORTS) as (keyof typeof EXPORTS)[];
      const type = request.accepts(['application/json', ...types]);
      const exported = types.find((each) => each === type);
      if (query.formulas !== undefined && exported !== 'text/csv') {
        return invalid([{ path: 'formulas', message: 'is for text/csv: ask for that with Accept' }]);
      }
      const headers = { Vary: 'Accept' };
      // Archived operations have ended.
      const isAsked = status !== 'pending';
      const findArchived = isAsked ? createFindArchived(database, batch, 'all') : () => Promise.resolve(null);
      if (exported) {
        const archived = await findArchived();
        if (archived) return archived;
        const send = download((to) => {
          const lines = unlessArchived(eachLine(batch, status), findArchived);
          const text = EXPORTS[exported](assets, lines, query.formulas === 'escape');
          return pipeline(Readable.from(text), to);
        });
        return { status: 200, type: exported, send, headers };
      }
      const upTo = batch.total + batch.replayed;
      const after = Math.min(Number(CURSORS.read(query.cursor) ?? 0n), upTo);
      const page = { after, upTo, status };
      const found = await history.ofBatch(batch, (from) => listLines(from, batch, page, query.limit + 1));
      const archived = await findArchived();
      if (archived) return archived;
      await assets.know(found.flatMap(assetsOf));
      const answer = answerPage({
        ...{ found, limit: query.limit, cursors: CURSORS },
        keyOf: (line) => String(line.position),
        present: (line) => presentLine(assets, line),
      });
      return { ...answer, headers };
    },
  });
};
