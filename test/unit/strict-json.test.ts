import { parseStrictJson } from '@wallet/api/http/strict-json';

/** The parser walks through the text beside the parsed value: whatever the text, it has to keep in step with it. */

describe('what is parsed', () => {
  it.each([
    '{"a":"\\\\","b":{"c":[1,-2.5e3,true,null,""]}}',
    '{"a\\"b":"\\\\\\"","c":"{\\"d\\":1}"}',
    '{"a":"}","b":"]","c":",","d":"1e999","e":"\\u0022"}',
    ' [ { "a" : 1 } , [ ] , { } , "x" , 0.5 ] ',
    '"\\\\"',
    '-0',
    '[[1,2],{"a":[{"b":2},{"b":3}]}]',
  ])('%s', (text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  it('is the source of an amount that is a number, wherever there is one', () => {
    expect(
      parseStrictJson('{"amount":1.50,"legs":[{"amount":1e2,"to":{"x":"amount"}},{"amount":"3"},{"other":4}]}'),
    ).toEqual({
      amount: '1.50',
      legs: [{ amount: '1e2', to: { x: 'amount' } }, { amount: '3' }, { other: 4 }],
    });
  });
});

it.each([
  ['a name twice', '{"a":"\\\\","b":1,"a":2}'],
  ['a name twice, once with an escape', '{"b":"\\"","a":1,"\\u0061":2}'],
  ['a name twice in an object in an array', '[{"a":1},{"b":1,"b":2}]'],
  ['a name that reaches into prototypes', '{"__proto\\u005f_":1}'],
  ['too many digits', '[1,1234567890.123456]'],
  ['too many digits before an exponent', '[1234567890123456e1]'],
  ['a number that is too large', '{"a":[1e999]}'],
  ['a number that is too long', `[0.${'0'.repeat(70)}1]`],
  ['a body that nests too deep', '['.repeat(17) + ']'.repeat(17)],
  ['what is no JSON', '{"a":1'],
])('%s is refused', (_what, text) => {
  expect(() => parseStrictJson(text)).toThrow(expect.objectContaining({ code: 'malformed_json' }));
});
