import request from 'supertest';
import { FORMS, type Fields } from '../support/batch-forms.ts';
import {
  type Line,
  countRows,
  ended,
  funded,
  heldOf,
  linesOf,
  sendBatch,
  service,
  standOf,
} from '../support/batch-terms.ts';

/** Holds, captures, releases, reversals and postings as lines of batches. */

const NOBODY = '018f0000-0000-7000-8000-000000000000';

function post(type: string, body: string, query = ''): request.Test {
  return request(service.url).post(`/batches${query}`).set('Content-Type', type).set('Prefer', 'wait=20').send(body);
}

/** Lines of each kind that a table can hold, on their own wallets, and the balances afterwards. */
async function everyKind(): Promise<{ lines: Fields[]; wallets: string[]; stands: unknown[] }> {
  const [holder, payer, receiver, giver] = await Promise.all([
    funded('10.00'),
    funded('10.00'),
    funded(),
    funded('5.00'),
  ]);
  const [whole, part, freed] = await Promise.all([heldOf(payer, '3.00'), heldOf(payer, '2.00'), heldOf(payer, '1.00')]);
  const transfer = await ended('/transfers', { from_wallet_id: giver, to_wallet_id: receiver, amount: '4.00' });
  return {
    lines: [
      { type: 'hold', wallet_id: holder, amount: '4.00', expires_in: 3600 },
      { type: 'hold', wallet_id: holder, amount: '1.00', expires_at: new Date(Date.now() + 60_000).toISOString() },
      { type: 'capture', hold_id: whole, to_wallet_id: receiver },
      { type: 'capture', hold_id: part, to_account: 'fees', amount: '0.50', final: 'false' },
      { type: 'release', hold_id: freed },
      { type: 'reversal', operation_id: transfer, amount: '1.50' },
      { type: 'deposit', wallet_id: holder, amount: '1.00' },
    ],
    wallets: [holder, payer, receiver, giver],
    stands: [
      { balance: '600', held: '500' },
      { balance: '500', held: '150' },
      { balance: '550', held: '0' },
      { balance: '250', held: '0' },
    ],
  };
}

/** JSON has flags of its own. */
function asJson(lines: Fields[]): Fields[] {
  return lines.map((line) =>
    'final' in line ? ({ ...line, final: line['final'] === 'true' } as unknown as Fields) : line,
  );
}

describe.each(Object.keys(FORMS))('a batch as %s', (form) => {
  const { type, write, firstLine } = FORMS[form]!;
  const writeLines = (lines: Fields[]): string => write(form === 'csv' ? lines : asJson(lines));

  it('holds, captures, releases and reverses between simple lines', async () => {
    const { lines, wallets, stands } = await everyKind();
    const { body } = await post(type, writeLines(lines)).expect(200);
    expect(body).toMatchObject({
      status: 'completed',
      ...{ total: 7, pending: 0, succeeded: 7, failed: 0 },
      // An omitted amount counts as nothing.
      sums: [{ asset: 'USD', total: '8.00', succeeded: '8.00', failed: '0.00', pending: '0.00' }],
    });
    expect(await Promise.all(wallets.map(standOf))).toEqual(stands);
    const ends = await linesOf(body.id as string);
    expect(ends.map((line) => [line['line'], line['type']])).toEqual(
      lines.map((line, index) => [firstLine + index, line['type']]),
    );
    expect(ends[0]).toMatchObject({ amount: '4.00', result: { wallet_balance: '6.00', held_balance: '4.00' } });
    expect(Date.parse(ends[0]!['expires_at'] as string) - Date.parse(ends[0]!['created_at'] as string)).toBe(3_600_000);
    expect(ends[1]).toMatchObject({ expires_at: lines[1]!['expires_at'] });
    expect(ends[2]).toMatchObject({
      ...{ amount: '3.00', hold_id: lines[2]!['hold_id'], to_wallet_id: wallets[2], final: true },
    });
    expect(ends[3]).toMatchObject({ amount: '0.50', to_account: 'fees', final: false });
    expect(ends[4]).toMatchObject({ amount: '1.00', hold_id: lines[4]!['hold_id'], reason: null });
    expect(ends[5]).toMatchObject({ amount: '1.50', reversal_of: lines[5]!['operation_id'] });
  });

  it('is the same batch when it is sent again, even after the expiry of a hold in it', async () => {
    const wallet = await funded('10.00');
    const moment = new Date(Date.now() + 1_500);
    const lines: Fields[] = [
      { type: 'hold', wallet_id: wallet, amount: '1.00', expires_at: moment.toISOString() },
      { type: 'hold', wallet_id: wallet, amount: '2.00', expires_in: 3600 },
      { type: 'deposit', wallet_id: wallet, amount: '3.00' },
    ];
    const first = await post(type, write(lines)).expect(200);
    while (Date.now() <= moment.getTime()) await new Promise((resolve) => setTimeout(resolve, 50));
    const again = await post(type, write(lines)).expect(200);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body.id).toBe(first.body.id);
    const checked = await post(type, write(lines), '?validate_only=true').expect(200);
    expect(checked.body).toMatchObject({ valid: true, total: 3, accepted_as: first.body.id });

    const before = await countRows();
    const other = await post(type, write([...lines, lines[2]!])).expect(422);
    expect(other.body).toMatchObject({
      code: 'batch_refused',
      detail: '1 of 4 lines is not valid. Nothing was accepted.',
      errors: [{ line: firstLine, field: 'expires_at', message: 'must be in the future' }],
    });
    expect(await countRows()).toEqual(before);
  });

  it('is refused if its lines name something missing, and leaves nothing behind', async () => {
    const wallet = await funded('10.00');
    const gold = await funded('1', 'GOLD');
    const hold = await heldOf(wallet, '1.00');
    const before = await countRows();
    const wrong: [line: Fields, field: string, message: string][] = [
      [{ type: 'hold', wallet_id: NOBODY, amount: '1.00' }, 'wallet_id', 'there is no such wallet'],
      [{ type: 'capture', hold_id: NOBODY }, 'hold_id', 'there is no such hold'],
      [{ type: 'capture', hold_id: hold, to_account: 'nobody' }, 'to_account', 'there is no such house account'],
      [{ type: 'capture', hold_id: hold, to_wallet_id: gold }, 'to_wallet_id', 'is a wallet of another asset'],
      [{ type: 'release', hold_id: hold, amount: '0.001' }, 'amount', 'USD has at most 2 decimals'],
      [{ type: 'reversal', operation_id: NOBODY }, 'operation_id', 'there is no such operation'],
      [{ type: 'reversal', operation_id: hold }, 'operation_id', 'is a hold, which cannot be reversed'],
      [{ type: 'hold', wallet_id: wallet, amount: '1.00', expires_in: 0 }, 'expires_in', 'must be at least 1'],
      [{ type: 'capture', wallet_id: wallet }, 'hold_id', expect.stringMatching(/^is required: a UUID such as /)],
      [
        { type: 'release', hold_id: hold, final: 'yes' },
        'final',
        expect.stringMatching(/^is not known here. Known: type, /),
      ],
    ];
    const good = { type: 'hold', wallet_id: wallet, amount: '1.00' };
    const answer = await post(type, write([good, ...wrong.map(([line]) => line), good])).expect(422);
    expect(answer.body.detail).toBe('10 of 12 lines are not valid. Nothing was accepted.');
    expect(answer.body.errors).toEqual(
      wrong.map(([, field, message], index) => ({ line: firstLine + 1 + index, field, message })),
    );
    expect(await countRows()).toEqual(before);
  });
});

describe('postings as lines', () => {
  const posting = (from: string, to: string): Line => ({
    type: 'posting',
    legs: [
      { from: { wallet_id: from }, to: { wallet_id: to }, amount: '5.00' },
      { from: { wallet_id: to }, to: { account: 'fees' }, asset: 'USD', amount: 0.1 },
      { from: { account: 'treasury' }, to: { wallet_id: from }, amount: '0.01' },
    ],
  });

  it.each(['json', 'ndjson'])('in %s move their legs, all or none', async (form) => {
    const [from, to] = await Promise.all([funded('7.00'), funded()]);
    const lines = [posting(from, to), posting(from, to)];
    const { body } = await post(FORMS[form]!.type, FORMS[form]!.write(lines as Fields[])).expect(200);
    expect(body).toMatchObject({ total: 2, succeeded: 1, failed: 1, sums: [{ asset: 'USD', total: '0.00' }] });
    const [first, second] = await linesOf(body.id as string);
    expect(first).toMatchObject({ wallet_id: from, amount: null, result: { wallet_balance: '2.01' } });
    expect(first!['legs']).toEqual([
      { from: { wallet_id: from }, to: { wallet_id: to }, asset: 'USD', amount: '5.00' },
      { from: { wallet_id: to }, to: { account: 'fees' }, asset: 'USD', amount: '0.10' },
      { from: { account: 'treasury' }, to: { wallet_id: from }, asset: 'USD', amount: '0.01' },
    ]);
    expect(second!['error']).toMatchObject({ code: 'insufficient_funds' });
    expect(await standOf(to)).toEqual({ balance: '490', held: '0' });
  });

  it('with many legs are stored by several statements', async () => {
    const [from, to] = await Promise.all([funded('100.00'), funded()]);
    const legs = Array.from({ length: 100 }, () => ({
      ...{ from: { wallet_id: from }, to: { wallet_id: to }, amount: '0.01' },
    }));
    const { body } = await sendBatch(Array.from({ length: 60 }, () => ({ type: 'posting', legs }))).expect(200);
    expect(body).toMatchObject({ total: 60, succeeded: 60 });
    expect(await standOf(to)).toEqual({ balance: '6000', held: '0' });
  });

  it('that name something missing are refused with its position', async () => {
    const wallet = await funded('1.00');
    const leg = (from: Line, to: Line, more: Line = {}): Line => ({
      type: 'posting',
      legs: [{ from, to, amount: '1.00', ...more }],
    });
    const { body } = await sendBatch([
      leg({ wallet_id: wallet }, { account: 'nobody' }),
      leg({ wallet_id: NOBODY }, { account: 'fees' }),
      leg({ account: 'treasury' }, { account: 'fees' }),
      leg({ account: 'treasury' }, { account: 'fees' }, { asset: 'USD' }),
      leg({ wallet_id: wallet }, { wallet_id: wallet }),
      leg({ wallet_id: wallet }, { account: 'fees' }, { asset: 'GOLD' }),
    ]).expect(422);
    expect(body.errors.map(({ line, field }: Line) => [line, field])).toEqual([
      [1, 'legs.0.to.account'],
      [2, 'legs.0.from.wallet_id'],
      [3, 'legs.0.asset'],
      [4, 'legs'],
      [5, 'legs.0.to'],
      [6, 'legs.0.asset'],
    ]);
  });

  it('cannot be in a table, which is reported in one sentence', async () => {
    const wallet = await funded('1.00');
    const sentence = 'a posting has legs, which a table cannot hold: send it as JSON or NDJSON';
    const header = await post('text/csv', 'type,legs\nposting,[]\n').expect(422);
    expect(header.body.errors).toEqual([{ line: 1, field: '', message: `the header names the fields: ${sentence}` }]);
    const lines = await post(
      'text/csv',
      `type,wallet_id,amount\ndeposit,${wallet},1.00\nPosting,${wallet},1.00\n`,
    ).expect(422);
    expect(lines.body.errors).toEqual([{ line: 3, field: 'type', message: sentence }]);
  });
});

it("a spreadsheet's flags, numbers and times are accepted", async () => {
  const wallet = await funded('10.00');
  const hold = await heldOf(wallet, '2.00');
  const rows = [
    'Type;Wallet ID;Hold ID;Amount;Final;Expires in;Expires at',
    `Hold;${wallet};;1,50;; 60 ;`,
    `Capture;;${hold};0,50;FALSE;;`,
    `Capture;; ${hold} ;0,50; True ;;`,
    `Hold;${wallet};;1,00;;; 2099-01-01 `,
  ];
  const refused = await post('text/csv', rows.join('\n')).expect(422);
  expect(refused.body.errors).toMatchObject([{ line: 5, field: 'expires_at' }]);
  const { body } = await post('text/csv', rows.slice(0, 4).join('\n')).expect(200);
  expect(body).toMatchObject({ total: 3, succeeded: 3 });
  expect((await linesOf(body.id as string)).map((line) => line['final'])).toEqual([undefined, false, true]);
  expect(await standOf(wallet)).toEqual({ balance: '750', held: '150' });
});

it('a line that was accepted under its key stands for that operation, even if its hold has expired since', async () => {
  const wallet = await funded('10.00');
  const moment = new Date(Date.now() + 1_000);
  const hold = {
    type: 'hold',
    wallet_id: wallet,
    amount: '1.00',
    expires_at: moment.toISOString(),
    idempotency_key: `h-${wallet}`,
  };
  const first = await request(service.url).post('/operations').set('Prefer', 'wait=10').send(hold).expect(200);
  while (Date.now() <= moment.getTime()) await new Promise((resolve) => setTimeout(resolve, 50));
  const { body } = await sendBatch([hold, { type: 'hold', wallet_id: wallet, amount: '2.00' }]).expect(200);
  expect(body).toMatchObject({ total: 1, replayed: 1 });
  expect((await linesOf(body.id as string))[0]).toMatchObject({ id: first.body.id });
  const other = await sendBatch([{ ...hold, expires_at: null }]).expect(422);
  expect(other.body.errors).toMatchObject([
    { line: 1, field: 'idempotency_key', message: 'was used for another request' },
  ]);
});
