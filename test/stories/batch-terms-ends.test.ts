import Papa from 'papaparse';
import request from 'supertest';
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
import { startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';
import { createSubscriptions, payloadOf, sequenceOf } from '../support/webhooks.ts';

/** The ends of batches that have lines with terms: atomic, cancelled, announced, exported and retried. */

const TOGETHER = '?atomic=true';

describe('an atomic batch', () => {
  it('captures a hold, reverses and moves between house accounts, all at once', async () => {
    const [payer, shop] = await Promise.all([funded('10.00'), funded()]);
    const hold = await heldOf(payer, '6.00');
    const paid = await ended('/transfers', { from_wallet_id: payer, to_wallet_id: shop, amount: '2.00' });
    const { body } = await sendBatch(
      [
        { type: 'capture', hold_id: hold, amount: '5.00', to_wallet_id: shop },
        { type: 'reversal', operation_id: paid },
        { type: 'posting', legs: [{ from: { wallet_id: shop }, to: { account: 'treasury' }, amount: '1.00' }] },
        { type: 'hold', wallet_id: shop, amount: '4.00' },
      ],
      TOGETHER,
    ).expect(200);
    expect(body).toMatchObject({ total: 4, succeeded: 4, atomic: true });
    expect([await standOf(payer), await standOf(shop)]).toEqual([
      { balance: '500', held: '0' },
      { balance: '0', held: '400' },
    ]);
  });

  it('does nothing at all if a capture fails', async () => {
    const [payer, other] = await Promise.all([funded('10.00'), funded('10.00')]);
    const hold = await heldOf(payer, '6.00');
    const { body } = await sendBatch(
      [
        { type: 'hold', wallet_id: other, amount: '1.00' },
        { type: 'capture', hold_id: hold, amount: '4.00', final: false },
        { type: 'capture', hold_id: hold, amount: '2.01' },
        { type: 'release', hold_id: hold },
      ],
      TOGETHER,
    ).expect(200);
    expect(body).toMatchObject({ total: 4, succeeded: 0, failed: 4 });
    const codes = (await linesOf(body.id as string)).map((line) => line['error'].code as string);
    expect(codes).toEqual(['other_line_failed', 'other_line_failed', 'hold_exceeded', 'other_line_failed']);
    expect([await standOf(payer), await standOf(other)]).toEqual([
      { balance: '400', held: '600' },
      { balance: '1000', held: '0' },
    ]);
  });
});

it('pending lines of a cancelled batch fail, and their targets stay unchanged', async () => {
  const own = await startService({ worker: false });
  try {
    const wallet = await createFundedWallet(own.url);
    const held = await request(own.url).post(`/wallets/${wallet}/holds`).send({ amount: '1.00' }).expect(202);
    const operations = [
      { type: 'hold', wallet_id: wallet, amount: '1.00' },
      { type: 'capture', hold_id: held.body.id },
      { type: 'posting', legs: [{ from: { account: 'treasury' }, to: { wallet_id: wallet }, amount: '5.00' }] },
    ];
    const { body } = await request(own.url).post('/batches').send({ operations }).expect(202);
    expect((await request(own.url).get(`/wallets/${wallet}`).expect(200)).body.pending_operations).toBe(4);
    await request(own.url).post(`/batches/${body.id}/cancel`).expect(202);
    own.startWorker();
    const end = await request(own.url).get(`/batches/${body.id}`).set('Prefer', 'wait=20').expect(200);
    expect(end.body).toMatchObject({
      ...{ succeeded: 0, failed: 3 },
      sums: [{ asset: 'USD', total: '1.00', succeeded: '0.00', failed: '1.00', pending: '0.00' }],
    });
    const lines = await request(own.url).get(`/batches/${body.id}/operations`).expect(200);
    expect(lines.body.data.map((line: Line) => (line['error'] as Line)['code'])).toEqual(Array(3).fill('cancelled'));
  } finally {
    await own.stop();
  }
});

it('the events of lines are as the API answers them, if the batch asks for events', async () => {
  const webhooks = createSubscriptions(service);
  const { receiver } = await webhooks.subscribe();
  const wallet = await funded('5.00');
  await receiver.until(({ length }) => length >= 1);
  const { body } = await sendBatch(
    [
      { type: 'hold', wallet_id: wallet, amount: '3.00', expires_in: 60 },
      { type: 'posting', legs: [{ from: { wallet_id: wallet }, to: { account: 'fees' }, amount: '1.00' }] },
      { type: 'hold', wallet_id: wallet, amount: '3.00' },
    ],
    '?line_events=true',
  ).expect(200);
  await receiver.until(({ length }) => length >= 5);
  const told = receiver.received.map(payloadOf).toSorted((a, b) => sequenceOf(a) - sequenceOf(b));
  expect(told.slice(1).map(({ type }) => type)).toEqual([
    ...['operation.succeeded', 'operation.succeeded', 'operation.failed', 'batch.completed'],
  ]);
  const lines = await linesOf(body.id as string);
  for (const [index, line] of lines.entries()) {
    const { line: number, position } = line;
    expect({ line: number, position, ...told[index + 1]!.data }).toEqual({ ...line, sequence: expect.any(Number) });
  }
  expect(told[4]!.data).toMatchObject({ id: body.id, succeeded: 2, failed: 1 });
  await webhooks.end();
});

describe('a batch that failed in part', () => {
  const later = new Date(Date.now() + 3_600_000).toISOString();
  let wallet: string;
  let shop: string;
  let hold: string;
  let transfer: string;
  let batch: string;
  let operations: Line[];
  beforeAll(async () => {
    [wallet, shop] = await Promise.all([funded('10.00'), funded('1.00')]);
    hold = await heldOf(wallet, '2.00');
    transfer = await ended('/transfers', { from_wallet_id: wallet, to_wallet_id: shop, amount: '8.00' });
    await ended(`/wallets/${shop}/operation`, { operation_type: 'WITHDRAW', amount: '9.00' });
    operations = [
      { type: 'hold', wallet_id: wallet, amount: '5.00', expires_at: later, description: 'a "hold"' },
      { type: 'capture', hold_id: hold, amount: '2.01', to_wallet_id: shop, final: false, reference_id: `r-${hold}` },
      { type: 'capture', hold_id: hold, to_account: 'fees', amount: '3.00', metadata: { n: 1.0 } },
      { type: 'release', hold_id: hold, amount: '2.50' },
      { type: 'reversal', operation_id: transfer },
      { type: 'reversal', operation_id: transfer, amount: '1.00' },
      { type: 'posting', legs: [{ from: { wallet_id: wallet }, to: { account: 'treasury' }, amount: '7.00' }] },
      { type: 'deposit', wallet_id: shop, amount: '0.50' },
      { type: 'transfer', from_wallet_id: wallet, to_wallet_id: shop, amount: '9.00' },
    ];
    const { body } = await sendBatch(operations).expect(200);
    expect(body).toMatchObject({ succeeded: 1, failed: 8 });
    batch = body.id as string;
  });

  it('is exported as a table with the fields of its lines and their outcomes', async () => {
    const { text } = await request(service.url)
      .get(`/batches/${batch}/operations`)
      .set('Accept', 'text/csv')
      .expect(200);
    const rows = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true }).data;
    const legs = [{ from: { wallet_id: wallet }, to: { account: 'treasury' }, asset: 'USD', amount: '7.00' }];
    const common = { status: 'failed', asset: 'USD', held_balance: '' };
    expect(rows).toMatchObject([
      {
        ...common,
        type: 'hold',
        wallet_id: wallet,
        amount: '5.00',
        expires_at: later,
        error_code: 'insufficient_funds',
      },
      { ...common, type: 'capture', hold_id: hold, to_wallet_id: shop, to_account: '', amount: '2.01', final: 'false' },
      {
        ...common,
        type: 'capture',
        hold_id: hold,
        to_wallet_id: '',
        to_account: 'fees',
        amount: '3.00',
        final: 'true',
      },
      { ...common, type: 'release', hold_id: hold, amount: '2.50', final: '', error_code: 'hold_exceeded' },
      { ...common, type: 'reversal', reversal_of: transfer, amount: '', hold_id: '' },
      { ...common, type: 'reversal', reversal_of: transfer, amount: '1.00' },
      { ...common, type: 'posting', wallet_id: wallet, amount: '', legs: JSON.stringify(legs) },
      { type: 'deposit', status: 'succeeded', legs: '', final: '', expires_at: '' },
      { ...common, type: 'transfer', from_wallet_id: wallet, to_wallet_id: shop, wallet_id: '', amount: '9.00' },
    ]);
  });

  it('is exported as NDJSON in the form of its pages', async () => {
    const { text } = await request(service.url)
      .get(`/batches/${batch}/operations`)
      .set('Accept', 'application/x-ndjson')
      .expect(200);
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    expect(lines).toEqual(await linesOf(batch));
  });

  it('is retried with its lines as they were sent', async () => {
    const retried = await request(service.url).post(`/batches/${batch}/retry`).set('Prefer', 'wait=20').expect(200);
    expect(retried.body).toMatchObject({ total: 8, retry_of: batch });
    const [first, second] = await Promise.all([linesOf(batch, '?status=failed'), linesOf(retried.body.id as string)]);
    // Keys stay with the operations that failed.
    const its = ['id', 'batch_id', 'position', 'idempotency_key', 'created_at', 'completed_at'];
    const asked = (line: Line): Line =>
      Object.fromEntries(Object.entries(line).filter(([name]) => !its.includes(name)));
    expect(second.map(asked)).toEqual(first.map(asked));
    const again = await request(service.url).post(`/batches/${batch}/retry`).expect(202);
    expect(again.body.id).toBe(retried.body.id);
  });
});

it('a hold that would have expired by now is reported by its line when its batch is retried', async () => {
  const wallet = await funded('1.00');
  const moment = new Date(Date.now() + 1_500);
  const { body } = await sendBatch([
    { type: 'deposit', wallet_id: wallet, amount: '1.00' },
    { type: 'hold', wallet_id: wallet, amount: '5.00', expires_at: moment.toISOString() },
    { type: 'hold', wallet_id: wallet, amount: '6.00', expires_in: 3600 },
  ]).expect(200);
  expect(body).toMatchObject({ succeeded: 1, failed: 2 });
  const [, failed] = await linesOf(body.id as string, '?status=failed');
  while (Date.now() <= moment.getTime()) await new Promise((resolve) => setTimeout(resolve, 50));
  const before = await countRows();
  const retried = await request(service.url).post(`/batches/${body.id}/retry`).expect(422);
  expect(retried.body).toMatchObject({
    code: 'batch_refused',
    errors: [{ line: 2, field: 'expires_at', message: 'must be in the future' }],
  });
  expect(await countRows()).toEqual(before);
  // A duration from the acceptance has become a fixed time.
  expect(failed!['expires_at']).toMatch(/Z$/);
});
