import { Refusal } from '@wallet/api/http/refusal';
import { type Asked, type Facts, draftOperation } from '@wallet/api/operations/draft-operation';
import { partitionOf } from '@wallet/shared/words/partition';

const USD = { id: 4, code: 'USD', name: 'US Dollar', scale: 2, transferable: true };
const GOLD = { id: 1, code: 'GOLD', name: 'Gold Coins', scale: 0, transferable: false };
const ASSETS = [GOLD, USD];
const NOW = Date.parse('2026-01-01T00:00:00.000Z');
const YEAR_MS = 31_536_000_000;
const PARTITIONS = 16;

const assets: Facts['assets'] = {
  list: ASSETS,
  withCode: (code) => ASSETS.find((asset) => asset.code === code) ?? null,
  withId: (id) => ASSETS.find((asset) => asset.id === id)!,
};
const wallets: Facts['wallets'] = new Map(
  Object.entries({ usd: 4, other: 4, gold: 1 }).map(([id, assetId]) => [id, { id, assetId }]),
);
/** Each has the id of its type. */
const TARGETS = (['hold', 'release', 'reversal', 'transfer', 'posting'] as const).map(
  (type) => [type, { id: type, type, walletId: 'usd', assetId: USD.id }] as const,
);
const facts: Facts = {
  ...{ assets, wallets, users: new Map() },
  terms: {
    ...{ assets, wallets, partitions: PARTITIONS, now: NOW },
    targets: new Map([...TARGETS, ['archived', { month: '2025-01', archivedBefore: new Date(NOW) }]]),
    accounts: new Map([...wallets.keys()].map((id, at) => [id, BigInt(at + 1)])),
    findHouseAccount(name, assetId, partition) {
      if (name === 'fees') return BigInt(100 + assetId);
      return name === 'treasury' ? BigInt(1000 + partition * 10 + assetId) : null;
    },
  },
};

function draft(asked: object, more: { keyHeader?: string } = {}) {
  return draftOperation(
    { asked: asked as Asked, extras: {}, metadata: null, keyHeader: undefined, hasKey: true, ...more },
    facts,
  );
}

const hold = (more: object) => ({ type: 'hold', wallet_id: 'usd', amount: '1.5', ...more });
const capture = (more: object) => ({ type: 'capture', hold_id: 'hold', ...more });
const release = (more: object) => ({ type: 'release', hold_id: 'hold', ...more });
const reversal = (operation_id: string, amount?: string) => ({ type: 'reversal', operation_id, amount });
const leg = (from: object, to: object, more: object = {}) => ({ from, to, amount: '1', ...more });
const posting = (...legs: object[]) => ({ type: 'posting', legs });
const wallet = (wallet_id: string) => ({ wallet_id });
const account = (name: string) => ({ account: name });
const moment = (ms: number) => new Date(NOW + ms);

/** In the order of the reasons: each is wrong in what follows, too, as far as it can be. */
const REFUSED: readonly [why: string, asked: object, field: string, message: string, status: number, code: string][] = [
  ...([
    [
      'a hold of no wallet',
      hold({ wallet_id: 'none', amount: '-1' }),
      'wallet_id',
      'there is no such wallet',
      404,
      'wallet_not_found',
    ],
    [
      'a hold of nothing',
      hold({ amount: '0', expires_at: moment(0), expires_in: 1 }),
      'amount',
      'must be greater than zero',
      400,
      'invalid_request',
    ],
    [
      'a hold that expires twice',
      hold({ expires_at: moment(2 * YEAR_MS), expires_in: 1 }),
      'expires_in',
      'cannot be given together with expires_at',
      400,
      'invalid_request',
    ],
    [
      'a hold that expires too late',
      hold({ expires_at: moment(YEAR_MS + 1) }),
      'expires_at',
      'must be at most 365 days ahead',
      400,
      'invalid_request',
    ],
    [
      'a hold that has expired',
      hold({ expires_at: moment(0) }),
      'expires_at',
      'must be in the future',
      400,
      'invalid_request',
    ],
  ] as const),
  ...([
    [
      'a capture of no hold',
      capture({ hold_id: 'none', to_wallet_id: 'none' }),
      'hold_id',
      'there is no such hold',
      404,
      'hold_not_found',
    ],
    [
      'a capture of a transfer',
      capture({ hold_id: 'transfer', to_wallet_id: 'none' }),
      'hold_id',
      'there is no such hold',
      404,
      'hold_not_found',
    ],
    [
      'a capture of an archived hold',
      capture({ hold_id: 'archived', to_wallet_id: 'none' }),
      'hold_id',
      'is of a time that is in the archives',
      410,
      'operation_archived',
    ],
    [
      'a capture to the wallet of the hold',
      capture({ to_wallet_id: 'usd', to_account: 'none' }),
      'to_wallet_id',
      'must be another wallet than that of the hold',
      400,
      'invalid_request',
    ],
    [
      'a capture to no wallet',
      capture({ to_wallet_id: 'none', to_account: 'none' }),
      'to_wallet_id',
      'there is no such wallet',
      404,
      'wallet_not_found',
    ],
    [
      'a capture to another asset',
      capture({ to_wallet_id: 'gold', to_account: 'none' }),
      'to_wallet_id',
      'is a wallet of another asset',
      422,
      'asset_mismatch',
    ],
    [
      'a capture to two places',
      capture({ to_wallet_id: 'other', to_account: 'none' }),
      'to_account',
      'cannot be given together with to_wallet_id',
      400,
      'invalid_request',
    ],
    [
      'a capture to no account',
      capture({ to_account: 'none', amount: '0' }),
      'to_account',
      'there is no such house account',
      404,
      'account_not_found',
    ],
    [
      'a capture of nothing',
      capture({ to_account: 'fees', amount: '0' }),
      'amount',
      'must be greater than zero',
      400,
      'invalid_request',
    ],
    [
      'a release of no hold',
      release({ hold_id: 'none', amount: '0' }),
      'hold_id',
      'there is no such hold',
      404,
      'hold_not_found',
    ],
    [
      'a release of too many decimals',
      release({ amount: '0.001' }),
      'amount',
      'USD has at most 2 decimals',
      400,
      'invalid_request',
    ],
  ] as const),
  ...([
    [
      'a reversal of nothing',
      reversal('none', '0'),
      'operation_id',
      'there is no such operation',
      404,
      'operation_not_found',
    ],
    [
      'a reversal of what is archived',
      reversal('archived', '0'),
      'operation_id',
      'is of a time that is in the archives',
      410,
      'operation_archived',
    ],
    [
      'a reversal of a hold',
      reversal('hold', '0'),
      'operation_id',
      'is a hold, which cannot be reversed',
      409,
      'not_reversible',
    ],
    [
      'a reversal of a release',
      reversal('release', '0'),
      'operation_id',
      'is a release, which cannot be reversed',
      409,
      'not_reversible',
    ],
    [
      'a reversal of a reversal',
      reversal('reversal', '0'),
      'operation_id',
      'is a reversal, which cannot be reversed',
      409,
      'not_reversible',
    ],
    [
      'a reversal of a part of a posting',
      reversal('posting', '0'),
      'amount',
      'cannot be given for a posting, which is reversed as a whole',
      400,
      'invalid_request',
    ],
    [
      'a reversal of no amount',
      reversal('transfer', '0'),
      'amount',
      'must be greater than zero',
      400,
      'invalid_request',
    ],
  ] as const),
  ...([
    [
      'a leg from no wallet',
      posting(leg(wallet('none'), wallet('nowhere'), { asset: 'EUR', amount: '0' })),
      'legs.0.from.wallet_id',
      'there is no such wallet',
      404,
      'wallet_not_found',
    ],
    [
      'a leg to no wallet',
      posting(leg(account('none'), wallet('nowhere'), { asset: 'EUR', amount: '0' })),
      'legs.0.to.wallet_id',
      'there is no such wallet',
      404,
      'wallet_not_found',
    ],
    [
      'a leg between two assets',
      posting(leg(wallet('usd'), wallet('gold'), { asset: 'EUR', amount: '0' })),
      'legs.0.to',
      'is a wallet of another asset',
      422,
      'asset_mismatch',
    ],
    [
      'a leg of no asset',
      posting(leg(account('none'), account('none'), { amount: '0' })),
      'legs.0.asset',
      'is needed where both ends are house accounts',
      400,
      'invalid_request',
    ],
    [
      'a leg of an unknown asset',
      posting(leg(wallet('usd'), account('none'), { asset: 'EUR', amount: '0' })),
      'legs.0.asset',
      'there is no asset EUR',
      400,
      'invalid_request',
    ],
    [
      'a leg of another asset',
      posting(leg(wallet('usd'), account('none'), { asset: 'GOLD', amount: '0' })),
      'legs.0.asset',
      'is not that of the wallet',
      422,
      'asset_mismatch',
    ],
    [
      'a leg from no account',
      posting(leg(account('none'), account('nobody'), { asset: 'USD', amount: '0' })),
      'legs.0.from.account',
      'there is no such house account',
      404,
      'account_not_found',
    ],
    [
      'a leg to no account',
      posting(leg(account('fees'), account('nobody'), { asset: 'USD', amount: '0' })),
      'legs.0.to.account',
      'there is no such house account',
      404,
      'account_not_found',
    ],
    [
      'a leg to itself',
      posting(leg(wallet('usd'), wallet('usd'), { amount: '0' })),
      'legs.0.to',
      'must be another account than from',
      400,
      'invalid_request',
    ],
    [
      'a second leg that names nothing before an amount of the first',
      posting(leg(wallet('usd'), wallet('other'), { amount: '0' }), leg(wallet('none'), wallet('usd'))),
      'legs.1.from.wallet_id',
      'there is no such wallet',
      404,
      'wallet_not_found',
    ],
    [
      'a leg of too many decimals',
      posting(leg(account('treasury'), wallet('gold'), { amount: '0.1' })),
      'legs.0.amount',
      'GOLD has at most 0 decimals',
      400,
      'invalid_request',
    ],
    [
      'legs without a wallet',
      posting(leg(account('fees'), account('treasury'), { asset: 'USD' })),
      'legs',
      'must name a wallet in at least one leg',
      400,
      'invalid_request',
    ],
  ] as const),
];

it.each(REFUSED)('%s is refused', (_why, asked, field, message, status, code) => {
  const drafted = draft(asked);
  const refused = drafted instanceof Refusal ? drafted : drafted.onlyReplayed;
  if (refused === null) throw new Error('it was not refused');
  expect([refused.field, refused.message]).toEqual([field, message]);
  expect(refused.toProblem()).toMatchObject({ status, code });
});

it('a key that is none is refused before anything else', () => {
  expect(draft(hold({ wallet_id: 'none' }), { keyHeader: 'a b' })).toMatchObject({ field: 'Idempotency-Key' });
});

it('what is archived is told with its place', () => {
  const refused = draft(reversal('archived'));
  const problem = refused instanceof Refusal ? refused.toProblem() : null;
  expect(problem?.toBody('r')).toMatchObject({ month: '2025-01', archived_before: '2026-01-01T00:00:00.000Z' });
});

describe('what can be stored', () => {
  const nothing = {
    targetId: null,
    toAccountId: null,
    final: null,
    expiresAt: null,
    expiresInS: null,
    reason: null,
    legs: [],
  };
  const ofWallet = { walletId: 'usd', toWalletId: null, assetId: USD.id };

  it('is a hold, with when it expires', () => {
    const operation = { ...ofWallet, type: 'hold', amount: 150n };
    expect(draft(hold({}))).toMatchObject({ operation: { ...operation, terms: nothing }, wallet: null });
    const last = moment(YEAR_MS);
    expect(draft(hold({ expires_at: last }))).toMatchObject({ operation: { terms: { ...nothing, expiresAt: last } } });
    expect(draft(hold({ expires_in: 60 }))).toMatchObject({ operation: { terms: { ...nothing, expiresInS: 60 } } });
  });

  it('is a hold that has expired only if its key was used before', () => {
    const asked = hold({ expires_at: moment(0) });
    expect(draft(asked, { keyHeader: 'k' })).toMatchObject({
      operation: { idempotencyKey: 'k', terms: { expiresAt: moment(0) } },
      onlyReplayed: { field: 'expires_at' },
    });
    expect(draft(hold({ expires_at: moment(1) }), { keyHeader: 'k' })).toMatchObject({ onlyReplayed: null });
  });

  it('is a capture, of all that is left and final if it says nothing else', () => {
    const terms = { ...nothing, targetId: 'hold', final: true };
    expect(draft(capture({}))).toMatchObject({ operation: { ...ofWallet, type: 'capture', amount: null, terms } });
    expect(draft(capture({ amount: '1', final: false, to_wallet_id: 'other' }))).toMatchObject({
      operation: { toWalletId: 'other', amount: 100n, terms: { ...terms, final: false } },
    });
    expect(draft(capture({ to_account: 'fees' }))).toMatchObject({
      operation: { terms: { ...terms, toAccountId: 104n } },
    });
  });

  it('is the same capture whether it names the treasury or nothing', () => {
    expect(draft(capture({ to_account: 'treasury' }), { keyHeader: 'k' })).toEqual(
      draft(capture({}), { keyHeader: 'k' }),
    );
  });

  it('is a release or a reversal, of all that is left or of an amount', () => {
    expect(draft(release({}))).toMatchObject({
      operation: { ...ofWallet, amount: null, terms: { ...nothing, targetId: 'hold' } },
    });
    expect(draft(release({ amount: '1' }))).toMatchObject({ operation: { amount: 100n } });
    expect(draft(reversal('transfer'))).toMatchObject({
      operation: { ...ofWallet, type: 'reversal', amount: null, terms: { ...nothing, targetId: 'transfer' } },
    });
    expect(draft(reversal('posting'))).toMatchObject({ operation: { terms: { targetId: 'posting' } } });
  });

  it('is a posting, which belongs to its first wallet, as its treasury does', () => {
    const drafted = draft(
      posting(
        leg(account('treasury'), account('fees'), { asset: 'GOLD', amount: '3' }),
        leg(account('treasury'), wallet('gold')),
        leg(wallet('usd'), wallet('other'), { asset: 'USD' }),
      ),
    );
    const treasury = BigInt(1000 + partitionOf('gold', PARTITIONS) * 10 + GOLD.id);
    expect(drafted).toMatchObject({
      operation: {
        ...{ type: 'posting', walletId: 'gold', toWalletId: null, assetId: GOLD.id, amount: null },
        terms: {
          ...nothing,
          legs: [
            { fromAccountId: treasury, toAccountId: 101n, amount: 3n, assetId: GOLD.id },
            { fromAccountId: treasury, toAccountId: 3n, amount: 1n, assetId: GOLD.id },
            { fromAccountId: 1n, toAccountId: 2n, amount: 100n, assetId: USD.id },
          ],
        },
      },
    });
  });
});
