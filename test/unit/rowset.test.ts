import { encodedRowset, rowset, wideStatement } from '@wallet/shared/database/rowset';

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
