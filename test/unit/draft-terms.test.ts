import { Refusal } from '@wallet/api/http/refusal';
import { NO_TERMS, NOW, type Refused, USD, draft } from '../support/terms-facts.ts';

const YEAR_MS = 31_536_000_000;

const hold = (more: object) => ({ type: 'hold', wallet_id: 'usd', amount: '1.5', ...more });
const capture = (more: object) => ({ type: 'capture', hold_id: 'hold', ...more });
const release = (more: object) => ({ type: 'release', hold_id: 'hold', ...more });
const reversal = (operation_id: string, amount?: string) => ({ type: 'reversal', operation_id, amount });
const moment = (ms: number) => new Date(NOW + ms);

/** In the order of the reasons: each is wrong in what follows, too, as far as it can be. */
const REFUSED: readonly Refused[] = [
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
];

it.each(REFUSED)('%s is refused', (_why, asked, field, message, status, code) => {
  const drafted = draft(asked);
  const refused = drafted instanceof Refusal ? drafted : drafted.onlyReplayed;
  if (refused === null) throw new Error('it was not refused');
  expect([refused.field, refused.message]).toEqual([field, message]);
  expect(refused.toProblem()).toMatchObject({ status, code });
});

it('an invalid key is refused before anything else', () => {
  expect(draft(hold({ wallet_id: 'none' }), { keyHeader: 'a b' })).toMatchObject({ field: 'Idempotency-Key' });
});

it('an archived target is reported with its place', () => {
  const refused = draft(reversal('archived'));
  const problem = refused instanceof Refusal ? refused.toProblem() : null;
  expect(problem?.toBody('r')).toMatchObject({ month: '2025-01', archived_before: '2026-01-01T00:00:00.000Z' });
});

describe('an operation that can be stored', () => {
  const ofWallet = { walletId: 'usd', toWalletId: null, assetId: USD.id };

  it('is a hold, with its expiry', () => {
    const operation = { ...ofWallet, type: 'hold', amount: 150n };
    expect(draft(hold({}))).toMatchObject({ operation: { ...operation, terms: NO_TERMS }, wallet: null });
    const last = moment(YEAR_MS);
    expect(draft(hold({ expires_at: last }))).toMatchObject({ operation: { terms: { ...NO_TERMS, expiresAt: last } } });
    expect(draft(hold({ expires_in: 60 }))).toMatchObject({ operation: { terms: { ...NO_TERMS, expiresInS: 60 } } });
  });

  it('is a hold that has expired only if its key was used before', () => {
    const asked = hold({ expires_at: moment(0) });
    expect(draft(asked, { keyHeader: 'k' })).toMatchObject({
      operation: { idempotencyKey: 'k', terms: { expiresAt: moment(0) } },
      onlyReplayed: { field: 'expires_at' },
    });
    expect(draft(hold({ expires_at: moment(1) }), { keyHeader: 'k' })).toMatchObject({ onlyReplayed: null });
  });

  it('is a capture, of everything left and final by default', () => {
    const terms = { ...NO_TERMS, targetId: 'hold', final: true };
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

  it('is a release or a reversal, of everything left or of an amount', () => {
    expect(draft(release({}))).toMatchObject({
      operation: { ...ofWallet, amount: null, terms: { ...NO_TERMS, targetId: 'hold' } },
    });
    expect(draft(release({ amount: '1' }))).toMatchObject({ operation: { amount: 100n } });
    expect(draft(reversal('transfer'))).toMatchObject({
      operation: { ...ofWallet, type: 'reversal', amount: null, terms: { ...NO_TERMS, targetId: 'transfer' } },
    });
    expect(draft(reversal('posting'))).toMatchObject({ operation: { terms: { targetId: 'posting' } } });
  });
});
