import { addSample, percentOf } from '@wallet/console/batches/progress';
import {
  fromMinorUnits,
  isNegative,
  readAmount,
  showAmount,
  showChange,
  subtract,
  toMinorUnits,
} from '@wallet/console/format/money';
import { fromLocalField, showAgo, showSeconds, toLocalField } from '@wallet/console/format/time';
import { showNumberOf, showRate } from '@wallet/console/format/words';
import { failureShare, fillMinutes } from '@wallet/console/overview/minutes';
import { workerState } from '@wallet/console/overview/worker-state';
import { tellWaiting } from '@wallet/console/parts/waiting-reason';
import { changeQuery, kindOfSearch, readQuery, withQuery } from '@wallet/console/url/query';
import { tellCapture, tellRelease } from '@wallet/console/wallets/tell-hold';

/** What the pages of the console compute. */

const SPACE = '\u202f';

it.each([
  ['0.00', '0.00'],
  ['999.99', '999.99'],
  ['1000', `1${SPACE}000`],
  ['-1234567.891', `\u22121${SPACE}234${SPACE}567.891`],
  ['9223372036854775807', `9${SPACE}223${SPACE}372${SPACE}036${SPACE}854${SPACE}775${SPACE}807`],
  ['92233720368547758.07', `92${SPACE}233${SPACE}720${SPACE}368${SPACE}547${SPACE}758.07`],
])('shows the amount %s with every digit, in groups', (amount, shown) => {
  expect(showAmount(amount)).toBe(shown);
});

it('shows a change of a balance with its sign', () => {
  expect([showChange('5.00'), showChange('-5.00'), showChange('0.00')]).toEqual(['+5.00', '\u22125.00', '0.00']);
  expect([isNegative('-0.00'), isNegative('-0.01')]).toEqual([false, true]);
});

it.each(['0', '7', '-7', '0.07', '-0.07', '12.50', '9223372036854775.807'])(
  'reads %s exactly and writes it back',
  (amount) => {
    const { units, scale } = toMinorUnits(amount);
    expect(fromMinorUnits(units, scale)).toBe(amount);
  },
);

it('subtracts amounts beyond what a float can hold', () => {
  expect(subtract('90071992547409.93', '0.01')).toBe('90071992547409.92');
  expect(subtract('1.00', '1.01')).toBe('-0.01');
});

it('reads an amount that a person typed at the scale of another, and nothing else', () => {
  expect(['10', ' 10.5 ', '0.01'].map((text) => readAmount(text, '25.00'))).toEqual(['10.00', '10.50', '0.01']);
  expect(['', '1,5', '-1', '0.001', '1e3'].map((text) => readAmount(text, '25.00'))).toEqual(Array(5).fill(null));
  expect([readAmount('7', '3'), readAmount('7.0', '3')]).toEqual(['7', null]);
});

it('says where a capture goes and what becomes of the rest of the hold', () => {
  const hold = { remaining: '25.00', asset: 'USD' };
  const treasury = { kind: 'treasury', name: '' } as const;
  const account = { kind: 'account', name: 'fees' } as const;
  expect(tellCapture(hold, { amount: '', destination: treasury, isFinal: true })).toBe(
    '25.00 USD leaves the hold for the treasury. The hold is then closed.',
  );
  expect(tellCapture(hold, { amount: '10', destination: account, isFinal: false })).toBe(
    '10.00 USD leaves the hold for the house account fees. 15.00 USD stays held.',
  );
  expect(tellCapture(hold, { amount: '10', destination: treasury, isFinal: true })).toContain(
    '15.00 USD returns to the wallet, and the hold is closed.',
  );
  expect(tellRelease(hold, '24.99')).toContain('0.01 USD stays held.');
  expect(tellRelease(hold, '25.01')).toBe('It would fail: only 25.00 USD remains in the hold.');
  expect(tellRelease(hold, 'all')).toBe('Write the amount in digits, such as 25.00.');
});

it('takes a worker that was not seen for ten seconds to be gone', () => {
  const at = '2026-01-01T00:00:10.000Z';
  expect(workerState({ seen_at: '2026-01-01T00:00:00.001Z' }, at)).toBe('running');
  expect(workerState({ seen_at: '2026-01-01T00:00:00.000Z' }, at)).toBe('gone');
});

it.each([
  [0.05, '50 ms'],
  [3.14, '3.1 s'],
  [59.6, '1 min'],
  [200, '3 min 20 s'],
  [3_600, '1 h'],
  [90_061, '1 d 1 h'],
])('shows %d seconds as %s', (seconds, shown) => {
  expect(showSeconds(seconds)).toBe(shown);
});

it('says how long ago a moment was, or in how long it is', () => {
  const now = Date.parse('2026-01-01T00:01:00Z');
  expect(showAgo('2026-01-01T00:00:00Z', now)).toBe('1 min ago');
  expect(showAgo('2026-01-01T00:03:00Z', now)).toBe('in 2 min');
  expect(showAgo('2026-01-01T00:01:00.200Z', now)).toBe('now');
});

it('takes a moment through the field of a form', () => {
  expect(fromLocalField(toLocalField('2026-03-01T12:34:00.000Z'))).toBe('2026-03-01T12:34:00.000Z');
  expect([fromLocalField(''), fromLocalField('never'), toLocalField('never')]).toEqual([null, null, '']);
});

it('shows counts and rates with significant digits', () => {
  expect([showNumberOf(1, 'line'), showNumberOf(12_000, 'line')]).toEqual(['1 line', `12${SPACE}000 lines`]);
  expect([showRate(0.126), showRate(7_123.4)]).toEqual(['0.13', `7${SPACE}123`]);
});

it('keeps the state of a page in its query, and begins at the first page when a filter changes', () => {
  expect(withQuery('/operations', { status: 'failed', type: '', cursor: null })).toBe('/operations?status=failed');
  expect(withQuery('/operations', {})).toBe('/operations');
  expect(readQuery('status=failed&cursor=x&type=', ['status', 'type'])).toEqual({ status: 'failed' });
  expect(changeQuery('status=failed&cursor=x', { type: 'deposit' })).toBe('status=failed&type=deposit');
  expect(changeQuery('status=failed', { status: null })).toBe('');
});

it('knows what a text in the search box can be', () => {
  const id = '01A1FAF7-6e97-7647-a070-4c40a13515db';
  expect(kindOfSearch(id)).toEqual({ mayBeId: true, mayBeKey: true });
  expect(kindOfSearch('order-4711')).toEqual({ mayBeId: false, mayBeKey: true });
  expect(kindOfSearch('two words')).toEqual({ mayBeId: false, mayBeKey: false });
});

it('leaves gaps between minutes as gaps', () => {
  const minute = { accepted: 1, succeeded: 3, failed: 1, pending: 0, oldest_age_seconds: 0 };
  const filled = fillMinutes([
    { ...minute, at: '2026-01-01T00:00:00Z' },
    { ...minute, at: '2026-01-01T00:02:00Z' },
  ]);
  expect(filled.map(({ minute: each }) => each?.at ?? null)).toEqual([
    '2026-01-01T00:00:00Z',
    null,
    '2026-01-01T00:02:00Z',
  ]);
  expect([failureShare(minute), failureShare({ succeeded: 0, failed: 0 })]).toEqual([25, null]);
});

it('calls a batch complete only when none of it is pending', () => {
  expect(percentOf({ total: 1_000_000, pending: 1 })).toBe(99);
  expect(percentOf({ total: 3, pending: 0 })).toBe(100);
});

it('keeps a bounded number of samples of a progress, including the first and the last', () => {
  let samples: ReturnType<typeof addSample> = [];
  for (let time = 0; time < 5_000; time += 1) samples = addSample(samples, { time, succeeded: time, failed: 0 });
  expect(samples.length).toBeLessThanOrEqual(600);
  expect([samples[0]?.time, samples.at(-1)?.time]).toEqual([0, 4_999]);
});

it('says why an operation waits as far as the API does', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(tellWaiting({}, now)).toEqual([]);
  const told = tellWaiting({ waits_for: 'worker', ahead: 2, estimated_completion: '2026-01-01T00:00:05Z' }, now);
  expect(told.join(' ')).toBe(
    'It waits for a worker: none has taken its partition yet. 2 operations of its partition go first. It is expected to end in 5 s.',
  );
  expect(tellWaiting({ ahead: 0, estimated_completion: null }, now)).toHaveLength(2);
  expect(tellWaiting({ ahead: null, waits_for: 'schedule' }, now)).toHaveLength(1);
});
