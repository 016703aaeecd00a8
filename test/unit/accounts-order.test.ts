import { readAccountsOrder } from '@wallet/shared/process/read-accounts-order';

const RULE = 'must be 1 to 63 of a-z 0-9 _ -, the first a letter';

it.each([
  [[], 'Say what to do: add, list.'],
  [['make'], 'There is no command make: add, list.'],
  [['add'], 'add takes the name of one account.'],
  [['add', 'fees', 'more'], 'add takes the name of one account.'],
  [['add', 'Fees'], `The name ${RULE}: Fees is not.`],
  [['add', '1fee'], `The name ${RULE}: 1fee is not.`],
  [['add', 'f'.repeat(64)], `The name ${RULE}: `],
  [['list', 'fees'], 'list takes options only, not fees.'],
  [['list', '--may-go-negative'], 'list has no --may-go-negative.'],
  [['add', 'fees', '--may-go-negativ'], "Unknown option '--may-go-negativ'"],
])('%j is invalid, with a sentence', (args, sentence) => {
  expect(() => readAccountsOrder(args)).toThrow(sentence);
  expect(() => readAccountsOrder(args)).toThrow('See npm run accounts -- --help.');
});

it('understands add and list', () => {
  expect([
    readAccountsOrder(['add', 'fees']),
    readAccountsOrder(['add', '--may-go-negative', '--json', 'fx-2_eur']),
    readAccountsOrder(['list']),
    readAccountsOrder(['list', '--json']),
  ]).toEqual([
    { kind: 'add', name: 'fees', mayGoNegative: false, json: false },
    { kind: 'add', name: 'fx-2_eur', mayGoNegative: true, json: true },
    { kind: 'list', json: false },
    { kind: 'list', json: true },
  ]);
});
