import { decodeTable } from '@wallet/api/batches/decode-text';
import type { RawLine } from '@wallet/api/batches/raw-line';
import { readCsv } from '@wallet/api/batches/read-csv';
import fc from 'fast-check';
import Papa from 'papaparse';
import { all, field } from '../support/batch-lines.ts';

describe('a table', () => {
  async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<string> {
    const decoding = decodeTable();
    for (let at = 0; at < bytes.length; at += size) {
      yield await Promise.resolve(decoding.decode(bytes.subarray(at, at + size)));
    }
    yield decoding.end();
  }

  const readTable = (bytes: Buffer | string, size = 64 * 1024): Promise<RawLine[]> =>
    all(readCsv(inChunks(Buffer.from(bytes), size)));

  const ENCODINGS: Record<string, (text: string) => Buffer> = {
    'UTF-8': (text) => Buffer.from(text),
    'UTF-8 with a mark': (text) => Buffer.from(`\uFEFF${text}`),
    'UTF-16LE with a mark': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
    'UTF-16BE with a mark': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
  };
  const HEADERS = [
    ['type', 'wallet_id', 'amount', 'description', 'external_user_id'],
    ['TYPE', 'WALLET_ID', 'AMOUNT', 'DESCRIPTION', 'EXTERNAL_USER_ID'],
    [' Type ', 'Wallet ID', 'Amount', 'Description\u00a0', 'External user-id'],
  ];
  const line = fc.record({
    type: fc.constantFrom('deposit', 'DEPOSIT', 'Deposit'),
    wallet_id: fc.constantFrom('a11ce', 'b0b'),
    amount: fc.tuple(fc.nat(99_999), fc.nat(99)).map(([whole, cents]) => [whole, String(cents).padStart(2, '0')]),
    description: field,
    external_user_id: field,
    isBehindEmpty: fc.boolean(),
  });
  const dialect = fc.record({
    separator: fc.constantFrom(',', ';', '\t', '|'),
    newline: fc.constantFrom('\n', '\r\n', '\r'),
    encoding: fc.constantFrom(...Object.keys(ENCODINGS)),
    header: fc.constantFrom(...HEADERS),
    padding: fc.constantFrom('', ' ', '\u00a0 '),
    trailing: fc.nat(3),
    saysSeparator: fc.boolean(),
    decimalComma: fc.boolean(),
    quotes: fc.boolean(),
    endsLast: fc.boolean(),
  });

  it('is the same lines in whatever dialect a spreadsheet wrote it, and however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), dialect, fc.integer({ min: 1, max: 40 }), async (...given) => {
        const [lines, { separator, newline, encoding, header, padding, trailing, ...how }, size] = given;
        const point = how.decimalComma && separator !== ',' ? ',' : '.';
        const end = Array.from({ length: trailing }, () => '');
        const rows: string[][] = how.saysSeparator ? [[`sep=${separator}`]] : [];
        rows.push([...header, ...end]);
        const wanted: RawLine[] = [];
        let at = rows.length + 1;
        for (const { type, wallet_id, amount, description, external_user_id, isBehindEmpty } of lines) {
          if (isBehindEmpty) rows.push(header.map(() => ''));
          if (isBehindEmpty) at += 1;
          const words = [type, wallet_id, amount.join(point)].map((word) => `${padding}${word}${padding}`);
          rows.push([...words, description, external_user_id, ...end]);
          const texts = { ...(description && { description }), ...(external_user_id && { external_user_id }) };
          const value = { type: 'deposit', wallet_id, amount: amount.join('.'), ...texts };
          wanted.push({ line: at, value, problem: null });
          at += `${description}${external_user_id}`.split('\n').length;
        }
        const text = rows
          .map((row) =>
            row.length === 1 ? row[0]! : Papa.unparse([row], { delimiter: separator, quotes: how.quotes }),
          )
          .join(newline);
        const bytes = ENCODINGS[encoding]!(text + (how.endsLast ? newline : ''));
        expect(await readTable(bytes, size)).toEqual(wanted);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['12,50', '12.50'],
    ['12,5', '12.5'],
    ['0,125', '0.125'],
    ['12.50', '12.50'],
    ['1234.567', '1234.567'],
    ['1000', '1000'],
    ['-3,00', '-3.00'],
    // Not amounts, and refused as such where they are checked.
    ['1.000,50', '1.000,50'],
    ['1,000,000', '1,000,000'],
    ['1 000,00', '1 000,00'],
    ['12345,678', '12345,678'],
  ])('with semicolons has the amount %s as %s', async (text, amount) => {
    const read = await readTable(`type;amount\ndeposit;${text}\n`);
    expect(read).toEqual([{ line: 2, value: { type: 'deposit', amount }, problem: null }]);
  });

  it.each([';', '\t', '|'])(
    'separated by %j does not have an amount that may be a thousand times another',
    async (by) => {
      const read = await readTable(`type${by}amount\ndeposit${by}1,00\ndeposit${by}1,000\ndeposit${by}12.000\n`);
      expect(read.map(({ line: at, field: where, problem }) => [at, where, problem])).toEqual([
        [2, undefined, null],
        [3, 'amount', expect.stringMatching(/^"1,000" .* with a point /)],
        [4, 'amount', expect.stringMatching(/^"12\.000" /)],
      ]);
    },
  );

  it('with commas has amounts unchanged: 1,000 in quotes is not read as one', async () => {
    const read = await readTable('type,amount\ndeposit,"1,000"\ndeposit,1.000\ndeposit,"12,50"\n');
    expect(read.map(({ value }) => (value as Record<string, string>)['amount'])).toEqual(['1,000', '1.000', '12,50']);
  });

  it('with a value in a column without a name is refused at that line', async () => {
    const read = await readTable('type,,amount,,\na,,1,,\na,x,1,,\na,,1,,y\n,,,,\na,,1\n');
    expect(read.map(({ line: at, problem }) => [at, problem])).toEqual([
      [2, null],
      [3, 'has a field in column 2, which has no name'],
      [4, 'has 5 fields, the header has 3'],
      [6, null],
    ]);
  });

  it.each([
    ['says a separator that is none', 'sep=x\ntype\n', 'Line 1: the header names the fields: x cannot separate fields'],
    ['names an unknown field', '\n,,\ntype,no\n', 'Line 3: the header names the fields: there is no field "no"'],
    ['names a field twice', 'Type,type\n', 'Line 1: the header names the fields: a field is named twice'],
    ['mixes separators', 'type;amount,no\n', 'Line 1: the header names the fields: there is no field "amount,no"'],
    ['has moments', 'type,Execute At\n', 'execute_at cannot be given in a batch: send the batch when it is due, or '],
    ['has legs', 'type,Legs\n', 'a posting has legs, which a table cannot hold: send it as JSON or NDJSON'],
    [
      'names very much',
      `${'x'.repeat(900)},b,c,d,e,f\n`,
      `no field "${'x'.repeat(40)}", "b", "c", "d", "e" and 1 more`,
    ],
  ])('whose header %s is refused', async (_name, text, reason) => {
    await expect(readTable(text)).rejects.toMatchObject({
      code: 'batch_refused',
      message: expect.stringContaining(reason),
    });
  });

  it.each(['"1', '"1"0', '"a"b"'])(
    'with the field %s is refused at its line, since the next may be in it',
    async (amount) => {
      await expect(readTable(`type,amount\ndeposit,1\ndeposit,${amount}\ndeposit,2\n`)).rejects.toMatchObject({
        ...{ code: 'batch_refused', message: expect.stringMatching(/^Line 3: its quotes do not fit: /) },
      });
    },
  );

  it.each([
    ['final', 'TRUE', true],
    ['final', ' false ', false],
    ['final', 'yes', 'yes'],
    ['final', ' ', undefined],
    ['expires_in', ' 60', 60],
    ['expires_in', 'soon', 'soon'],
    ['expires_at', ' 2026-12-31T12:00:00Z ', '2026-12-31T12:00:00Z'],
    ['hold_id', ' a11ce ', 'a11ce'],
    ['operation_id', ' a11ce ', 'a11ce'],
    ['to_account', ' fees ', 'fees'],
  ])('has in the column %s %j as %j', async (name, written, read) => {
    const [line] = await readTable(`type,${name}\ncapture,${written}\n`);
    expect(line).toEqual({
      line: 2,
      value: { type: 'capture', ...(read !== undefined && { [name]: read }) },
      problem: null,
    });
  });

  it.each(['posting', 'POSTING', ' Posting '])('refuses the line of a %j', async (type) => {
    const [line] = await readTable(`type,amount\n${type},1\n`);
    expect(line).toMatchObject({ line: 2, field: 'type', problem: expect.stringMatching(/JSON or NDJSON/) });
  });

  const TABLE = 'type,amount\ndeposit,1\n';
  it.each<[string, Buffer, string, RegExp]>([
    ['xlsx', Buffer.from('PK\x03\x04\x14\0', 'latin1'), 'unsupported_media_type', /workbook .*not CSV.*CSV UTF-8/],
    ['xls', Buffer.from('D0CF11E0A1B11AE1', 'hex'), 'unsupported_media_type', /Excel workbook .*CSV UTF-8/],
    ['gzip', Buffer.from('1F8B0800', 'hex'), 'unsupported_media_type', /compressed/],
    ['PDF', Buffer.from('%PDF-1.7'), 'unsupported_media_type', /PDF/],
    ['UTF-16LE', Buffer.from(TABLE, 'utf16le'), 'malformed_body', /UTF-16 without a byte order mark.*CSV UTF-8/],
    ['UTF-16BE', Buffer.from(TABLE, 'utf16le').swap16(), 'malformed_body', /UTF-16 without a byte order mark/],
    ['UTF-32', Buffer.from('FFFE000074000000', 'hex'), 'malformed_body', /UTF-32/],
    ['UTF-16 cut off', Buffer.from('\uFEFFtype', 'utf16le').subarray(0, 9), 'malformed_body', /not all of it/],
  ])('as %s is answered with what it is, and in which format to save it', async (_name, bytes, code, message) => {
    for (const size of [1, 3, 1000]) {
      await expect(readTable(bytes, size)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    }
  });

  it.each(['\n', '\r\n'])('as Latin-1 is told the line that is not UTF-8, where lines end in %j', async (newline) => {
    const rows = ['type,description', 'a,"two', 'lines"', 'b,naïve', 'c,Köln', 'd,x'];
    const good = Buffer.from(`${rows.slice(0, 4).join(newline)}${newline}`);
    const bytes = Buffer.concat([good, Buffer.from(rows.slice(4).join(newline), 'latin1')]);
    for (let size = 1; size <= bytes.length; size += 1) {
      await expect(readTable(bytes, size)).rejects.toMatchObject({
        code: 'malformed_body',
        message: expect.stringMatching(/^Line 5 is not UTF-8: .*Latin-1\. Save it as "CSV UTF-8"/),
      });
    }
  });

  it('that ends within a character is answered with its last line', async () => {
    const bytes = Buffer.concat([Buffer.from('type,description\na,caf'), Buffer.from([0xc3])]);
    await expect(readTable(bytes)).rejects.toMatchObject({ message: expect.stringMatching(/^Line 2 is not UTF-8/) });
  });
});
