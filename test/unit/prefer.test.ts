import { waitSecondsOf } from '@wallet/api/http/prefer';

/** `Prefer` is a list of preferences with parameters (RFC 7240, section 2). */

it.each([
  ['wait=5', 5],
  ['wait=0', 0],
  ['WAIT=5', 5],
  ['wait = 5', 5],
  ['wait="5"', 5],
  ['wait="\\5"', 5],
  ['respond-async, wait=10', 10],
  ['respond-async; foo="a, b";bar , wait=10', 10],
  ['wait=10; foo; ;', 10],
  [', ,wait=3,,', 3],
  ['foo="\\", wait=9", wait=4', 4],
  ['wait=1, wait=2', 1],
  ['wait=31', 30],
  ['wait=99999', 30],
  ['wait=999999999999', 30],
  [`wait=${'9'.repeat(400)}`, 30],
])('%j waits %i s', (header, seconds) => {
  expect(waitSecondsOf(header)).toBe(seconds);
});

it.each([
  undefined,
  '',
  'wait',
  'wait=',
  'wait=""',
  'wait=-1',
  'wait=1.5',
  'wait=1e1',
  'wait=0x10',
  'wait=" 5"',
  'wait=abc',
  'wait=abc, wait=5',
  'foo="a, wait=2"',
  'foo="a, wait=2',
  'foo; wait=2',
  'foo wait=2',
  'waits=2',
  'wait=5 s',
  '(wait=5)',
])('%j does not wait', (header) => {
  expect(waitSecondsOf(header)).toBeNull();
});

it('a long header costs no more than its length', () => {
  const begun = performance.now();
  for (const piece of [' ', ';', '; ', ';a', '"', 'a="', '\\"', '= ', ',']) waitSecondsOf(`a${piece.repeat(16_000)}`);
  expect(performance.now() - begun).toBeLessThan(1_000);
});
