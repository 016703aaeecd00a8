import type { Database } from '@wallet/shared/database/pool';
import { findArchiveOf, readArchiveEnd } from '@wallet/shared/database/tables/archived-history';
import type { Asset } from '@wallet/shared/database/tables/assets';
import { HOLD_OPERATIONS, HOLD_STATUSES, type Hold, findHold, listHolds } from '@wallet/shared/database/tables/holds';
import { formatAmount } from '@wallet/shared/words/money';
import { z } from 'zod';
import { archivedBefore, lookInFiles, operationArchived } from '../http/archived.ts';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { asset, id, money, time } from '../http/fields.ts';
import { answerPage, createCursors, pageOf, pageQuery, readId } from '../http/pages.ts';
import { Problem } from '../http/problem.ts';
import { idParams } from '../http/schemas.ts';
import type { HistoryNeeds } from './history-endpoints.ts';
import { notFound } from './wallet-not-found.ts';

const CURSORS = createCursors('holds', readId);

/** They require the scope that shows balances: a hold is part of its wallet's held amount. */
export function createHoldQueries(needs: HistoryNeeds): Endpoint[] {
  return [getHold(needs), getHolds(needs)];
}

const holdSchema = z
  .strictObject({
    id: id.meta({ description: 'The id of the operation that created it.' }),
    wallet_id: id,
    asset,
    amount: money,
    captured: money,
    released: money,
    remaining: money.meta({ description: 'The amount that is neither captured nor released.' }),
    status: z.enum(HOLD_STATUSES).meta({
      description: '`open` while something remains, then `closed`; `pending` or `failed` if nothing was set aside.',
    }),
    expires_at: time.nullable().meta({ description: 'When the remainder is released.' }),
    created_at: time,
    operations: z.array(id).meta({
      description:
        `Its captures and releases, including pending and failed ones, in the order of acceptance: at ` +
        `most ${HOLD_OPERATIONS}.`,
    }),
    more_operations: z.boolean().meta({
      description: 'Whether there are more: `GET /operations?hold_id=` lists all.',
    }),
  })
  .meta({ id: 'Hold', description: 'An amount of a wallet set aside, until it is captured or released.' });

function presentHold(hold: Hold, { code, scale }: Asset): z.input<typeof holdSchema> {
  return {
    id: hold.id,
    wallet_id: hold.walletId,
    asset: code,
    amount: formatAmount(hold.amount, scale),
    captured: formatAmount(hold.captured, scale),
    released: formatAmount(hold.released, scale),
    remaining: formatAmount(hold.remaining, scale),
    status: hold.status,
    expires_at: hold.expiresAt?.toISOString() ?? null,
    created_at: hold.createdAt.toISOString(),
    operations: hold.operationIds.slice(0, HOLD_OPERATIONS),
    more_operations: hold.operationIds.length > HOLD_OPERATIONS,
  };
}

const getHold = ({ database, assets }: HistoryNeeds) =>
  endpoint({
    method: 'get',
    name: 'getHold',
    paths: ['/holds/{id}'],
    tag: 'Holds',
    summary: 'Read a hold',
    description: 'What was captured and released of it, and what remains.',
    params: idParams,
    query: null,
    body: null,
    scope: 'wallets:read',
    answers: { 200: holdSchema },
    problems: ['hold_not_found', 'operation_archived'],
    handle: async ({ params }) => {
      const hold = await findHold(database, params.id);
      if (hold === null) return noHold(database, params.id);
      await assets.know([hold.assetId]);
      return { status: 200, body: presentHold(hold, assets.withId(hold.assetId)) };
    },
  });

async function noHold(database: Database, holdId: string): Promise<Problem<'hold_not_found' | 'operation_archived'>> {
  const place = await findArchiveOf(database, holdId);
  if (place === null) return new Problem('hold_not_found', `There is no hold ${holdId}.`);
  return operationArchived(lookInFiles('Holds', holdId, place), place);
}

const getHolds = ({ database, assets, findFacts }: HistoryNeeds) =>
  endpoint({
    method: 'get',
    name: 'listWalletHolds',
    paths: ['/wallets/{id}/holds'],
    tag: 'Holds',
    summary: 'List the holds of a wallet, newest first',
    description: 'Without a filter by status, pending and failed holds are included.',
    params: idParams,
    query: z.strictObject({ status: z.enum(['open', 'closed']).optional(), ...pageQuery }),
    body: null,
    scope: 'wallets:read',
    answers: { 200: pageOf(holdSchema).extend(archivedBefore) },
    problems: ['wallet_not_found'],
    handle: async ({ params, query }) => {
      const facts = await findFacts(params.id);
      if (facts === null) return notFound(params.id);
      const known = assets.withId(facts.assetId);
      const filter = { walletId: params.id, status: query.status ?? null, before: CURSORS.read(query.cursor) };
      const page = answerPage({
        ...{ found: await listHolds(database, filter, query.limit + 1), limit: query.limit, cursors: CURSORS },
        keyOf: (hold) => hold.id,
        present: (hold) => presentHold(hold, known),
      });
      // Open holds are not archived.
      const asksForOld = page.nextCursor === null && query.status !== 'open';
      const end = asksForOld ? await readArchiveEnd(database) : null;
      return { ...page, body: { ...page.body, archived_before: end?.time.toISOString() ?? null } };
    },
  });
