import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { findStatementBounds } from '@wallet/shared/database/tables/entries';
import { z } from 'zod';
import { historyArchived } from '../http/archived.ts';
import { formulasQuery, limitDownloads } from '../http/downloads.ts';
import { endpoint } from '../http/endpoint.ts';
import { idParams, invalid, momentFrom } from '../http/schemas.ts';
import type { HistoryNeeds } from './history-endpoints.ts';
import { createEachMovement } from './read-statement.ts';
import { notFound } from './wallet-not-found.ts';
import { statementSchema } from './wallet-schemas.ts';
import { STATEMENTS, type Statement } from './write-statement.ts';

/** A statement that is not read completely in this time is broken off: its reader is too slow. */
const SEND_MS = 600_000;

const FORMATS = { json: 'application/json', csv: 'text/csv' } as const;

const statementQuery = z.strictObject({
  from: momentFrom.optional().meta({
    description: 'Inclusive. Defaults to the beginning of the month (UTC) in which the statement ends.',
    example: '2026-01-01T00:00:00.000Z',
  }),
  to: momentFrom.optional().meta({
    description:
      'Exclusive. Defaults to now, as does a time in the future. Operations that are being applied at that moment ' +
      'may appear only on a later statement of the same period, so wait a moment before you close a period.',
    example: '2026-02-01T00:00:00.000Z',
  }),
  format: z.enum(['json', 'csv']).optional().meta({ description: 'Overrides `Accept`, which links cannot set.' }),
  ...formulasQuery,
});

export const createStatementEndpoint = ({ history, assets, findFacts }: HistoryNeeds) => {
  const download = limitDownloads();
  const eachMovement = createEachMovement(history);
  return endpoint({
    method: 'get',
    name: 'getWalletStatement',
    paths: ['/wallets/{id}/statement'],
    tag: 'Wallets',
    summary: "Read a wallet's statement",
    description:
      'The balance at the beginning and the end of a period, and every movement between, as JSON or CSV by ' +
      '`Accept` or `format`.',
    params: idParams,
    query: statementQuery,
    body: null,
    scope: 'wallets:read',
    answers: { 200: statementSchema },
    downloads: {
      'application/json': statementSchema,
      'text/csv': z.string().meta({
        description:
          'A record for each movement, between one of the type `opening_balance` and one of the type ' +
          '`closing_balance`. If the last is missing, the statement is incomplete.',
      }),
    },
    problems: ['wallet_not_found', 'history_archived'],
    handle: async ({ params: { id }, query, request }) => {
      const asked = query.format === undefined ? request.accepts(Object.values(FORMATS)) : FORMATS[query.format];
      const type = asked === 'text/csv' ? asked : FORMATS.json;
      if (query.formulas !== undefined && type !== 'text/csv') {
        return invalid([{ path: 'formulas', message: 'is for text/csv: ask for that with Accept or format' }]);
      }
      const now = new Date();
      const from = query.from ?? startOfMonth(query.to !== undefined && query.to < now ? query.to : now);
      if (query.to !== undefined && from > query.to)
        return invalid([{ path: 'from', message: 'must not be after to' }]);
      if (from > now) return invalid([{ path: 'from', message: 'must not be in the future' }]);
      const facts = await findFacts(id);
      if (facts === null) return notFound(id);
      const bounds = await history.ofWallet(id, (database) =>
        findStatementBounds(database, id, from, query.to ?? null),
      );
      if (bounds === null) return notFound(id);
      if ('archivedBefore' in bounds) return historyArchived(bounds.archivedBefore);
      const to = endOf(bounds.askedAt, query.to);
      const statement: Statement = { walletId: id, asset: assets.withId(facts.assetId), from, to, bounds };
      const send = download((client) => {
        const text = STATEMENTS[type](statement, eachMovement(id, bounds), query.formulas === 'escape');
        return pipeline(Readable.from(text), client, { signal: AbortSignal.timeout(SEND_MS) });
      });
      return { status: 200, type, send, headers: headersOf(statement, type) };
    },
  });
};

/** The beginning of the month in which the last moment before `to` is. */
function startOfMonth(to: Date): Date {
  const last = new Date(to.getTime() - 1);
  return new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), 1));
}

/** The requested end, at most now, rounded up to a millisecond. */
function endOf(askedAt: Date, to: Date | undefined): Date {
  return to !== undefined && to <= askedAt ? to : new Date(askedAt.getTime() + 1);
}

function headersOf({ walletId, from, to }: Statement, type: string): Record<string, string> {
  const [first, end] = [from, to].map((moment) => moment.toISOString().slice(0, 10));
  const name = `statement-${walletId}-${first}-${end}.csv`;
  return { Vary: 'Accept', ...(type === 'text/csv' && { 'Content-Disposition': `attachment; filename="${name}"` }) };
}
