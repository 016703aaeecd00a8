import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import type { History } from '@wallet/shared/database/replica';
import { type Checkpoint, findCheckpoint } from '@wallet/shared/database/tables/archived-history';
import type { Asset } from '@wallet/shared/database/tables/assets';
import { type Totals, listHistory, sumHistory } from '@wallet/shared/database/tables/entries';
import type { WalletFacts } from '@wallet/shared/database/tables/wallets';
import { formatAmount } from '@wallet/shared/words/money';
import { OPERATION_TYPES } from '@wallet/shared/words/operation';
import { z } from 'zod';
import { historyArchived, presentCheckpoint } from '../http/archived.ts';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { answerPage, createCursors, pageOf, pageQuery, readPosition, timeQuery } from '../http/pages.ts';
import { Problem } from '../http/problem.ts';
import { idParams } from '../http/schemas.ts';
import { presentLinks } from './present-links.ts';
import { notFound } from './wallet-not-found.ts';
import { archivedHistory, historyLineSchema, statisticsSchema } from './wallet-schemas.ts';

const CURSORS = createCursors('transactions', readPosition);

/** The dependencies of the history endpoints. */
export interface HistoryNeeds {
  readonly database: Database;
  readonly history: History;
  readonly assets: Assets;
  /** The immutable facts of a wallet; null if it does not exist. */
  readonly findFacts: (id: string) => Promise<WalletFacts | null>;
}

export function createHistoryEndpoints(needs: HistoryNeeds): Endpoint[] {
  return [getHistory(needs), getStatistics(needs)];
}

const getHistory = ({ history, assets, findFacts }: HistoryNeeds) =>
  endpoint({
    method: 'get',
    name: 'listWalletTransactions',
    paths: ['/wallets/{id}/transactions'],
    tag: 'Wallets',
    summary: "List a wallet's history, newest first",
    description: 'Each line is one movement, with the balance before and after it.',
    params: idParams,
    query: z.strictObject({ type: z.enum(OPERATION_TYPES).optional(), ...timeQuery, ...pageQuery }),
    body: null,
    scope: 'wallets:read',
    answers: { 200: pageOf(historyLineSchema).extend(archivedHistory) },
    problems: ['wallet_not_found', 'history_archived', 'cursor_expired'],
    handle: async ({ params, query }) => {
      const facts = await findFacts(params.id);
      if (facts === null) return notFound(params.id);
      const { scale, code } = assets.withId(facts.assetId);
      const filter = {
        type: query.type ?? null,
        from: query.from ?? null,
        to: query.to ?? null,
        before: CURSORS.read(query.cursor),
      };
      const { lines, checkpoint } = await history.ofWallet(params.id, async (database) => ({
        lines: await listHistory(database, params.id, filter, query.limit + 1),
        checkpoint: await findCheckpoint(database, params.id, filter),
      }));
      if (checkpoint?.coversAll) return historyArchived(checkpoint.movedAt);
      if (checkpoint !== null && filter.before !== null && filter.before <= checkpoint.version) return EXPIRED;
      const page = answerPage({
        ...{ found: lines, limit: query.limit, cursors: CURSORS },
        keyOf: (line) => line.version.toString(),
        present: (line) => ({
          id: line.operationId,
          operation_id: line.operationId,
          leg: line.leg,
          type: line.type,
          asset: code,
          amount: formatAmount(line.amount, scale),
          balance_before: formatAmount(line.balance - line.amount, scale),
          balance_after: formatAmount(line.balance, scale),
          other_wallet_id: line.otherWalletId,
          ...presentLinks(line),
          version: Number(line.version),
          created_at: line.createdAt.toISOString(),
        }),
      });
      const archived = page.nextCursor === null && checkpoint ? presentCheckpoint(checkpoint, scale) : null;
      return { ...page, body: { ...page.body, archived } };
    },
  });

const EXPIRED = new Problem(
  'cursor_expired',
  'The history behind this cursor is in the archives. Read it there, or start again without a cursor.',
);

const getStatistics = ({ history, assets, findFacts }: HistoryNeeds) =>
  endpoint({
    method: 'get',
    name: 'getWalletStatistics',
    paths: ['/wallets/{id}/statistics'],
    tag: 'Wallets',
    summary: "Sum a wallet's history by type",
    description: 'Counts and sums of credits and debits, over a period or over all time.',
    params: idParams,
    query: z.strictObject(timeQuery),
    body: null,
    scope: 'wallets:read',
    answers: { 200: statisticsSchema },
    problems: ['wallet_not_found', 'history_archived'],
    handle: async ({ params, query }) => {
      const facts = await findFacts(params.id);
      if (facts === null) return notFound(params.id);
      const range = { from: query.from ?? null, to: query.to ?? null };
      const { totals, checkpoint } = await history.ofWallet(params.id, async (database) => ({
        totals: await sumHistory(database, params.id, range.from, range.to),
        checkpoint: await findCheckpoint(database, params.id, range),
      }));
      if (checkpoint?.coversAll) return historyArchived(checkpoint.movedAt);
      return { status: 200, body: presentStatistics(params.id, { totals, checkpoint }, assets.withId(facts.assetId)) };
    },
  });

function presentStatistics(
  walletId: string,
  { totals, checkpoint }: { totals: readonly Totals[]; checkpoint: Checkpoint | null },
  { code, scale }: Asset,
): z.input<typeof statisticsSchema> {
  const sum = (pick: (each: Totals) => bigint): bigint => totals.reduce((total, each) => total + pick(each), 0n);
  const credited = sum((each) => each.credited);
  const debited = sum((each) => each.debited);
  const times = totals.flatMap((each) => [each.firstAt.toISOString(), each.lastAt.toISOString()]).sort();
  return {
    wallet_id: walletId,
    asset: code,
    count: Number(sum((each) => each.count)),
    credited: formatAmount(credited, scale),
    debited: formatAmount(debited, scale),
    net: formatAmount(credited - debited, scale),
    first_at: times[0] ?? null,
    last_at: times.at(-1) ?? null,
    archived: checkpoint && presentCheckpoint(checkpoint, scale),
    by_type: totals.map((each) => ({
      type: each.type,
      count: Number(each.count),
      credited: formatAmount(each.credited, scale),
      debited: formatAmount(each.debited, scale),
      first_at: each.firstAt.toISOString(),
      last_at: each.lastAt.toISOString(),
    })),
  };
}
