import { encodedRowset, rowset, wideStatement, wideStatements } from '@wallet/shared/database/rowset';

interface Entry {
  readonly account: bigint;
  readonly note: string | null;
}

const entry = rowset<Entry>({
  account_id: ['bigint', ({ account }) => account],
  note: ['text', ({ note }) => note, 'escaped'],
});

describe('wideStatement', () => {
  const insert = wideStatement({
    name: 'insert',
    values: ['batch', 'limit'],
    sets: {
      posted: entry,
      place: rowset<number>({ at: ['int', (at) => at] }, { numbered: 'number' }),
      sent: encodedRowset({ id: 'uuid', line: 'int' }),
    },
    text: ({ posted, place, sent }, { batch, limit }) =>
      `${batch} ${limit} | ${posted.rows} | ${place.rows} | ${sent.rows} | ${posted.array('note')}`,
  });

  it('numbers the parameters of all its rowsets after its values', () => {
    expect(insert({ batch: 'b', limit: 7, posted: [], place: [], sent: { id: null, line: null } }).text).toBe(
      '$1 $2 | unnest($3::bigint[], $4::text[]) AS posted (account_id, note) | ' +
        'unnest($5::int[]) WITH ORDINALITY AS place (at, number) | ' +
        'unnest($6::uuid[], $7::int[]) AS sent (id, line) | $4::text[]',
    );
  });

  it('sends its values in the order of their numbers, with the same text whatever they are', () => {
    const posted = [
      { account: 5n, note: 'a, "b"' },
      { account: -6n, note: null },
    ];
    const first = insert({ limit: 7, batch: 'b', sent: { line: '{1}', id: '{x}' }, place: [4, 5], posted });
    expect(first).toMatchObject({
      name: 'insert',
      values: ['b', 7, '{5,-6}', ['a, "b"', null], '{4,5}', '{x}', '{1}'],
    });
    const second = insert({ batch: 'c', limit: 8, posted: [], place: [], sent: { id: null, line: null } });
    expect(second.values).toEqual(['c', 8, '{}', [], '{}', null, null]);
    expect(second.text).toBe(first.text);
  });

  it('does not send a rowset that its text does not use', () => {
    const sets = { posted: entry, place: rowset<number>({ at: ['int', (at) => at] }) };
    const read = wideStatement({ name: 'read', sets, text: ({ place }) => place.rows });
    expect(read({ posted: [{ account: 5n, note: null }], place: [4] })).toEqual({
      name: 'read',
      text: 'unnest($1::int[]) AS place (at)',
      values: ['{4}'],
    });
  });

  it('is not made with a column that does not exist', () => {
    const define = () =>
      wideStatement({ name: 'wrong', sets: { posted: entry }, text: ({ posted }) => posted.array('amount') });
    expect(define).toThrow('the rowset posted has no column amount');
  });

  it('takes rows of its type only', () => {
    const others = { batch: 'b', limit: 7, place: [], sent: { id: null, line: null } };
    // @ts-expect-error: an account is a bigint.
    expect(insert({ ...others, posted: [{ account: '5', note: null }] }).name).toBe('insert');
  });
});

describe('wideStatements', () => {
  it('has a name, a text and parameters of its own for each combination of needs', () => {
    const write = wideStatements({
      name: 'write',
      needs: ['notes', 'places'],
      sets: { posted: entry, place: rowset<number>({ at: ['int', (at) => at] }) },
      text: ({ posted, place }, needs) =>
        [
          posted.array('account_id'),
          ...(needs.notes ? [posted.array('note')] : []),
          ...(needs.places ? [place.rows] : []),
        ].join(' | '),
    });
    const inputs = { posted: [{ account: 5n, note: 'a' }], place: [4] };
    const given = ['{5}', ['a']];
    expect(write({ notes: false, places: false }, inputs)).toEqual({
      name: 'write',
      text: '$1::bigint[]',
      values: given,
    });
    expect(write({ places: true, notes: true }, inputs)).toEqual({
      name: 'write+notes+places',
      text: '$1::bigint[] | $2::text[] | unnest($3::int[]) AS place (at)',
      values: [...given, '{4}'],
    });
    expect(write({ notes: false, places: true }, inputs).text).toBe('$1::bigint[] | unnest($3::int[]) AS place (at)');
    expect(write({ notes: false, places: false }, inputs).text).toBe('$1::bigint[]');
  });
});
