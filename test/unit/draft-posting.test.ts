import { Refusal } from '@wallet/api/http/refusal';
import { partitionOf } from '@wallet/shared/words/partition';
import { GOLD, NO_TERMS, PARTITIONS, type Refused, USD, draft } from '../support/terms-facts.ts';

const wallet = (wallet_id: string) => ({ wallet_id });
const account = (name: string) => ({ account: name });
const leg = (from: object, to: object, more: object = {}) => ({ from, to, amount: '1', ...more });
const posting = (...legs: object[]) => ({ type: 'posting', legs });

/** In the order of the reasons: each is wrong in what follows, too, as far as it can be. */
const REFUSED: readonly Refused[] = [
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
  const refused = draft(asked);
  if (!(refused instanceof Refusal)) throw new Error('it was not refused');
  expect([refused.field, refused.message]).toEqual([field, message]);
  expect(refused.toProblem()).toMatchObject({ status, code });
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
        ...NO_TERMS,
        legs: [
          { fromAccountId: treasury, toAccountId: 101n, amount: 3n, assetId: GOLD.id },
          { fromAccountId: treasury, toAccountId: 3n, amount: 1n, assetId: GOLD.id },
          { fromAccountId: 1n, toAccountId: 2n, amount: 100n, assetId: USD.id },
        ],
      },
    },
  });
});
