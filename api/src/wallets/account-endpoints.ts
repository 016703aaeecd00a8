import { addHouseAccount } from '@wallet/shared/database/add-house-account';
import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import {
  type HouseAccount,
  type HouseAccountWithBalances,
  listHouseAccounts,
} from '@wallet/shared/database/tables/house-accounts';
import { ACCOUNT_NAME, ACCOUNT_NAME_RULE, HOUSE_ACCOUNTS_MOST } from '@wallet/shared/words/house-account';
import { formatAmount } from '@wallet/shared/words/money';
import { z } from 'zod';
import { asset, money, time } from '../http/fields.ts';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { answerPage, createCursors, pageOf, pageQuery } from '../http/pages.ts';
import { Problem } from '../http/problem.ts';

/** The dependencies of the house account endpoints. */
export interface AccountNeeds {
  readonly database: Database;
  readonly assets: Assets;
}

export function createAccountEndpoints(needs: AccountNeeds): Endpoint[] {
  return [getAccounts(needs), postAccount(needs)];
}

const accountFields = { name: z.string().meta({ example: 'fees' }), may_go_negative: z.boolean(), created_at: time };

const accountSchema = z.strictObject(accountFields).meta({ id: 'HouseAccount' });

const accountWithBalancesSchema = z
  .strictObject({ ...accountFields, balances: z.array(z.strictObject({ asset, balance: money })) })
  .meta({
    id: 'HouseAccountWithBalances',
    description: '`balances` has the assets in which the balance is not zero, in the order of their ids.',
  });

const CURSORS = createCursors('accounts', (name) => (ACCOUNT_NAME.test(name) ? name : null));

const getAccounts = ({ database, assets }: AccountNeeds) =>
  endpoint({
    method: 'get',
    name: 'listAccounts',
    paths: ['/accounts'],
    tag: 'House accounts',
    summary: 'List house accounts with their balances',
    description: 'They are sorted by name. The treasury is one of them.',
    params: null,
    query: z.strictObject(pageQuery),
    body: null,
    scope: 'wallets:read',
    answers: { 200: pageOf(accountWithBalancesSchema) },
    problems: [],
    handle: async ({ query }) => {
      const found = await listHouseAccounts(database, CURSORS.read(query.cursor), query.limit + 1);
      await assets.know(found.flatMap(({ balances }) => balances.map(({ assetId }) => assetId)));
      return answerPage({
        ...{ found, limit: query.limit, cursors: CURSORS },
        keyOf: ({ name }) => name,
        present: (account) => ({ ...presentAccount(account), balances: presentBalances(account, assets) }),
      });
    },
  });

const postAccount = ({ database }: AccountNeeds) =>
  endpoint({
    method: 'post',
    name: 'createAccount',
    paths: ['/accounts'],
    tag: 'House accounts',
    summary: 'Add a house account',
    description:
      'It has a balance in every asset, is permanent, and takes effect in every process at once: `201`, or `200` if ' +
      'the same one exists already.',
    params: null,
    query: null,
    body: z.strictObject({
      name: z
        .string()
        .regex(ACCOUNT_NAME, ACCOUNT_NAME_RULE)
        .meta({ description: 'The name that postings and captures use.', example: 'fees' }),
      may_go_negative: z.boolean().default(false).meta({ description: 'Whether its balances may go below zero.' }),
    }),
    scope: 'assets:admin',
    answers: { 200: accountSchema, 201: accountSchema },
    problems: ['account_exists', 'too_many_accounts'],
    handle: async ({ body, actor }) => {
      const { name, may_go_negative: mayGoNegative } = body;
      const added = await addHouseAccount(database, { name, mayGoNegative }, actor);
      if (added.outcome === 'too_many_accounts') {
        const sentence = `There are ${HOUSE_ACCOUNTS_MOST} house accounts already, the most there can be.`;
        return new Problem('too_many_accounts', sentence);
      }
      const { account, outcome } = added;
      if (outcome === 'account_exists') {
        const is = account.mayGoNegative ? 'may go below zero' : 'may not go below zero';
        const sentence = `There is a house account ${name}, which ${is}. It cannot be changed: choose another name.`;
        return new Problem('account_exists', sentence);
      }
      return { status: outcome === 'added' ? 201 : 200, body: presentAccount(account) };
    },
  });

function presentAccount({ name, mayGoNegative, createdAt }: HouseAccount): z.input<typeof accountSchema> {
  return { name, may_go_negative: mayGoNegative, created_at: createdAt.toISOString() };
}

function presentBalances({ balances }: HouseAccountWithBalances, assets: Assets) {
  return balances.map(({ assetId, balance }) => {
    const { code, scale } = assets.withId(assetId);
    return { asset: code, balance: formatAmount(BigInt(balance), scale) };
  });
}
