import { readKeysOrder } from '@wallet/shared/process/read-keys-order';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const KEY = ['create', '--name', 'shop', '--scopes', 'wallets:read,operations:read'];

it.each([
  [[], 'Say what to do: create, rotate, revoke, list, log.'],
  [['make'], 'There is no command make: '],
  [['create', '--scopes', 'events:read'], '--name is missing'],
  [['create', '--name', 'x'], '--scopes is missing: one or more of operations:read, '],
  [['create', '--name', 'x', '--scopes', 'wallets:all'], 'There is no scope wallets:all. There are operations:read, '],
  [['create', '--name', 'x', '--scopes', 'events:read', '--rate-limit', '0'], '--rate-limit must be a whole number'],
  [['create', '--name', 'x', '--scopes', 'events:read', '--expires', 'soon'], '--expires must look like 2027-01-31T'],
  [
    ['create', '--name', 'x', '--scopes', 'events:read', '--expires', '2027-02-30T00:00:00Z'],
    '--expires must look like 2027',
  ],
  [['create', '--name', 'x', '--scopes', 'events:read', '--expires', '2020-01-01T00:00Z'], 'must be in the future'],
  [['list', '--at-once'], 'list has no --at-once.'],
  [['rotate'], 'rotate needs the id of one key'],
  [['revoke', 'shop'], 'revoke needs the id of one key'],
  [['create', '--nmae', 'x'], "Unknown option '--nmae'"],
])('%j is invalid, with a sentence', (args, sentence) => {
  expect(() => readKeysOrder(args, NOW)).toThrow(sentence);
  expect(() => readKeysOrder(args, NOW)).toThrow('See npm run keys -- --help.');
});

it.each([
  ['90d', '2026-08-30T12:00:00.000Z'],
  ['12h', '2026-06-02T00:00:00.000Z'],
  ['30m', '2026-06-01T12:30:00.000Z'],
  ['60s', '2026-06-01T12:01:00.000Z'],
  ['2027-01-31T00:00:00Z', '2027-01-31T00:00:00.000Z'],
  ['2027-01-31T02:00+02:00', '2027-01-31T00:00:00.000Z'],
  ['2027-01-31t00:00:00.0009z', '2027-01-31T00:00:00.000Z'],
])('a key expires %s', (expires, moment) => {
  const order = readKeysOrder([...KEY, '--rate-limit', '7', '--expires', expires], NOW);
  expect(order).toEqual({
    kind: 'create',
    key: { name: 'shop', scopes: ['operations:read', 'wallets:read'], rateLimit: 7, expiresAt: new Date(moment) },
    json: false,
  });
});

it('understands the other commands', () => {
  const id = '01900000-0000-7000-8000-000000000000';
  expect([
    readKeysOrder(['rotate', id.toUpperCase(), '--at-once'], NOW),
    readKeysOrder(['revoke', id, '--json'], NOW),
    readKeysOrder(['list'], NOW),
    readKeysOrder(['log', '--limit', '3'], NOW),
    readKeysOrder(['create', '--help'], NOW),
  ]).toEqual([
    { kind: 'rotate', id, atOnce: true, json: false },
    { kind: 'revoke', id, json: true },
    { kind: 'list', json: false },
    { kind: 'log', limit: 3, json: false },
    { kind: 'help' },
  ]);
});
