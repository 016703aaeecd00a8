import {
  type Asked,
  type Facts,
  type OperationRequest,
  draftOperation,
  userKey,
} from '@wallet/api/operations/draft-operation';
import { Refusal } from '@wallet/api/http/refusal';
import { firstWalletId } from '@wallet/shared/words/ids';

const USD = { id: 4, code: 'USD', name: 'US Dollar', scale: 2, transferable: true };
const GOLD = { id: 1, code: 'GOLD', name: 'Gold Coins', scale: 0, transferable: false };
const ASSETS = [GOLD, USD];
const CLIENT = 'c11e0000-0000-4000-8001-000000000001';

const facts: Facts = {
  assets: {
    list: ASSETS,
    withCode: (code) => ASSETS.find((asset) => asset.code === code) ?? null,
    withId: (id) => ASSETS.find((asset) => asset.id === id)!,
  },
  terms: null,
  wallets: new Map([
    ['usd', { id: 'usd', assetId: USD.id, accountId: 1n }],
    ['other-usd', { id: 'other-usd', assetId: USD.id, accountId: 2n }],
    ['gold', { id: 'gold', assetId: GOLD.id, accountId: 3n }],
  ]),
  users: new Map([
    [userKey('ann', USD.id), { login: 'ann', assetId: USD.id, clientId: CLIENT, walletId: 'of-ann' }],
    [userKey('ann', GOLD.id), { login: 'ann', assetId: GOLD.id, clientId: CLIENT, walletId: null }],
  ]),
};

interface Case {
  readonly why: string;
  readonly asked: Readonly<Record<string, unknown>>;
  readonly more?: Partial<OperationRequest>;
}

function draft({ asked, more }: Omit<Case, 'why'>) {
  const request: OperationRequest = {
    asked: { type: 'deposit', amount: '1', ...asked } as unknown as Asked,
    ...{ extras: {}, metadata: null, keyHeader: undefined, hasKey: true },
    ...more,
  };
  return draftOperation(request, facts);
}

/** The line's field and what is wrong with it; the status and code of a request, with its sentence if that says more. */
type Told = readonly [field: string, message: string, status: number, code: string, detail?: string];

const extras = { idempotency_key: 'k', reference_id: 'r' };
const transfer = (from_wallet_id: string, to_wallet_id: string, amount = '-1') => ({
  ...{ type: 'transfer', from_wallet_id, to_wallet_id, amount },
});
const ofUser = (external_user_id: string, more: object) => ({ type: 'spend', external_user_id, amount: '-1', ...more });

/** In the order of the reasons: each is wrong in what follows, too, as far as it can be. */
const REFUSED: readonly (Case & { readonly told: Told })[] = [
  {
    why: 'a header that is no key',
    ...{ asked: { wallet_id: 'none', amount: '-1' }, more: { keyHeader: 'a b', extras } },
    told: ['Idempotency-Key', 'must be 1 to 255 of A-Z a-z 0-9 _ . : -', 400, 'invalid_request'],
  },
  {
    why: 'two keys that differ',
    ...{ asked: { wallet_id: 'none', amount: '-1' }, more: { extras } },
    told: [
      ...(['idempotency_key', 'and reference_id must be the same where both are given'] as const),
      ...([400, 'conflicting_idempotency_keys'] as const),
      'Idempotency-Key, idempotency_key and reference_id must be the same where more than one is given.',
    ],
  },
  {
    why: 'a wallet that is not there',
    asked: { wallet_id: 'none', amount: '-1' },
    told: ['wallet_id', 'there is no such wallet', 404, 'wallet_not_found', 'There is no wallet none.'],
  },
  {
    why: 'a source that is not there',
    asked: transfer('none', 'none'),
    told: ['from_wallet_id', 'there is no such wallet', 404, 'wallet_not_found', 'There is no wallet none.'],
  },
  {
    why: 'a receiver that is the source',
    asked: transfer('usd', 'usd'),
    told: ['to_wallet_id', 'must be another wallet', 400, 'invalid_request'],
  },
  {
    why: 'a receiver that is not there',
    asked: transfer('usd', 'none'),
    told: ['to_wallet_id', 'there is no such wallet', 404, 'wallet_not_found', 'There is no wallet none.'],
  },
  {
    why: 'a receiver of another asset',
    asked: transfer('usd', 'gold'),
    told: [
      ...(['to_wallet_id', 'is a wallet of another asset', 422, 'asset_mismatch'] as const),
      'A transfer needs two wallets of the same asset.',
    ],
  },
  {
    why: 'an asset code that is not there',
    asked: ofUser('nobody', { asset: 'EUR', asset_type_id: 99 }),
    told: ['asset', 'there is no asset EUR', 400, 'invalid_request'],
  },
  {
    why: 'an asset number that is not there',
    asked: ofUser('nobody', { asset: 'USD', asset_type_id: 99 }),
    told: ['asset_type_id', 'there is no asset 99', 400, 'invalid_request'],
  },
  {
    why: 'no asset',
    asked: ofUser('nobody', {}),
    told: ['asset', 'name the asset, as asset or asset_type_id', 400, 'invalid_request'],
  },
  {
    why: 'two assets',
    asked: ofUser('nobody', { asset: 'USD', asset_type_id: 1 }),
    told: ['asset', 'asset and asset_type_id name different assets', 400, 'invalid_request'],
  },
  {
    why: 'an amount below zero',
    asked: ofUser('nobody', { asset: 'USD' }),
    told: ['amount', 'must be greater than zero', 400, 'invalid_request'],
  },
  {
    why: 'a user who is not there',
    asked: ofUser('nobody', { asset: 'GOLD', amount: '1' }),
    told: ['external_user_id', 'there is no such user', 404, 'user_not_found', 'There is no user nobody.'],
  },
  {
    why: 'a user without a wallet to spend from',
    asked: ofUser('ann', { asset: 'GOLD', amount: '1' }),
    told: [
      ...(['external_user_id', 'the user has no wallet of GOLD', 404, 'wallet_not_found'] as const),
      'The user ann has no wallet of GOLD.',
    ],
  },
];

it.each(REFUSED)('$why is refused, and told to a line and to a request', ({ told, ...asked }) => {
  const refused = draft(asked);
  if (!(refused instanceof Refusal)) throw new Error('it was not refused');
  const [field, message, status, code, detail] = told;
  expect([refused.field, refused.message]).toEqual([field, message]);
  expect(refused.toProblem()).toMatchObject({
    ...{ status, code, message: detail ?? `${field}: ${message}` },
    errors: detail === undefined ? [{ path: field, message }] : [],
  });
});

it.each([
  ['1.005', 'usd', 'USD has at most 2 decimals'],
  ['1.5', 'gold', 'GOLD has at most 0 decimals'],
  ['92233720368547758.08', 'usd', 'is larger than an account can hold'],
  ['1e3', 'usd', 'must be written in digits such as "12.50", without leading zeros, exponent, sign or spaces'],
])('the amount %s for the wallet %s is refused', (amount, wallet_id, message) => {
  expect(draft({ asked: { wallet_id, amount } })).toMatchObject({ field: 'amount', message });
});

describe('an operation that can be stored', () => {
  it('names its accounts', () => {
    expect(draft({ asked: { wallet_id: 'usd', amount: '1.5' } })).toMatchObject({
      operation: { type: 'deposit', walletId: 'usd', toWalletId: null, assetId: 4, amount: 150n, idempotencyKey: null },
      wallet: null,
    });
    expect(draft({ asked: transfer('usd', 'other-usd', '2') })).toMatchObject({
      operation: { walletId: 'usd', toWalletId: 'other-usd', amount: 200n },
    });
    expect(draft({ asked: ofUser('ann', { asset_type_id: 4, amount: '3' }) })).toMatchObject({
      ...{ operation: { walletId: 'of-ann', toWalletId: null, amount: 300n }, wallet: null },
    });
  });

  it.each(['deposit', 'resupply', 'top_up', 'bonus'])('names the wallet to make for the first %s of a user', (type) => {
    const id = firstWalletId(CLIENT, GOLD.id);
    expect(draft({ asked: { type, external_user_id: 'ann', asset: 'GOLD' } })).toMatchObject({
      operation: { type, walletId: id },
      wallet: { id, clientId: CLIENT, assetId: GOLD.id },
    });
  });

  it('has the key of the request, wherever it came from, with a hash of the content', () => {
    const asked = { wallet_id: 'usd' };
    const keys = [{ keyHeader: '"k"' }, { extras: { reference_id: 'k' } }, { extras: { idempotency_key: 'k' } }];
    const drafts = keys.map((more) => draft({ asked, more }));
    const hash = expect.stringMatching(/^[0-9a-f]{32}$/) as string;
    for (const each of drafts) expect(each).toMatchObject({ operation: { idempotencyKey: 'k', requestHash: hash } });
    expect(drafts[2]).toEqual(drafts[0]);
    expect(drafts[1]).toMatchObject({ operation: { referenceId: 'k' } });
  });

  it('has no key if none is used, though it keeps its reference', () => {
    expect(draft({ asked: { wallet_id: 'usd' }, more: { extras, hasKey: false } })).toMatchObject({
      operation: { idempotencyKey: null, requestHash: null, referenceId: 'r' },
    });
  });
});
