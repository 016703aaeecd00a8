import { cutHead, findLineEnd } from '@wallet/csv/dialect';
import { createRecordReader, readStandingRecords } from '@wallet/csv/read-records';
import fc from 'fast-check';

/** The command marks records as they stand in a file, which the service read as fields: both find the same ones. */

async function* inPieces(text: string, cuts: readonly number[]): AsyncGenerator<string> {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  let start = 0;
  for (const place of [...places, text.length]) {
    yield await Promise.resolve(text.slice(start, place));
    start = place;
  }
}

const text = fc.string({ unit: fc.constantFrom('a', '"', ';', '\n', '\r\n', '\r', ' ', 'é'), maxLength: 40 });
const cuts = fc.array(fc.nat(5_000), { maxLength: 8 });

it('records with their source text cover all of it, and equal those without, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(text, cuts, async (table, places) => {
      const form = { separator: ';', lineEnd: findLineEnd(table) ?? '\n' } as const;
      let whole = '';
      const standing: (readonly string[])[] = [];
      for await (const { fields, text: record, end } of readStandingRecords(inPieces(table, places), form)) {
        whole += record + end;
        standing.push(fields);
      }
      // The last record may have no end.
      expect([whole, whole.slice(0, -1)]).toContain(table);
      const reader = createRecordReader(form);
      expect(standing).toEqual([...reader.read(table).fields, ...reader.end().fields]);
    }),
    { numRuns: 2_000 },
  );
});

it.each([
  [
    'sep=;\r\n;;\r\ntype;amount\r\na;1',
    { before: 'sep=;\r\n;;\r\n', saidSeparator: ';', header: 'type;amount\r', rest: 'a;1' },
  ],
  ['\n"type","wall\net"\na', { before: '\n', saidSeparator: null, header: '"type","wall\net"', rest: 'a' }],
  ['type', { before: '', saidSeparator: null, header: 'type', rest: '' }],
  ['\n,,\n', null],
])('the header of %j is found, and not before all of it has arrived', (table, head) => {
  expect(cutHead(table, '\n', true)).toEqual(head);
  expect(cutHead('sep=;\ntype;am', '\n', false)).toBeNull();
});
