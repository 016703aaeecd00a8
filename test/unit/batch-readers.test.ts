import { readCsv } from '@wallet/api/batches/read-csv';
import { readJsonArray, readNdjson } from '@wallet/api/batches/read-json-lines';
import fc from 'fast-check';
import Papa from 'papaparse';
import { all, cuts, field, inPieces } from '../support/batch-lines.ts';

/** Fields that are read as they stand, spaces included. */
const records = fc.array(fc.record({ external_user_id: field, description: field }), { maxLength: 12 });

/** Fields that are not given are left out by CSV. */
function given(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ''));
}

it('CSV is the same however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      records,
      cuts,
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      async (lines, places, newline, ends) => {
        const columns = ['external_user_id', 'description'];
        const text = Papa.unparse({ fields: columns, data: lines }, { newline }) + (ends ? newline : '');
        const read = await all(readCsv(inPieces(text, places)));
        const filled = lines.filter((line) => Object.values(line).some((value) => value.trim() !== ''));
        expect(read.map(({ value }) => value)).toEqual(filled.map(given));
        expect(read.every(({ problem }) => problem === null)).toBe(true);
      },
    ),
  );
});

it('CSV with lines that end in different ways is the same however it is cut', async () => {
  const text = 'type,amount,description\r\na,1,x\nb,2,"y\r\n"\r\nc,3,z\r\n';
  const whole = await all(readCsv(inPieces(text, [])));
  expect(whole.map(({ value }) => (value as Record<string, string>)['description'])).toEqual(['x', 'y\n', 'z']);
  for (let cut = 0; cut <= text.length; cut += 1) {
    expect(await all(readCsv(inPieces(text, [cut])))).toEqual(whole);
  }
});

it('CSV with a quote inside a field that is not quoted is the same however it is cut', async () => {
  const text = 'type,description\na,5" pipe\nb,"two\nlines"\nc,d\n';
  const whole = await all(readCsv(inPieces(text, [])));
  expect(whole.map(({ value }) => (value as Record<string, string>)['description'])).toEqual([
    '5" pipe',
    'two\nlines',
    'd',
  ]);
  for (let cut = 0; cut <= text.length; cut += 1) {
    expect(await all(readCsv(inPieces(text, [cut])))).toEqual(whole);
  }
});

it('CSV tells the line where a record begins', async () => {
  const text = '\uFEFFtype,description\r\na,"two\r\nlines"\r\n\r\nb,"say ""x"""\r\nc\r\nd,e\r\n';
  const read = await all(readCsv(inPieces(text, [3, 30])));
  expect(read).toEqual([
    { line: 2, value: { type: 'a', description: 'two\nlines' }, problem: null },
    { line: 5, value: { type: 'b', description: 'say "x"' }, problem: null },
    { line: 6, value: null, problem: 'has 1 field, the header has 2' },
    { line: 7, value: { type: 'd', description: 'e' }, problem: null },
  ]);
});

it('CSV tells the line of a record after an empty line that arrives in a piece of its own', async () => {
  const text = 'type,description\n\na,b\n';
  for (let cut = 0; cut <= text.length; cut += 1) {
    for (let other = cut; other <= text.length; other += 1) {
      const read = await all(readCsv(inPieces(text, [cut, other])));
      expect(read).toEqual([{ line: 3, value: { type: 'a', description: 'b' }, problem: null }]);
    }
  }
});

it('NDJSON is the same however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(records, cuts, async (lines, places) => {
      const text = lines.map((line) => JSON.stringify(line)).join('\n');
      const read = await all(readNdjson(inPieces(text, places)));
      expect(read).toEqual(lines.map((value, index) => ({ line: index + 1, value, problem: null })));
    }),
  );
});

it('JSON is the same however it is cut, and whatever surrounds its operations', async () => {
  await fc.assert(
    fc.asyncProperty(
      records,
      cuts,
      fc.constantFrom(0, 1, 2),
      fc.boolean(),
      field,
      async (lines, places, space, isLast, text) => {
        const rest = { note: text, 'x"operations': [1, { operations: [2] }] };
        const body = isLast ? { ...rest, operations: lines } : { operations: lines, ...rest };
        const envelope = { rest: null };
        const read = await all(readJsonArray(inPieces(JSON.stringify(body, null, space), places), envelope));
        expect(read).toEqual(lines.map((value, index) => ({ line: index + 1, value, problem: null })));
        expect(envelope.rest).toEqual({ ...rest, operations: [] });
      },
    ),
  );
});

it.each([
  ['{"operations":[{"a":1},]}', [null, 'The body cannot be parsed as JSON.']],
  ['{"operations":[,{"a":1}]}', ['The body cannot be parsed as JSON.', null]],
  ['{"operations":[{"a" 1}, 2]}', ['The body cannot be parsed as JSON.', null]],
])('an element of %s that is not JSON is reported, and the others are read', async (text, problems) => {
  const read = await all(readJsonArray(inPieces(text, []), { rest: null }));
  expect(read.map(({ problem }) => problem)).toEqual(problems);
});
