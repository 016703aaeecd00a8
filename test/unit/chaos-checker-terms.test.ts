import type { RejectionCode } from '@wallet/shared/words/rejection';
import type { RecordedMove } from '../chaos/check/recorded.ts';
import type { Law } from '../chaos/check/violation.ts';
import { TREASURY } from '../support/model.ts';
import {
  type Came,
  EXPIRY,
  HELD,
  LAST_HOLD,
  type Story,
  accountOf,
  byId,
  intent,
  lawsOf,
  momentOf,
  op,
  tell,
} from './chaos-story.ts';

/** The checker of the chaos campaign sees what holds, captures, releases, reversals and postings can do wrong. */

/** What the kinds with terms can do wrong. */
const BROKEN: [name: string, law: Law, spoil: (story: Story) => void][] = [
  ['a capture that was refused although enough was held', 'outcome', (story) => refuse(story, 'id 8', 'hold_exceeded')],
  ['another reason than the model has', 'outcome', (story) => (byId(story, 'id 13').errorCode = 'hold_exceeded')],
  [
    'a reversal that took another amount than asked for',
    'balance',
    (story) => spoilMove(story, 'id 14', 0, { toBalance: 1n }),
  ],
  ['a posting of which a leg was not moved', 'balance', (story) => dropMove(story, 'id 16', 1)],
  ['a final capture that kept the rest', 'balance', (story) => dropMove(story, 'id 12', 1)],
  [
    'a posting that was refused and moved something',
    'balance',
    (story) => (byId(story, 'id 17').moves = byId(story, 'id 16').moves.slice(0, 1)),
  ],
  [
    'a posting that another operation came between',
    'no_serial_order',
    (story) => {
      const [first, ...rest] = byId(story, 'id 16').moves;
      byId(story, 'id 16').moves = [{ ...first!, fromVersion: 1n }, ...rest];
    },
  ],
  [
    'two postings over three wallets, each before the other',
    'no_serial_order',
    ({ recorded }) => {
      const move = { amount: 1n, fromBalance: 0n, toBalance: 0n };
      const row = { ...op(tell(), 1), type: 'posting' as const, seq: 30n };
      recorded.operations.push(
        { ...row, id: 'x', wallet: 'c', moves: [{ ...move, from: 'c', fromVersion: 1n, to: 'd', toVersion: 2n }] },
        { ...row, id: 'y', wallet: 'd', moves: [{ ...move, from: 'd', fromVersion: 1n, to: 'e', toVersion: 2n }] },
        { ...row, id: 'z', wallet: 'e', moves: [{ ...move, from: 'e', fromVersion: 1n, to: 'c', toVersion: 2n }] },
      );
    },
  ],
  [
    'an account of the house that does not stand where it should',
    'balance',
    (story) => (accountOf(story, 'fees').balance += 1n),
  ],
  ['a treasury that does not add up', 'balance', (story) => (accountOf(story, TREASURY).balance -= 1n)],
  ['something held that should not be', 'balance', (story) => (accountOf(story, HELD).balance += 1n)],
  ['an amount held that never was', 'wrong_reading', (story) => (story.history.readings[2]!.held = 299n)],
  ['an amount held that was not yet', 'wrong_reading', (story) => (story.history.readings[0]!.held = 300n)],
  ['another hold than asked for', 'other_request', (story) => (byId(story, 'id 10').target = LAST_HOLD)],
  ['another account of the house than asked for', 'other_request', (story) => (byId(story, 'id 12').house = 'reserve')],
  ['a final capture that was not asked for', 'other_request', (story) => (byId(story, 'id 8').final = true)],
  ['another expiry than asked for', 'other_request', (story) => (byId(story, LAST_HOLD).expiresAt = momentOf(5_000))],
  ['other legs than asked for', 'other_request', (story) => (byId(story, 'id 16').legs = byId(story, 'id 17').legs)],
  [
    'a hold that expired twice',
    'twice',
    (story) => story.recorded.operations.push({ ...byId(story, EXPIRY), id: 'again', seq: 99n }),
  ],
  [
    'a hold that expired too early',
    'expired_early',
    (story) => {
      byId(story, LAST_HOLD).expiresAt = momentOf(10_000);
      Object.assign(intent(story, 21), { wishes: [{ ...intent(story, 21).wishes[0]!, expiresIn: 9.79 }] });
    },
  ],
  ['a hold that expired although it never does', 'expired_early', (story) => (byId(story, LAST_HOLD).expiresAt = null)],
  ['an expiry of what is no hold', 'unasked', (story) => (byId(story, EXPIRY).target = 'id 6')],
  ['an expiry that was not told', 'not_told', (story) => story.told.pop()],
  [
    'another amount told than was moved',
    'told_otherwise',
    (story) => {
      const last = story.told.pop()!;
      story.told.push({ ...last, body: last.body.replace('"amount":"0.40"', '"amount":"0.41"') });
    },
  ],
  [
    'another amount told to be held',
    'told_otherwise',
    (story) => {
      const last = story.told.pop()!;
      story.told.push({ ...last, body: last.body.replace('"held_balance":"0.00"', '"held_balance":"0.01"') });
    },
  ],
];

function refuse(story: Story, id: string, errorCode: RejectionCode): void {
  const { balance, version } = byId(story, 'id 7');
  Object.assign(byId(story, id), { status: 'failed', errorCode, moves: [], balance, version });
}

function spoilMove(story: Story, id: string, leg: number, change: Partial<RecordedMove>): void {
  const row = byId(story, id);
  row.moves = row.moves.map((move, index) => (index === leg ? { ...move, ...change } : move));
}

function dropMove(story: Story, id: string, leg: number): void {
  const row = byId(story, id);
  row.moves = row.moves.filter((_move, index) => index !== leg);
}

it.each(BROKEN)('finds %s', (_name, law, spoil) => {
  const story = tell();
  spoil(story);
  expect(lawsOf(story)).toContain(law);
});

/** Outcomes that are told and recorded as they were, all of them alike, but should not have been. */
const WRONG: [name: string, number: number, came: Came][] = [
  ['a capture of more than was held', 11, [[HELD, TREASURY, 500n]]],
  ['a capture after everything was captured', 13, [[HELD, TREASURY, 1n]]],
  ['a capture that was refused although enough was held', 8, 'hold_exceeded'],
  ['a release that was refused although the hold was open', 10, 'hold_closed'],
  ['a reversal beyond the original', 15, [['b', 'a', 40n]]],
  ['a reversal that was refused although enough was left', 14, 'reversal_exceeds_operation'],
  [
    'an account of the house that went below zero although it must not',
    17,
    [
      ['a', 'b', 1n],
      ['reserve', 'a', 11n],
    ],
  ],
  ['a posting that was refused although all could be moved', 16, 'insufficient_funds'],
];

it.each(WRONG)('finds %s', (_name, number, came) => {
  expect(lawsOf(tell({ [number]: came }))).toContain('outcome');
});

const HALF: [name: string, number: number, came: Came][] = [
  [
    'a posting of which a leg was not moved',
    16,
    [
      ['a', 'b', 60n],
      ['b', 'reserve', 10n],
    ],
  ],
  ['a final capture that kept the rest', 12, [[HELD, 'fees', 200n]]],
  ['a capture to another wallet than asked for', 9, [[HELD, 'a', 50n]]],
  ['a capture of another amount than asked for', 8, [[HELD, TREASURY, 101n]]],
  ['a reversal of another amount than asked for', 14, [['b', 'a', 21n]]],
];

it.each(HALF)('finds %s, told as it was', (_name, number, came) => {
  expect(lawsOf(tell({ [number]: came }))).toContain('balance');
});

/** Of what is refused for another account than its own wallet's, nothing says at which version of that one. */
it('finds a moment for what could only be refused at one', () => {
  const story = tell();
  byId(story, 'id 19').endedAt = byId(story, 'id 18').endedAt! - 1n;
  expect(lawsOf(story)).toEqual([]);
  byId(story, 'id 18').moves = [];
  expect(lawsOf(story)).toContain('balance');
});

it('finds that moment within a transaction, whose operations have no order but that of their accounts', () => {
  const story = tell();
  // The receiver gets something by what was accepted earlier, and applied later.
  const { operations } = story.recorded;
  const at = (id: string) => operations.findIndex((each) => each.id === id);
  for (const id of ['id 18', 'id 19', 'id 20']) byId(story, id).endedAt = 200n;
  operations.splice(at('id 19'), 0, ...operations.splice(at('id 20'), 1));
  expect(at('id 20')).toBe(at('id 19') - 1);
  expect(lawsOf(story)).toEqual([]);
});
