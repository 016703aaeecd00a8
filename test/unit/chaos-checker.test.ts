import { PENDING_LIMIT } from '../chaos/check/check-refusals.ts';
import { checkHistory } from '../chaos/check/check-history.ts';
import type { Law } from '../chaos/check/violation.ts';
import { type Story, accountOf, intent, lawsOf, momentOf, op, tell, toldOf } from './chaos-story.ts';

/** The checker of the chaos campaign sees every kind of violation: without that, its silence would mean nothing. */

it('finds nothing in a history in which all is well', () => {
  const { history, recorded, told } = tell();
  expect(checkHistory(history, recorded, told)).toEqual([]);
});

const BROKEN: [name: string, law: Law, spoil: (story: Story) => void][] = [
  ['an accepted operation that is not there', 'lost', (story) => story.recorded.operations.splice(3, 1)],
  ['an accepted line that is not there', 'lost', (story) => story.recorded.operations.splice(5, 1)],
  ['a request that nobody knows the outcome of', 'lost', (story) => intent(story, 1).ids.clear()],
  ['an operation that nobody asked for', 'unasked', (story) => story.history.intents.delete('key 3')],
  ['an operation without a key', 'unasked', (story) => (op(story, 3).key = null)],
  ['one request that exists twice', 'twice', (story) => story.recorded.operations.push({ ...op(story, 3), id: 'x' })],
  ['a key that got two ids', 'twice', (story) => intent(story, 1).ids.add('another')],
  ['an id that is recorded for another request', 'other_request', (story) => (op(story, 3).id = 'another')],
  ['another amount than asked for', 'other_request', (story) => (op(story, 3).amount = 501n)],
  ['a good request that was refused', 'refused', (story) => (intent(story, 3).refusal = '400')],
  [
    'a refusal for what waits while next to nothing waits',
    'refused_for_nothing',
    (story) =>
      story.history.refusals.push({ at: 65, detail: 'Too many operations wait to be applied. Nothing was accepted.' }),
  ],
  ['an operation that never ended', 'not_final', (story) => (op(story, 3).status = null)],
  [
    'an order of acceptance that is not that of time',
    'order',
    (story) => {
      intent(story, 3).sentAt = -20;
      intent(story, 3).acknowledgedAt = -10;
    },
  ],
  [
    'a credit that was seen before what stands before it was sent',
    'order',
    (story) => {
      intent(story, 4).sentAt = 100;
      intent(story, 4).acknowledgedAt = null;
    },
  ],
  ['a withdrawal of more than there was', 'outcome', (story) => (op(story, 3).status = 'succeeded')],
  ['a refusal of what could be done', 'outcome', (story) => (op(story, 1).status = 'failed')],
  ['another balance than the model has', 'balance', (story) => (op(story, 1).balance = 71n)],
  ['another version than the model has', 'balance', (story) => (op(story, 3).version = 2n)],
  ['a credit that did not arrive', 'balance', (story) => (op(story, 2).toBalance = 0n)],
  ['an account that does not stand where it should', 'balance', (story) => (accountOf(story, 'a').balance += 1n)],
  [
    'two transfers, each before the other',
    'no_serial_order',
    ({ recorded }) => {
      const transfer = { ...op(tell(), 2), key: 'key 2' };
      const moved = { amount: 50n, fromBalance: 0n, fromVersion: 2n, toBalance: 0n, toVersion: 1n };
      recorded.operations.push(
        { ...transfer, id: 'x', wallet: 'c', to: 'd', moves: [{ ...moved, from: 'c', to: 'd' }] },
        { ...transfer, id: 'y', wallet: 'd', to: 'c', moves: [{ ...moved, from: 'd', to: 'c' }] },
      );
    },
  ],
  ['a balance that never was', 'wrong_reading', (story) => (story.history.readings[0]!.balance = 71n)],
  ['a version that never was', 'wrong_reading', (story) => (story.history.readings[1]!.version = 9)],
  [
    'a version that nobody had asked for yet',
    'wrong_reading',
    (story) => Object.assign(story.history.readings[1]!, { begunAt: 40, endedAt: 41 }),
  ],
  [
    'a reading that is older than one before it',
    'stale_reading',
    (story) =>
      story.history.readings.push({ wallet: 'b', version: 3, balance: 65n, held: 0n, begunAt: 62, endedAt: 63 }),
  ],
  [
    'a reading that is older than an outcome seen before it',
    'stale_reading',
    (story) =>
      story.history.readings.push({ wallet: 'b', version: 0, balance: 0n, held: 0n, begunAt: 30, endedAt: 31 }),
  ],
  [
    'an outcome that changed',
    'changed_outcome',
    (story) =>
      story.history.sightings.push({ ...story.history.sightings[0]!, endedAt: 90, outcome: '{"result":null}' }),
  ],
  [
    'an end that was undone',
    'changed_outcome',
    (story) => story.history.sightings.push({ ...story.history.sightings[0]!, begunAt: 80, status: 'pending' }),
  ],
  [
    'an accepted operation that cannot be found',
    'changed_outcome',
    (story) => story.history.sightings.push({ ...story.history.sightings[0]!, begunAt: 80, status: '404' }),
  ],
  [
    'another result than is recorded',
    'changed_outcome',
    (story) => {
      const [first] = story.history.sightings;
      story.history.sightings[0] = { ...first!, outcome: first!.outcome.replace('1.00', '1.01') };
    },
  ],
  ['an end that was not told', 'not_told', (story) => story.told.splice(1, 1)],
  [
    'a batch whose end was not told',
    'not_told',
    (story) => {
      intent(story, 4).tells = false;
      story.told.splice(4, 2);
    },
  ],
  [
    'other bytes under the same id',
    'told_otherwise',
    (story) => story.told.push({ ...story.told[0]!, body: `${story.told[0]!.body} ` }),
  ],
  ['a second event of one operation', 'told_otherwise', (story) => story.told.push({ ...story.told[0]!, id: 'other' })],
  [
    'a webhook that is not signed',
    'told_otherwise',
    (story) => (story.told[0] = { ...story.told[0]!, isSigned: false }),
  ],
  [
    'another outcome than is recorded',
    'told_otherwise',
    (story) => (story.told[1] = toldOf({ ...op(story, 1), balance: 71n }, 1)),
  ],
  [
    'sequence numbers that give another order',
    'told_out_of_order',
    (story) => (story.told[2] = toldOf(op(story, 2), 0)),
  ],
];

it.each(BROKEN)('finds %s', (_name, law, spoil) => {
  const story = tell();
  spoil(story);
  expect(lawsOf(story)).toContain(law);
});

it('finds nothing in a refusal while much waits, or for another reason', () => {
  const story = tell();
  for (let count = 0; count < PENDING_LIMIT / 2; count += 1) {
    const waited = { ...op(story, 3), id: `waited ${count}`, key: null };
    story.recorded.operations.push({ ...waited, createdAt: momentOf(30), completedAt: momentOf(60) });
  }
  const detail = 'Too many operations wait to be applied.';
  story.history.refusals.push({ at: 65, detail }, { at: 65, detail: 'The service is busy.' });
  expect(lawsOf(story)).not.toContain('refused_for_nothing');
});
