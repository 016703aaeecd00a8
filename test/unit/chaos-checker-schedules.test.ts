import type { Law } from '../chaos/check/violation.ts';
import { AT_ONCE, CANCELLED, DUE_AT, SCHEDULED, type Story, byId, lawsOf, momentOf, tell } from './chaos-story.ts';

/** The checker of the chaos campaign sees what scheduling and cancelling can do wrong. */

const BROKEN: [name: string, law: Law, spoil: (story: Story) => void][] = [
  [
    'an operation that was executed before its moment',
    'executed_early',
    (story) => (byId(story, SCHEDULED).completedAt = momentOf(DUE_AT - 1)),
  ],
  [
    'an operation that was executed although it was answered as cancelled',
    'cancel_ignored',
    ({ history }) => history.cancels.push({ id: SCHEDULED, begunAt: 300, end: 'cancelled' }),
  ],
  [
    'an operation that was cancelled twice',
    'twice',
    ({ history }) => history.cancels.push({ id: CANCELLED, begunAt: 300, end: 'cancelled' }),
  ],
  ['an operation that nobody cancelled', 'unasked', ({ history }) => history.cancels.shift()],
  [
    'a cancel that got an error',
    'refused',
    ({ history }) => history.cancels.push({ id: CANCELLED, begunAt: 0, end: 'refused' }),
  ],
  ['a scheduled operation that was lost', 'not_final', (story) => (byId(story, SCHEDULED).status = null)],
  ['an operation for another moment', 'other_request', (story) => (byId(story, SCHEDULED).executeAt = momentOf(1_999))],
  [
    'an operation that failed without a place in a queue',
    'outcome',
    (story) => (byId(story, CANCELLED).errorCode = 'hold_closed'),
  ],
  ['an operation that was cancelled in its queue', 'outcome', (story) => (byId(story, CANCELLED).seq = 102n)],
  ['a cancelled operation with a balance that never was', 'balance', (story) => (byId(story, CANCELLED).balance = 9n)],
  [
    'a due operation that stands before one that was accepted before its moment',
    'order',
    ({ recorded }) => {
      const at = recorded.operations.findIndex(({ id }) => id === SCHEDULED);
      recorded.operations.unshift(...recorded.operations.splice(at, 1));
    },
  ],
  [
    'a due operation that stands behind one that was sent when it had been executed',
    'order',
    (story) =>
      Object.assign(story.history.intents.get(AT_ONCE)!, { sentAt: DUE_AT + 200, acknowledgedAt: DUE_AT + 205 }),
  ],
  [
    'a cancelled operation that was told behind what came later',
    'told_out_of_order',
    (story) => {
      const [own, later] = [CANCELLED, SCHEDULED].map((id) =>
        story.told.findIndex(({ body }) => body.includes(`"id":"${id}"`)),
      );
      const sequenceOf = (index: number) => /"sequence":\d+/.exec(story.told[index]!.body)![0];
      const [one, other] = [sequenceOf(own!), sequenceOf(later!)];
      story.told[own!] = { ...story.told[own!]!, body: story.told[own!]!.body.replace(one, other) };
      story.told[later!] = { ...story.told[later!]!, body: story.told[later!]!.body.replace(other, one) };
    },
  ],
  [
    'a queued operation that was seen to be scheduled again',
    'changed_outcome',
    ({ history }) =>
      history.sightings.push(
        { id: SCHEDULED, status: 'pending', outcome: '', begunAt: 270, endedAt: 271 },
        { id: SCHEDULED, status: 'scheduled', outcome: '', begunAt: 280, endedAt: 281 },
      ),
  ],
];

it.each(BROKEN)('finds %s', (_name, law, spoil) => {
  const story = tell();
  spoil(story);
  expect(lawsOf(story)).toContain(law);
});

it('does not miss what was refused because its moment had passed, and takes it as meant if it is there', () => {
  const refused = tell();
  const unanswered = { isTooLate: true, acknowledgedAt: null, ids: new Set<string>() };
  Object.assign(refused.history.intents.get(SCHEDULED)!, unanswered);
  expect(lawsOf(refused)).toEqual([]);
  refused.history.intents.set('gone', { ...refused.history.intents.get(SCHEDULED)!, key: 'gone' });
  expect(lawsOf(refused)).toEqual([]);
  byId(refused, SCHEDULED).amount = 6n;
  expect(lawsOf(refused)).toContain('other_request');
});
