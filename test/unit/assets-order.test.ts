import { readAssetsOrder } from '@wallet/shared/process/read-assets-order';

const EURO = ['add', '--code', 'EUR', '--name', 'Euro', '--scale', '2'];

it.each([
  [[], 'Say what to do: add, list.'],
  [['make'], 'There is no command make: add, list.'],
  [['add', 'EUR'], 'add takes options only, not EUR.'],
  [['list', '--code', 'EUR'], 'list has no --code.'],
  [['add', '--code', 'eur'], '--code must be 2 to 16 of A-Z 0-9'],
  [['add', '--code', 'EUR'], '--name must be 1 to 100 printable characters'],
  [['add', '--code', 'EUR', '--name', 'Euro'], '--scale must be a whole number from 0 to 9.'],
  [['add', '--code', 'EUR', '--name', 'Euro', '--scale', '10'], '--scale must be a whole number from 0 to 9.'],
  [['add', '--nmae', 'Euro'], "Unknown option '--nmae'"],
])('%j is invalid, with a sentence', (args, sentence) => {
  expect(() => readAssetsOrder(args)).toThrow(sentence);
  expect(() => readAssetsOrder(args)).toThrow('See npm run assets -- --help.');
});

it('understands add and list', () => {
  const asset = { code: 'EUR', name: 'Euro', scale: 2, transferable: false };
  expect([
    readAssetsOrder(EURO),
    readAssetsOrder([...EURO, '--transferable', '--json']),
    readAssetsOrder(['list']),
  ]).toEqual([
    { kind: 'add', asset, json: false },
    { kind: 'add', asset: { ...asset, transferable: true }, json: true },
    { kind: 'list', json: false },
  ]);
});
