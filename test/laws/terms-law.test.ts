import { type ErrorKind, constraintOf, kindOfError } from '@wallet/shared/database/sqlstate';
import { errorOf, refusalOf, together } from '../support/law-rig.ts';
import { type Changed, type Lawful, LAWFUL_KINDS, lawfully } from '../support/lawful-terms.ts';
import {
  type TermsRig,
  ENDED,
  NEXT,
  acceptWith,
  applyWith,
  holdIs,
  reversedIs,
  startTermsRig,
} from '../support/terms-rig.ts';

/** An operation with terms moves what its terms say: statements are those of a worker, and as wrong as code can be. */
let rig: TermsRig;
let lawful: Lawful;
beforeAll(async () => {
  rig = await startTermsRig();
  lawful = lawfully(rig);
});
afterAll(() => rig.service.stop());

const { open, part, closed, capture, expired, failedHold, transfer, reversal, posting, release } = ENDED;
const refused = (...statements: string[]): Promise<string> => refusalOf(rig.service.database, statements.join('; '));

// Otherwise the refusals below could have other reasons.
it.each(LAWFUL_KINDS)('the database takes a %s', async (kind) => {
  expect(await refused(lawful[kind]())).toBe('accepted');
});

describe('the database refuses an operation that does not move what its terms say', () => {
  it.each<[string, keyof Lawful, () => Changed]>([
    ['a hold of more', 'hold', () => ({ moves: [[rig.accounts.own, rig.accounts.held, 301]] })],
    ['a hold that goes to the treasury', 'hold', () => ({ moves: [[rig.accounts.own, rig.treasury, 300]] })],
    ["a hold of another wallet's money", 'hold', () => ({ moves: [[rig.accounts.receiver, rig.accounts.held, 300]] })],
    [
      'a hold with a second leg',
      'hold',
      () => ({
        moves: [
          [rig.accounts.own, rig.accounts.held, 300],
          [rig.accounts.own, rig.accounts.held, 300, { leg: 1 }],
        ],
      }),
    ],
    ['a hold under another leg', 'hold', () => ({ moves: [[rig.accounts.own, rig.accounts.held, 300, { leg: 1 }]] })],
    ['a hold in another asset', 'hold', () => ({ moves: [[rig.accounts.own, rig.accounts.held, 300, { asset: 1 }]] })],
    [
      'a capture for the treasury of another partition',
      'capture',
      () => ({
        moves: [
          [rig.accounts.held, rig.accounts.otherTreasury, 150],
          [rig.accounts.held, rig.accounts.own, 250, { leg: 1 }],
        ],
      }),
    ],
    [
      "a capture of the wallet's own account",
      'capture that is not final',
      () => ({ moves: [[rig.accounts.own, rig.accounts.receiver, 150]] }),
    ],
    [
      'a capture of another amount',
      'capture that is not final',
      () => ({ moves: [[rig.accounts.held, rig.accounts.receiver, 151]], also: [holdIs(rig, open, 500, 251, 0)] }),
    ],
    [
      'a capture for the treasury in place of a wallet',
      'capture that is not final',
      () => ({ moves: [[rig.accounts.held, rig.treasury, 150]] }),
    ],
    [
      'a capture for the treasury in place of a house account',
      'capture of all for a house account',
      () => ({ moves: [[rig.accounts.held, rig.treasury, 400]] }),
    ],
    [
      'a capture that is not final and gives back',
      'capture that is not final',
      () => ({
        moves: [
          [rig.accounts.held, rig.accounts.receiver, 150],
          [rig.accounts.held, rig.accounts.own, 250, { leg: 1 }],
        ],
        also: [holdIs(rig, open, 500, 250, 250)],
      }),
    ],
    [
      'a capture that gives back to another wallet',
      'capture',
      () => ({
        moves: [
          [rig.accounts.held, rig.treasury, 150],
          [rig.accounts.held, rig.accounts.receiver, 250, { leg: 1 }],
        ],
      }),
    ],
    [
      'a capture that only gives back',
      'capture',
      () => ({
        moves: [[rig.accounts.held, rig.accounts.own, 400, { leg: 1 }]],
        also: [holdIs(rig, open, 500, 100, 400)],
      }),
    ],
    [
      'a capture in three legs',
      'capture',
      () => ({
        moves: [
          [rig.accounts.held, rig.treasury, 150],
          [rig.accounts.held, rig.accounts.own, 200, { leg: 1 }],
          [rig.accounts.held, rig.accounts.own, 50, { leg: 2 }],
        ],
      }),
    ],
    ['a release to another wallet', 'release', () => ({ moves: [[rig.accounts.held, rig.accounts.receiver, 150]] })],
    ['a release from the treasury', 'release', () => ({ moves: [[rig.treasury, rig.accounts.own, 150]] })],
    [
      'a release of another amount',
      'release',
      () => ({ moves: [[rig.accounts.held, rig.accounts.own, 149]], also: [holdIs(rig, open, 500, 100, 149)] }),
    ],
    [
      'a reversal that goes the way of its original',
      'reversal of a part',
      () => ({ moves: [[rig.accounts.own, rig.accounts.receiver, 30]] }),
    ],
    [
      'a reversal of another amount',
      'reversal of a part',
      () => ({ moves: [[rig.accounts.receiver, rig.accounts.own, 31]], also: [reversedIs(transfer, 100, 71)] }),
    ],
    [
      'a reversal that the treasury pays for',
      'reversal of a part',
      () => ({ moves: [[rig.treasury, rig.accounts.own, 30]] }),
    ],
    [
      'a reversal with a leg too many',
      'reversal of a part',
      () => ({
        moves: [
          [rig.accounts.receiver, rig.accounts.own, 30],
          [rig.accounts.receiver, rig.accounts.own, 30, { leg: 1 }],
        ],
        also: [reversedIs(transfer, 100, 100)],
      }),
    ],
    [
      'a reversal of a capture that is held again',
      'reversal of a capture',
      () => ({ moves: [[rig.treasury, rig.accounts.held, 150]] }),
    ],
    [
      'a reversal of a capture and of what it gave back',
      'reversal of a capture',
      () => ({
        moves: [
          [rig.treasury, rig.accounts.own, 150],
          [rig.accounts.own, rig.accounts.held, 50, { leg: 1 }],
        ],
      }),
    ],
    [
      'a reversal of a posting without one of its legs',
      'reversal of a posting',
      () => ({ moves: [[rig.accounts.receiver, rig.accounts.own, 100]], also: [reversedIs(posting, 110, 100)] }),
    ],
    [
      'a reversal of a posting with a leg of another amount',
      'reversal of a posting',
      () => ({
        moves: [
          [rig.accounts.fees, rig.accounts.receiver, 5, { leg: 1 }],
          [rig.accounts.receiver, rig.accounts.own, 105],
        ],
      }),
    ],
    [
      'a posting without its second leg',
      'posting',
      () => ({ moves: [[rig.accounts.own, rig.accounts.receiver, 100]] }),
    ],
    [
      'a posting with a leg too many',
      'posting',
      () => ({
        moves: [
          [rig.accounts.own, rig.accounts.receiver, 100],
          [rig.accounts.otherFloat, rig.accounts.otherAssetTreasury, 10, { leg: 1, asset: 1 }],
          [rig.accounts.own, rig.accounts.receiver, 100, { leg: 2 }],
        ],
      }),
    ],
    [
      'a posting of another amount',
      'posting',
      () => ({
        moves: [
          [rig.accounts.own, rig.accounts.receiver, 99],
          [rig.accounts.otherFloat, rig.accounts.otherAssetTreasury, 10, { leg: 1, asset: 1 }],
        ],
      }),
    ],
    [
      "a posting with its legs under each other's numbers",
      'posting',
      () => ({
        moves: [
          [rig.accounts.own, rig.accounts.receiver, 100, { leg: 1 }],
          [rig.accounts.otherFloat, rig.accounts.otherAssetTreasury, 10, { asset: 1 }],
        ],
      }),
    ],
  ])('%s', async (_what, kind, changed) => {
    expect(await refused(lawful[kind](changed()))).toBe('entries_fit_terms');
  });

  it.each<[string, () => string]>([
    ['a capture that still waits', () => acceptWith(rig, { type: 'capture', terms: { target_id: open, final: true } })],
    [
      'a posting that has failed',
      () => {
        const legs = [[0, rig.accounts.own, rig.treasury, 400]] as const;
        return `${acceptWith(rig, { type: 'posting', terms: { legs: 1 }, legs })}; SET LOCAL ROLE wallet_worker; ${together(
          'DELETE FROM pending_operations',
          `INSERT INTO failures (operation_id, error_code, wallet_balance, wallet_version) VALUES ('${NEXT}', 'x', 0, 0)`,
        )}`;
      },
    ],
  ])('%s', async (_what, accepted) => {
    const moved = applyWith(rig, [[rig.accounts.held, rig.treasury, 400]], holdIs(rig, open, 500, 500, 0));
    expect(await refused(accepted(), moved.replace('DELETE FROM pending_operations', 'SELECT 1'))).toBe(
      'outcomes_fit_entries',
    );
  });

  it('a movement of more than is on a house account that may not go below zero', async () => {
    const legs = [[0, rig.accounts.fees, rig.accounts.own, 11]] as const;
    const sql = `${acceptWith(rig, { type: 'posting', terms: { legs: 1 }, legs })};
                 ${applyWith(rig, [[rig.accounts.fees, rig.accounts.own, 11]])}`;
    const error = await errorOf(rig.service.database, sql);
    expect([constraintOf(error), kindOfError(error)]).toEqual(['accounts_within_credit', 'data' satisfies ErrorKind]);
  });
});

it("outcomes report the state of an operation's wallets, however many movements it has", async () => {
  const { rows } = await rig.service.database.query<Record<string, unknown> & { id: string }>(
    `SELECT operation_id AS id, wallet_balance AS own, to_wallet_balance AS receiver, status FROM outcomes
     WHERE operation_id = ANY ($1) ORDER BY operation_id`,
    [Object.values(ENDED)],
  );
  const told = Object.fromEntries(rows.map(({ id, own, receiver, status }) => [id, [own, receiver, status]]));
  expect(told).toEqual({
    [open]: [1000n, null, 'succeeded'],
    // What it moved was held.
    [part]: [null, null, 'succeeded'],
    [closed]: [800n, null, 'succeeded'],
    [capture]: [850n, null, 'succeeded'],
    [expired]: [750n, null, 'succeeded'],
    [failedHold]: [0n, null, 'failed'],
    [transfer]: [650n, 1100n, 'succeeded'],
    [reversal]: [690n, null, 'succeeded'],
    [posting]: [590n, null, 'succeeded'],
    [release]: [610n, null, 'succeeded'],
  });
});
