import { type ErrorKind, kindOfError } from '@wallet/shared/database/sqlstate';
import { errorOf, refusalOf } from '../support/law-rig.ts';
import { type Lawful, lawfully } from '../support/lawful-terms.ts';
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

/**
 * The stored amounts of holds and reversals match their movements: statements are those of a worker, and as wrong as
 * code can be.
 */
let rig: TermsRig;
let lawful: Lawful;
beforeAll(async () => {
  rig = await startTermsRig();
  lawful = lawfully(rig);
});
afterAll(() => rig.service.stop());

const OTHER = NEXT.replace('99', '98');
const { open, closed, capture, expired, failedHold, transfer } = ENDED;
const refused = (...statements: string[]): Promise<string> => refusalOf(rig.service.database, statements.join('; '));

describe('the database refuses a hold whose amounts do not match its movements', () => {
  it.each<[string, () => string, string]>([
    ['a hold that is not written down', () => lawful.hold({ also: [] }), 'holds_follow_movements'],
    ['a hold of another amount', () => lawful.hold({ also: [holdIs(rig, NEXT, 301, 0, 0)] }), 'holds_fit_operation'],
    [
      'a hold with another expiry',
      () =>
        lawful.hold({
          also: [`INSERT INTO holds (operation_id, wallet_id, amount) VALUES ('${NEXT}', '${rig.wallet}', 300)`],
        }),
      'holds_fit_operation',
    ],
    [
      'a hold of another wallet',
      () => lawful.hold({ also: [holdIs(rig, NEXT, 300, 0, 0).replace(rig.wallet, rig.receiver)] }),
      'holds_fit_operation',
    ],
    [
      'a hold that begins captured',
      () => lawful.hold({ also: [holdIs(rig, NEXT, 300, 1, 0)] }),
      'holds_follow_movements',
    ],
    [
      'a hold that was not moved',
      () => `${acceptWith(rig, { type: 'hold', amount: 300 })}; ${holdIs(rig, NEXT, 300, 0, 0)}`,
      '42501',
    ],
    [
      'a hold that was not moved, of a worker',
      () =>
        `${acceptWith(rig, { type: 'hold', amount: 300 })}; SET LOCAL ROLE wallet_worker; ${holdIs(rig, NEXT, 300, 0, 0)}`,
      'holds_fit_operation',
    ],
    [
      'a capture that is not counted',
      () => lawful['capture that is not final']({ also: [] }),
      'holds_follow_movements',
    ],
    [
      'a capture that is not counted, of a hold that another command of the transaction has written',
      () =>
        `UPDATE holds SET captured = captured WHERE operation_id = '${open}';
         ${lawful['capture that is not final']({ also: [] })}`,
      'holds_follow_movements',
    ],
    [
      'a rest that a later command gives back, and does not count',
      () => {
        const { held, own } = rig.accounts;
        const { version, balance } = rig.book.get(held)!;
        const book = new Map(rig.book).set(held, { version: version + 1n, balance: balance - 400n });
        return `${acceptWith(rig, { type: 'capture', amount: 400, terms: { target_id: open, final: true } })};
                ${applyWith(rig, [[held, rig.treasury, 400]], holdIs(rig, open, 500, 500, 0))};
                ${applyWith({ book }, [[held, own, 10, { leg: 1 }]])}`;
      },
      'holds_follow_movements',
    ],
    [
      'a capture that is counted for less',
      () => lawful['capture that is not final']({ also: [holdIs(rig, open, 500, 249, 0)] }),
      'holds_follow_movements',
    ],
    [
      'a capture that is counted as released',
      () => lawful['capture that is not final']({ also: [holdIs(rig, open, 500, 100, 150)] }),
      'holds_follow_movements',
    ],
    [
      'a capture that is counted for another hold',
      () => lawful['capture that is not final']({ also: [holdIs(rig, expired, 100, 50, 20)] }),
      'holds_follow_movements',
    ],
    [
      'a capture for which nothing has moved',
      () => `UPDATE holds SET captured = captured + 1 WHERE operation_id = '${open}'`,
      'holds_follow_movements',
    ],
    [
      'a capture that is forgotten',
      () => `UPDATE holds SET captured = 0 WHERE operation_id = '${open}'`,
      'holds_follow_movements',
    ],
    [
      'a final capture that does not give back the rest',
      () => lawful.capture({ moves: [[rig.accounts.held, rig.treasury, 150]], also: [holdIs(rig, open, 500, 250, 0)] }),
      'holds_follow_movements',
    ],
    [
      'a final capture that gives back a part of the rest',
      () =>
        lawful.capture({
          moves: [
            [rig.accounts.held, rig.treasury, 150],
            [rig.accounts.held, rig.accounts.own, 249, { leg: 1 }],
          ],
          also: [holdIs(rig, open, 500, 250, 249)],
        }),
      'holds_follow_movements',
    ],
    [
      'a release of all that leaves something',
      () =>
        lawful['release of all']({
          moves: [[rig.accounts.held, rig.accounts.own, 399]],
          also: [holdIs(rig, open, 500, 100, 399)],
        }),
      'holds_follow_movements',
    ],
    [
      'a release of all that another capture comes behind',
      () =>
        `${acceptWith(rig, { of: OTHER, type: 'capture', amount: 100, terms: { target_id: open, final: false } })};
         ${lawful['release of all']({
           moves: [
             [rig.accounts.held, rig.accounts.own, 300],
             [rig.accounts.held, rig.treasury, 100, { of: OTHER }],
           ],
           also: [holdIs(rig, open, 500, 200, 300)],
         })}`,
      'holds_follow_movements',
    ],
    [
      'a capture of a hold that failed',
      () =>
        `${acceptWith(rig, { type: 'capture', amount: 5, terms: { target_id: failedHold, final: false } })};
         ${applyWith(rig, [[rig.accounts.held, rig.treasury, 5]])}`,
      'holds_follow_movements',
    ],
    [
      'more captured than was held',
      () =>
        `${acceptWith(rig, { type: 'capture', amount: 401, terms: { target_id: open, final: false } })};
         ${applyWith(rig, [[rig.accounts.held, rig.treasury, 401]], holdIs(rig, open, 500, 501, 0))}`,
      'holds_add_up',
    ],
    ['another amount', () => 'UPDATE holds SET amount = amount + 1', '23001'],
    ['another wallet', () => `UPDATE holds SET wallet_id = '${rig.receiver}'`, '23001'],
    ['another expiry', () => 'UPDATE holds SET expires_at = now()', '23001'],
    ['more in the archives than is', () => 'UPDATE holds SET archived_captured = 1', 'holds_follow_movements'],
    ['a deleted hold', () => `DELETE FROM holds WHERE operation_id = '${closed}'`, 'holds_kept_until_archived'],
    ['truncated holds', () => 'TRUNCATE holds', '23001'],
  ])('%s', async (_what, sql, refusal) => {
    expect(await refused(sql())).toBe(refusal);
  });
});

describe('the database refuses a reversal whose amounts do not match its movements', () => {
  it.each<[string, () => string, string]>([
    [
      'a reversal that is not counted',
      () => lawful['reversal of a part']({ also: [] }),
      'reversed_operations_follow_movements',
    ],
    [
      'a reversal that is not counted, of an operation whose sum another command of the transaction has written',
      () =>
        `UPDATE reversed_operations SET reversed = reversed WHERE operation_id = '${transfer}';
         ${lawful['reversal of a part']({ also: [] })}`,
      'reversed_operations_follow_movements',
    ],
    [
      'the first reversal of an operation that is not counted',
      () => lawful['reversal of a capture']({ also: [] }),
      'reversed_operations_follow_movements',
    ],
    [
      'a reversal that is counted for less',
      () => lawful['reversal of a part']({ also: [reversedIs(transfer, 100, 69)] }),
      'reversed_operations_follow_movements',
    ],
    [
      'a reversal for which nothing has moved',
      () => `UPDATE reversed_operations SET reversed = reversed + 1`,
      'reversed_operations_follow_movements',
    ],
    [
      'a reversal of all that leaves something',
      () =>
        lawful['reversal of all that is left']({
          moves: [[rig.accounts.receiver, rig.accounts.own, 59]],
          also: [reversedIs(transfer, 100, 99)],
        }),
      'reversed_operations_follow_movements',
    ],
    [
      'a reversal of all that another comes behind',
      () =>
        `${acceptWith(rig, { of: OTHER, type: 'reversal', amount: 10, terms: { target_id: transfer } })};
         ${lawful['reversal of all that is left']({
           moves: [
             [rig.accounts.receiver, rig.accounts.own, 50],
             [rig.accounts.receiver, rig.accounts.own, 10, { of: OTHER }],
           ],
         })}`,
      'reversed_operations_follow_movements',
    ],
    [
      'more than was moved to be taken back',
      () =>
        `${acceptWith(rig, { type: 'reversal', amount: 50, terms: { target_id: capture } })};
         ${applyWith(rig, [[rig.treasury, rig.accounts.own, 50]], reversedIs(capture, 200, 50))}`,
      'reversed_operations_fit_operation',
    ],
    [
      'a reversal of what has failed',
      () =>
        `${acceptWith(rig, { of: OTHER, type: 'withdraw', amount: 5, terms: null })};
         ${acceptWith(rig, { type: 'reversal', terms: { target_id: OTHER } })};
         ${applyWith(
           rig,
           [[rig.treasury, rig.accounts.own, 5]],
           `INSERT INTO failures (operation_id, error_code, wallet_balance, wallet_version) VALUES ('${OTHER}', 'x', 0, 0)`,
         )}`,
      'entries_fit_terms',
    ],
    [
      'more taken back than was moved',
      () =>
        `${acceptWith(rig, { type: 'reversal', amount: 61, terms: { target_id: transfer } })};
         ${applyWith(rig, [[rig.accounts.receiver, rig.accounts.own, 61]], reversedIs(transfer, 100, 101))}`,
      'reversed_operations_add_up',
    ],
    ['another amount', () => 'UPDATE reversed_operations SET amount = amount + 1', '23001'],
    [
      'more in the archives than is',
      () => 'UPDATE reversed_operations SET archived = 1',
      'reversed_operations_follow_movements',
    ],
    ['that it was not reversed', () => 'DELETE FROM reversed_operations', 'reversed_operations_kept_until_archived'],
    ['that nothing was reversed', () => 'TRUNCATE reversed_operations', '23001'],
  ])('%s', async (_what, sql, refusal) => {
    expect(await refused(sql())).toBe(refusal);
  });
});

it.each<[string, () => string]>([
  [
    'more captured than was held',
    () =>
      `${acceptWith(rig, { type: 'capture', amount: 401, terms: { target_id: open, final: false } })};
       ${applyWith(rig, [[rig.accounts.held, rig.treasury, 401]], holdIs(rig, open, 500, 501, 0))}`,
  ],
  ['a hold that is not written down', () => lawful.hold({ also: [] })],
  ['a capture to the wrong account', () => lawful.release({ moves: [[rig.accounts.held, rig.treasury, 150]] })],
])('the ledger is at fault, not the operation, if there is %s', async (_what, sql) => {
  expect(kindOfError(await errorOf(rig.service.database, sql()))).toBe('ledger' satisfies ErrorKind);
});
