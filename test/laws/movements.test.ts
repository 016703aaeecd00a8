import { type ErrorKind, constraintOf, kindOfError } from '@wallet/shared/database/sqlstate';
import {
  type LawRig,
  IDS,
  accept,
  apply,
  deposit,
  errorOf,
  fail,
  move,
  post,
  refusalOf,
  startLawRig,
  together,
} from '../support/law-rig.ts';

/** A movement continues its accounts and ends one operation, once: here the code is as wrong as it can be. */
let rig: LawRig;
beforeAll(async () => {
  rig = await startLawRig();
});
afterAll(() => rig.service.stop());

const [one, two, three, four, five, six] = IDS as [string, string, string, string, string, string];

/** Three lawful movements in one statement: the wallet gets to version 5 and 16.00 by way of 17.00, the treasury likewise. */
const threeMovements = (changed: { second?: [number, number]; third?: number } = {}): string => {
  const { account, treasury } = rig;
  const { second: [version, balance] = [4, 1700], third = 5 } = changed;
  return apply(
    rig,
    [{ of: one }, { of: two }, { of: three, type: 'withdraw' }],
    move(account, 100, three, third - 2),
    move(treasury, -100, three, 3),
    post(
      rig,
      { of: one },
      { of: two, from: [treasury, 4, -1700], to: [account, version, balance] },
      { of: three, from: [account, third, 1600], to: [treasury, 5, -1600] },
    ),
  );
};

/** Three more, which begin and end on the wallet where those did, by way of 13.00: each on the other side of its account. */
const threeBeside = (...more: string[]): string => {
  const { account, treasury } = rig;
  return `${threeMovements()}; ${apply(
    rig,
    [
      { of: four, type: 'withdraw' },
      { of: five, type: 'withdraw' },
      { of: six, amount: 300 },
    ],
    move(treasury, -100, six, 3),
    ...more,
    post(
      rig,
      { of: four, from: [account, 3, 1400], to: [treasury, 6, -1500] },
      { of: five, from: [account, 4, 1300], to: [treasury, 7, -1400] },
      { of: six, from: [treasury, 8, -1700], to: [account, 5, 1600], amount: 300 },
    ),
  )}`;
};

/** A deposit that was applied moves its 5.00 again. */
const moveAgain = (leg: number): string => {
  const { account, treasury, ended } = rig;
  return together(
    move(account, 500, ended.applied),
    move(treasury, -500, ended.applied),
    post(rig, { of: ended.applied, from: [treasury, 3, -2000], to: [account, 3, 2000], amount: 500, leg }),
  );
};

/** A withdrawal that failed for lack of 2.00, which are there now, moves its 12.00. */
const moveFailed = (): string => {
  const { account, treasury, ended } = rig;
  return together(
    move(account, -1200, ended.failed),
    move(treasury, 1200, ended.failed),
    post(rig, { of: ended.failed, from: [account, 3, 300], to: [treasury, 3, -300], amount: 1200 }),
  );
};

it('the database accepts several movements of one account in one statement', async () => {
  expect(await refusalOf(rig.service.database, threeMovements())).toBe('accepted');
});

describe('the database refuses a movement that does not continue its accounts', () => {
  it.each<[string, () => string]>([
    ['one that is counted on one of its accounts only', () => deposit(rig, { moves: [move(rig.account, 100)] })],
    ['one that is counted on neither', () => deposit(rig, { moves: [move(rig.account, 0, one, 0)] })],
    ['a gap in versions', () => deposit(rig, { to: [rig.account, 4, 1600] })],
    [
      'a gap in versions that the account takes part in',
      () =>
        deposit(rig, {
          moves: [move(rig.account, 100, one, 2), move(rig.treasury, -100)],
          to: [rig.account, 4, 1600],
        }),
    ],
    [
      'more on the account that gains than is moved',
      () => deposit(rig, { moves: [move(rig.account, 101), move(rig.treasury, -100)], to: [rig.account, 3, 1601] }),
    ],
    [
      'less on the account that loses than is moved',
      () => deposit(rig, { moves: [move(rig.account, 100), move(rig.treasury, -99)], from: [rig.treasury, 3, -1599] }),
    ],
    ...["'NaN'", "'Infinity'", '1600.5'].flatMap((balance): [string, () => string][] => [
      [`an account that gains and has ${balance} then`, () => deposit(rig, { to: [rig.account, 3, balance] })],
      [`an account that loses and has ${balance} then`, () => deposit(rig, { from: [rig.treasury, 3, balance] })],
    ]),
    ['movements of one account with a gap between them', () => threeMovements({ second: [6, 1700], third: 7 })],
    [
      'movements of one account of which one does not continue the balance before it',
      () => threeMovements({ second: [4, 1701] }),
    ],
    [
      'movements under the versions of others, the last of which the account takes for its own',
      () => threeBeside(move(rig.account, 0, six, 0)),
    ],
    [
      'movements under the versions of others, the last of which is all that is said of the account',
      () => threeBeside(`UPDATE accounts SET last_operation_id = '${six}' WHERE id = ${rig.account}`),
    ],
  ])('%s', async (_what, sql) => {
    expect(await refusalOf(rig.service.database, sql())).toBe('entries_continue');
  });

  it('movements under the versions of others, on the other side of the account', async () => {
    expect(await refusalOf(rig.service.database, threeBeside())).toBe('entries_reach_account');
  });
});

describe('the database refuses a movement that does not fit an operation', () => {
  it.each<[string, () => string, string]>([
    ['another amount', () => deposit(rig, { accepted: { amount: 99 } }), 'entries_fit_operation'],
    ['another asset', () => deposit(rig, { asset: 1 }), 'entries_fit_operation'],
    [
      'an account of another asset',
      () =>
        deposit(rig, {
          moves: [move(rig.account, 100), move(rig.others[0], -100)],
          from: [rig.others[0], 1, -100],
        }),
      'entries_fit_house',
    ],
    [
      'two accounts of another asset',
      () =>
        deposit(rig, {
          moves: [move(rig.others[0], -100), move(rig.others[1], 100)],
          from: [rig.others[0], 1, -100],
          to: [rig.others[1], 1, 100],
        }),
      'entries_fit_wallets',
    ],
    [
      'an account that moves to itself',
      () =>
        deposit(rig, {
          moves: [move(rig.account, 0, one, 2)],
          from: [rig.account, 4, 1500],
          to: [rig.account, 3, 1600],
        }),
      'movements_move',
    ],
    ['a movement of nothing', () => deposit(rig, { amount: 0 }), 'movements_move'],
    [
      'a movement of less than nothing',
      () => deposit(rig, { amount: -100, from: [rig.account, 3, 1600], to: [rig.treasury, 3, -1600] }),
      'movements_move',
    ],
    [
      'a wallet below zero',
      () =>
        deposit(rig, {
          accepted: { type: 'withdraw', amount: 1501 },
          moves: [move(rig.account, -1501), move(rig.treasury, 1501)],
          ...{ amount: 1501, from: [rig.account, 3, -1], to: [rig.treasury, 3, 1] },
        }),
      'accounts_within_credit',
    ],
    [
      'a movement of no operation',
      () => together(move(rig.account, 100), move(rig.treasury, -100), post(rig, {})),
      'outcomes_fit_entries',
    ],
    [
      'a movement of an operation that still waits',
      () => `${accept(rig)}; ${together(move(rig.account, 100), move(rig.treasury, -100), post(rig, {}))}`,
      'outcomes_fit_entries',
    ],
    ['a movement under another leg', () => deposit(rig, { leg: 1 }), 'outcomes_fit_entries'],
    ['a movement under a leg below the first', () => deposit(rig, { leg: -1 }), 'movements_move'],
    ['a second movement of an operation, under another leg', () => moveAgain(1), 'outcomes_fit_entries'],
    [
      'two movements of an operation at once',
      () =>
        deposit(rig, {
          moves: [move(rig.account, 200, one, 2), move(rig.treasury, -200, one, 2)],
          more: [post(rig, { leg: 1, from: [rig.treasury, 4, -1700], to: [rig.account, 4, 1700] })],
        }),
      'outcomes_fit_entries',
    ],
    ['a failure of no operation', () => fail(), 'outcomes_fit_entries'],
    ['a failure without a reason', () => apply(rig, [{}], fail().replace(`'x'`, 'NULL')), '23502'],
    ['a failure of an operation that still waits', () => `${accept(rig)}; ${fail()}`, 'outcomes_fit_entries'],
  ])('%s', async (_what, sql, refusal) => {
    expect(await refusalOf(rig.service.database, sql())).toBe(refusal);
  });
});

describe('an operation ends once, and the ledger is at fault, not the operation, if', () => {
  it.each<[string, () => string, string]>([
    ['it is applied a second time', () => moveAgain(0), 'movements_pkey'],
    ['it fails a second time', () => fail(rig.ended.failed), 'failures_pkey'],
    ['it is applied after it has failed', moveFailed, 'outcomes_fit_entries'],
    ['it fails after it was applied', () => fail(rig.ended.applied), 'outcomes_fit_entries'],
    ['it is applied and fails at once', () => deposit(rig, { more: [fail()] }), 'outcomes_fit_entries'],
    [
      'an account gains under a version under which it has gained',
      () => deposit(rig, { to: [rig.account, 2, 1500] }),
      'movements_to',
    ],
    [
      'an account loses under a version under which it has lost',
      () => deposit(rig, { from: [rig.treasury, 2, -1500] }),
      'movements_from',
    ],
  ])('%s', async (_what, sql, refusal) => {
    const error = await errorOf(rig.service.database, sql());
    expect([constraintOf(error), kindOfError(error)]).toEqual([refusal, 'ledger' satisfies ErrorKind]);
  });
});
