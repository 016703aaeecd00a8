import { parseStrictJson } from '@wallet/api/http/strict-json';
import { metadataOf } from '@wallet/api/http/metadata';
import { JsonText, writeJson } from '@wallet/shared/words/json-text';

describe('writeJson', () => {
  it('puts each text in its place, in the order of the document', () => {
    const value = { b: new JsonText('{"y":-0,"x":1.50}'), a: [new JsonText('[]'), null, new JsonText('"$&"')], c: 1 };
    expect(writeJson(value)).toBe('{"b":{"y":-0,"x":1.50},"a":[[],null,"$&"],"c":1}');
  });

  it.each(['\\u0000json', '"\\u0000json"', '\\\\u0000json', 'json', '\\'])(
    'leaves the text %j of a caller alone',
    (text) => {
      const value = { text, metadata: new JsonText('{"a":1e400}'), [text]: text };
      const written = JSON.stringify({ text, metadata: 0, [text]: text }).replace(
        '"metadata":0',
        '"metadata":{"a":1e400}',
      );
      expect(writeJson(value)).toBe(written);
    },
  );

  it('writes everything else as JSON.stringify does, which writes the value of a text', () => {
    const value = { a: [1, 'x', null, undefined, new Date(0)], b: undefined };
    expect(writeJson(value)).toBe(JSON.stringify(value));
    expect(JSON.stringify({ a: new JsonText('{"b": 1.50}') })).toBe('{"a":{"b":1.5}}');
  });

  it('writes the next document as well after one that cannot be written', () => {
    expect(() => writeJson({ a: new JsonText('1'), b: 1n })).toThrow(TypeError);
    expect(writeJson({ a: new JsonText('1.0') })).toBe('{"a":1.0}');
  });
});

describe('parseStrictJson', () => {
  it('answers an amount as it is written, whatever contains it', () => {
    const text = '{"amount":0.0000005,"legs":[{"amount":1e3},{"x":2,"amount":1.50}],"other":1e3,"amounts":[1.0]}';
    expect(parseStrictJson(text)).toEqual({
      amount: '0.0000005',
      legs: [{ amount: '1e3' }, { x: 2, amount: '1.50' }],
      other: 1000,
      amounts: [1],
    });
  });

  it("does not take an amount in a caller's metadata for one of ours", () => {
    const body = parseStrictJson('{ "metadata": { "amount": 1.0, "b": "a  b" }, "amount": "2" }');
    expect(body).toEqual({ metadata: { amount: 1, b: 'a  b' }, amount: '2' });
    expect(metadataOf(body)).toBe('{"amount":1.0,"b":"a  b"}');
  });

  it('knows metadata by its name, however that is written', () => {
    expect(metadataOf(parseStrictJson('{"a":[{"metadata":{"x":0}}],"meta\\u0064ata":{"b":-0}}'))).toBe('{"b":-0}');
    expect(metadataOf(parseStrictJson('{"metadata":null}'))).toBeNull();
    expect(metadataOf(parseStrictJson('[]'))).toBeNull();
  });
});
