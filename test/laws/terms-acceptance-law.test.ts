import { isReversible } from '@wallet/shared/words/kinds';
import { OPERATION_TYPES } from '@wallet/shared/words/operation';
import { refusalOf } from '../support/law-rig.ts';
import {
  type TermsRig,
  ENDED,
  NEXT,
  acceptWith,
  addLegs,
  addTerms,
  applyWith,
  holdIs,
  startTermsRig,
} from '../support/terms-rig.ts';

/** What an operation with terms says is bound when it is accepted: statements are those of the API, and as wrong as code can be. */
let rig: TermsRig;
beforeAll(async () => {
  rig = await startTermsRig();
});
afterAll(() => rig.service.stop());

const OTHER = NEXT.replace('99', '98');
const { open, capture, expired, failedHold, transfer, reversal, posting, release } = ENDED;
const refused = (...statements: string[]): Promise<string> => refusalOf(rig.service.database, statements.join('; '));

describe('the database refuses, of an accepted operation with terms', () => {
  const accept = (wanted: Parameters<typeof acceptWith>[1]): string => acceptWith(rig, wanted);
  const post = (...legs: Parameters<typeof addLegs>[1]): string =>
    accept({ type: 'posting', terms: { legs: legs.length }, legs });

  it.each<[string, () => string]>([
    ['a hold that expires', () => accept({ type: 'hold', amount: 5, terms: { expires_at: '2030-01-01' } })],
    [
      'a capture for a wallet',
      () => accept({ type: 'capture', to: rig.receiver, terms: { target_id: open, final: true } }),
    ],
    [
      'a capture for a house account',
      () =>
        accept({ type: 'capture', terms: { target_id: open, final: false, to_account_id: String(rig.accounts.fees) } }),
    ],
    [
      'a release because of expiry',
      () => accept({ type: 'release', terms: { target_id: expired, reason: 'expired' } }),
    ],
    [
      'a capture of a hold that failed',
      () => accept({ type: 'capture', terms: { target_id: failedHold, final: true } }),
    ],
    ['a reversal of a part', () => accept({ type: 'reversal', amount: 5, terms: { target_id: transfer } })],
    ['a reversal of a posting', () => accept({ type: 'reversal', terms: { target_id: posting } })],
    [
      'a posting of several assets',
      () =>
        post(
          [0, rig.accounts.otherFloat, rig.accounts.otherAssetTreasury, 5, 1],
          [1, rig.accounts.treasury, rig.accounts.own, 5],
        ),
    ],
  ])('takes %s', async (_what, sql) => {
    expect(await refused(sql())).toBe('accepted');
  });

  it.each<[string, () => string, string]>([
    ['a hold without terms', () => accept({ type: 'hold', amount: 5, terms: null }), 'operations_have_terms'],
    ['a deposit with terms', () => accept({ type: 'deposit', amount: 5 }), 'operations_have_terms'],
    ['a capture of nothing', () => accept({ type: 'capture', terms: { final: true } }), 'operations_have_terms'],
    [
      'a capture that does not say whether it is final',
      () => accept({ type: 'capture', terms: { target_id: open } }),
      'operations_have_terms',
    ],
    [
      'a release that is final',
      () => accept({ type: 'release', terms: { target_id: open, final: true } }),
      'operations_have_terms',
    ],
    [
      'a hold of a target',
      () => accept({ type: 'hold', amount: 5, terms: { target_id: open } }),
      'operations_have_terms',
    ],
    [
      'a release that expires',
      () => accept({ type: 'release', terms: { target_id: open, expires_at: '2030-01-01' } }),
      'operations_have_terms',
    ],
    [
      'a capture because of expiry',
      () => accept({ type: 'capture', terms: { target_id: expired, final: true, reason: 'expired' } }),
      'operations_have_terms',
    ],
    [
      'a reversal with legs',
      () => accept({ type: 'reversal', terms: { target_id: transfer, legs: 1 } }),
      'operations_have_terms',
    ],
    [
      'a release for a house account',
      () => accept({ type: 'release', terms: { target_id: open, to_account_id: String(rig.accounts.fees) } }),
      'operations_have_terms',
    ],
    [
      'a capture for a wallet and a house account',
      () =>
        accept({
          ...{ type: 'capture', to: rig.receiver },
          terms: { target_id: open, final: true, to_account_id: String(rig.accounts.fees) },
        }),
      'operations_have_terms',
    ],
    [
      'a reason that is not known',
      () => accept({ type: 'release', terms: { target_id: open, reason: 'boredom' } }),
      'operation_terms_fit',
    ],
    ['a hold without an amount', () => accept({ type: 'hold' }), 'operations_amount_check'],
    ['a posting with an amount', () => accept({ type: 'posting', amount: 5 }), 'operations_amount_check'],
    [
      'a hold of a wallet without an account for what is held',
      () => accept({ type: 'hold', amount: 5, wallet: rig.receiver }),
      'operations_fit_accounts',
    ],
    [
      'a capture for the treasury by name',
      () => accept({ type: 'capture', terms: { target_id: open, final: true, to_account_id: String(rig.treasury) } }),
      'operations_fit_accounts',
    ],
    [
      'a capture for a house account of another asset',
      () =>
        accept({
          type: 'capture',
          terms: { target_id: open, final: true, to_account_id: String(rig.accounts.otherFloat) },
        }),
      'operations_fit_accounts',
    ],
    [
      'a capture for what is held itself',
      () =>
        accept({ type: 'capture', terms: { target_id: open, final: true, to_account_id: String(rig.accounts.held) } }),
      'operations_fit_accounts',
    ],
  ])('refuses %s', async (_what, sql, refusal) => {
    expect(await refused(sql())).toBe(refusal);
  });

  it.each<[string, () => string]>([
    ['a capture of what is no hold', () => accept({ type: 'capture', terms: { target_id: transfer, final: true } })],
    ['a capture of what is not there', () => accept({ type: 'capture', terms: { target_id: OTHER, final: true } })],
    ['a capture of itself', () => accept({ type: 'capture', terms: { target_id: NEXT, final: true } })],
    [
      'a capture of the hold of another wallet',
      () => accept({ type: 'capture', wallet: rig.receiver, terms: { target_id: open, final: true } }),
    ],
    ['a release of a capture', () => accept({ type: 'release', terms: { target_id: capture } })],
    [
      'a release because of an expiry that is not said',
      () => accept({ type: 'release', terms: { target_id: open, reason: 'expired' } }),
    ],
    [
      'a release because of an expiry to come',
      () =>
        `${accept({ of: OTHER, type: 'hold', amount: 5, terms: { expires_at: '2100-01-01' } })};
         ${applyWith(rig, [[rig.accounts.own, rig.accounts.held, 5, { of: OTHER }]], holdIs(rig, OTHER, 5, 0, 0))};
         ${accept({ type: 'release', terms: { target_id: OTHER, reason: 'expired' } })}`,
    ],
    ['a reversal of a hold', () => accept({ type: 'reversal', terms: { target_id: open } })],
    ['a reversal of a release', () => accept({ type: 'reversal', terms: { target_id: release } })],
    ['a reversal of a reversal', () => accept({ type: 'reversal', terms: { target_id: reversal } })],
    ['a reversal of itself', () => accept({ type: 'reversal', terms: { target_id: NEXT } })],
    [
      "a reversal of another wallet's operation",
      () => accept({ type: 'reversal', wallet: rig.receiver, terms: { target_id: transfer } }),
    ],
    ['a reversal of a part of a posting', () => accept({ type: 'reversal', amount: 5, terms: { target_id: posting } })],
  ])('refuses %s', async (_what, sql) => {
    expect(await refused(sql())).toBe('operations_fit_target');
  });

  it.each<[string, () => string]>([
    [
      'a posting with a gap in its legs',
      () =>
        accept({
          ...{ type: 'posting', terms: { legs: 3 } },
          legs: [
            [0, rig.accounts.own, rig.accounts.receiver, 5],
            [2, rig.accounts.own, rig.accounts.fees, 5],
          ],
        }),
    ],
    [
      'a posting with more legs than it says',
      () =>
        accept({
          ...{ type: 'posting', terms: { legs: 1 } },
          legs: [
            [0, rig.accounts.own, rig.accounts.receiver, 5],
            [1, rig.accounts.own, rig.accounts.fees, 5],
          ],
        }),
    ],
    ['a posting without legs', () => accept({ type: 'posting', terms: { legs: 1 } })],
    [
      'a hold with legs',
      () => accept({ type: 'hold', amount: 5, legs: [[0, rig.accounts.own, rig.accounts.receiver, 5]] }),
    ],
    ['a posting between assets', () => post([0, rig.accounts.own, rig.accounts.otherFloat, 5])],
    ['a posting in another asset than its accounts', () => post([0, rig.accounts.own, rig.accounts.fees, 5, 1])],
    ['a posting of what is held', () => post([0, rig.accounts.held, rig.accounts.own, 5])],
    ['a posting to what is not there', () => post([0, rig.accounts.own, 999_999n, 5])],
    [
      'a posting to the treasury of another partition',
      () => post([0, rig.accounts.own, rig.accounts.otherTreasury, 5]),
    ],
    [
      'a posting that begins with another wallet than its own',
      () => post([0, rig.accounts.receiver, rig.accounts.own, 5]),
    ],
    ['a posting without a wallet', () => post([0, rig.accounts.float, rig.accounts.fees, 5])],
    ['a leg that is added later', () => addLegs(posting, [[2, rig.accounts.own, rig.accounts.fees, 5]])],
    ['a leg of what is not there', () => addLegs(OTHER, [[0, rig.accounts.own, rig.accounts.fees, 5]])],
  ])('refuses %s', async (_what, sql) => {
    expect(await refused(sql())).toBe('operations_fit_legs');
  });

  it.each<[string, () => string, string]>([
    ['terms that are added later', () => addTerms(transfer, {}), 'operations_have_terms'],
    ['terms that are added a second time', () => addTerms(open, {}), 'operation_terms_pkey'],
    ['terms of what is not there', () => addTerms(OTHER, {}), 'operations_have_terms'],
    ['changed terms', () => 'UPDATE operation_terms SET final = NOT final', '23001'],
    ['truncated terms', () => 'TRUNCATE operation_terms', '23001'],
    ['deleted terms', () => 'DELETE FROM operation_terms', 'operation_terms_kept_until_archived'],
    ['a changed leg', () => 'UPDATE operation_legs SET amount = amount + 1', '23001'],
    ['truncated legs', () => 'TRUNCATE operation_legs', '23001'],
    ['a deleted leg', () => 'DELETE FROM operation_legs', 'operation_legs_kept_until_archived'],
    [
      'a second expiry of a hold while the first has not failed',
      () => {
        const expiry = { type: 'release', terms: { target_id: expired, reason: 'expired' } };
        return `${accept(expiry)}; ${accept({ ...expiry, of: OTHER })}`;
      },
      'operations_fit_target',
    ],
  ])('refuses %s', async (_what, sql, refusal) => {
    expect(await refused(sql())).toBe(refusal);
  });
});

it.each(OPERATION_TYPES)(
  'the database takes a reversal of a %s if the program does, and not otherwise',
  async (type) => {
    const known = { hold: open, capture, release, reversal, posting };
    const target = Object.entries(known).find(([each]) => each === type)?.[1] ?? OTHER;
    const to = type === 'transfer' ? { to: rig.receiver } : {};
    const simple = acceptWith(rig, { of: OTHER, type, amount: 5, terms: null, ...to });
    const reversed = acceptWith(rig, { type: 'reversal', terms: { target_id: target } });
    expect(await refused(...(target === OTHER ? [simple] : []), reversed)).toBe(
      isReversible(type) ? 'accepted' : 'operations_fit_target',
    );
  },
);

describe('the database refuses, of accounts', () => {
  it.each<[string, () => string, string]>([
    ['that one is held of another wallet', () => 'UPDATE accounts SET held_of = NULL', 'accounts_keep_owner'],
    ['that one may go below zero later', () => 'UPDATE accounts SET may_go_negative = true', 'accounts_keep_owner'],
    [
      'a second one for what is held of a wallet',
      () => `INSERT INTO accounts (held_of, asset_id) VALUES ('${rig.wallet}', 4)`,
      'accounts_held_of',
    ],
    [
      'one for what is held in another asset',
      () => `INSERT INTO accounts (held_of, asset_id) VALUES ('${rig.receiver}', 1)`,
      'accounts_held_of_asset_id_fkey',
    ],
    [
      'one of two owners',
      () => `INSERT INTO accounts (held_of, system, asset_id) VALUES ('${rig.receiver}', 'fees', 4)`,
      'accounts_one_owner',
    ],
    [
      'a credit limit of what is held',
      () => `UPDATE accounts SET credit_limit = 5 WHERE held_of IS NOT NULL`,
      'accounts_one_owner',
    ],
    [
      'a wallet that may go below zero',
      () => `INSERT INTO accounts (held_of, asset_id, may_go_negative) VALUES ('${rig.receiver}', 4, true)`,
      'accounts_one_owner',
    ],
    ['another house account', () => `UPDATE house_accounts SET may_go_negative = true`, '23001'],
  ])('%s', async (_what, sql, refusal) => {
    expect(await refused(sql())).toBe(refusal);
  });
});
