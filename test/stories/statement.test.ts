import { setTimeout as delay } from 'node:timers/promises';
import Papa from 'papaparse';
import request from 'supertest';
import { age, archive, expectGone } from '../support/archive-by-hand.ts';
import { type Service, startService } from '../support/service.ts';
import { ask } from '../support/terms.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/** The statement of a wallet, as JSON and as CSV. */

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

type Body = Record<string, any>;
const get = (wallet: string, query: object = {}): request.Test =>
  request(service.url).get(`/wallets/${wallet}/statement`).query(query);
const statementOf = async (wallet: string, query: object = {}): Promise<Body> =>
  (await get(wallet, query).expect(200)).body;
const recordsOf = (text: string): Record<string, string>[] =>
  Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true }).data;

it('a statement has the balance before and after, and every movement between, oldest first', async () => {
  const [wallet, other] = [await createFundedWallet(service.url, '10.00'), await createFundedWallet(service.url)];
  await operate(service.url, wallet, 'WITHDRAW', '99.00');
  const lunch = await operate(service.url, wallet, 'WITHDRAW', '4.00', {
    description: 'lunch',
    reference_id: 'bill-9',
  });
  const transfer = { from_wallet_id: wallet, to_wallet_id: other, amount: '1.50', metadata: { n: 1 } };
  const sent = await ask(service, '/transfers', transfer);
  const body = await statementOf(wallet);
  expect(body).toMatchObject({ wallet_id: wallet, asset: 'USD', opening_balance: '0.00', closing_balance: '4.50' });
  expect(body['lines']).toMatchObject([
    {
      type: 'deposit',
      amount: '10.00',
      balance: '10.00',
      version: 1,
      other_account: 'treasury',
      other_wallet_id: null,
    },
    {
      ...{ operation_id: lunch['id'], at: lunch['completed_at'], amount: '-4.00', balance: '6.00', version: 2 },
      ...{ description: 'lunch', reference_id: 'bill-9', other_account: 'treasury', metadata: null },
    },
    {
      ...{ operation_id: sent['id'], type: 'transfer', amount: '-1.50', balance: '4.50', other_wallet_id: other },
      ...{ other_account: null, metadata: { n: 1 } },
    },
  ]);
  const received = await statementOf(other);
  expect(received).toMatchObject({ opening_balance: '0.00', closing_balance: '1.50' });
  expect(received['lines']).toMatchObject([{ amount: '1.50', other_wallet_id: wallet, other_account: null }]);
});

it('a line names the house account, the hold, or the reversed operation', async () => {
  await request(service.url).post('/accounts').send({ name: 'fees' }).expect(201);
  const wallet = await createFundedWallet(service.url, '10.00');
  const hold = await ask(service, `/wallets/${wallet}/holds`, { amount: '4.00' });
  await ask(service, `/holds/${hold['id']}/release`, { amount: '4.00' });
  const legs = [{ from: { wallet_id: wallet }, to: { account: 'fees' }, amount: '1.00' }];
  const posted = await ask(service, '/postings', { legs });
  await ask(service, `/operations/${posted['id']}/reversal`, {});
  const { lines, closing_balance } = await statementOf(wallet);
  expect(closing_balance).toBe('10.00');
  const nothing = { other_account: null, other_wallet_id: null, hold_id: null, reversal_of: null };
  expect(lines.slice(1)).toMatchObject([
    { ...nothing, type: 'hold', amount: '-4.00' },
    { ...nothing, type: 'release', amount: '4.00', hold_id: hold['id'] },
    { ...nothing, type: 'posting', amount: '-1.00', other_account: 'fees' },
    { ...nothing, type: 'reversal', amount: '1.00', other_account: 'fees', reversal_of: posted['id'] },
  ]);
});

it('from is included, to is not, and adjacent statements have matching balances', async () => {
  const wallet = await createFundedWallet(service.url);
  for (const amount of ['1.00', '2.00', '4.00']) {
    await operate(service.url, wallet, 'DEPOSIT', amount);
    await delay(5);
  }
  const all = await statementOf(wallet);
  const [, second, third] = all['lines'].map(({ at }: Body) => at as string);
  const part = await statementOf(wallet, { from: second, to: third });
  // Times are shown in milliseconds and stored in microseconds: the shown time is at or just before the stored one.
  expect(part).toMatchObject({ from: second, to: third, opening_balance: '1.00', closing_balance: '3.00' });
  expect(part['lines'].map(({ version }: Body) => version)).toEqual([2]);
  const rest = await statementOf(wallet, { from: third });
  expect([rest['opening_balance'], rest['closing_balance']]).toEqual(['3.00', '7.00']);
  expect(await statementOf(wallet, { from: third, to: third })).toMatchObject({ opening_balance: '3.00', lines: [] });
  expect(await statementOf(wallet, { to: second })).toMatchObject({ opening_balance: '0.00', closing_balance: '1.00' });
});

it('begins with the month in which it ends, and ends now at the latest', async () => {
  const wallet = await createFundedWallet(service.url, '1.00');
  const before = Date.now();
  const { from, to } = await statementOf(wallet, { to: '2999-01-01T00:00:00Z' });
  expect(Date.parse(to)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(to)).toBeLessThan(Date.now() + 1_000);
  expect(from).toBe(`${new Date(Date.parse(to) - 1).toISOString().slice(0, 7)}-01T00:00:00.000Z`);
  const past = await statementOf(wallet, { to: '2026-03-01T00:00:00Z' });
  expect(past).toMatchObject({ from: '2026-02-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z', lines: [] });
});

describe('as CSV', () => {
  it('a statement has a record for each movement, between its opening and its closing balance', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    await operate(service.url, wallet, 'WITHDRAW', '4.00', { description: 'a "b", c', metadata: { n: 1.0 } });
    const answer = await get(wallet)
      .set('Accept', 'text/csv')
      .expect(200)
      .expect('Content-Type', /^text\/csv/);
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="statement-.*\.csv"$/);
    const records = recordsOf(answer.text);
    expect(records.map(({ type, amount, balance }) => [type, amount, balance])).toEqual([
      ['opening_balance', '', '0.00'],
      ['deposit', '10.00', '10.00'],
      ['withdraw', '-4.00', '6.00'],
      ['closing_balance', '', '6.00'],
    ]);
    expect(records[2]).toMatchObject({ description: 'a "b", c', metadata: '{"n":1}', other_account: 'treasury' });
    const byFormat = await get(wallet, { format: 'csv' }).set('Accept', 'application/json').expect(200);
    expect(recordsOf(byFormat.text).slice(1, 3)).toEqual(records.slice(1, 3));
    await get(wallet, { format: 'json' }).set('Accept', 'text/csv').expect('Content-Type', /json/).expect(200);
  });

  it('formula fields are escaped on request, and amounts are not', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    await operate(service.url, wallet, 'WITHDRAW', '4.00', { description: '=1+1' });
    const descriptions = async (query: object): Promise<unknown[]> => {
      const last = recordsOf((await get(wallet, { format: 'csv', ...query }).expect(200)).text)[2]!;
      return [last['description'], last['amount']];
    };
    expect(await descriptions({})).toEqual(['=1+1', '-4.00']);
    expect(await descriptions({ formulas: 'escape' })).toEqual([`'=1+1`, '-4.00']);
    const { body } = await get(wallet, { formulas: 'escape' }).expect(400);
    expect(body.errors[0].path).toBe('formulas');
  });
});

it.each([
  [{ from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, 'from'],
  [{ from: '2999-01-01T00:00:00Z' }, 'from'],
  [{ from: '2026-02-30T00:00:00Z' }, 'from'],
  [{ format: 'pdf' }, 'format'],
])('%j is refused', async (query, path) => {
  const { body } = await get(await createFundedWallet(service.url), query).expect(400);
  expect(body.errors[0].path).toBe(path);
});

it('an unknown wallet has no statement', async () => {
  const { body } = await get('01900000-0000-7000-8000-000000000000').expect(404);
  expect(body.code).toBe('wallet_not_found');
});

it('HEAD returns the type of a statement, and reads none of it', async () => {
  const wallet = await createFundedWallet(service.url, '1.00');
  const head = await request(service.url).head(`/wallets/${wallet}/statement`).expect(200);
  expect(head.headers['content-type']).toMatch(/json/);
});

it('a statement of an archived period is 410; one that starts after it has the balance from there', async () => {
  const wallet = await createFundedWallet(service.url, '10.00');
  await operate(service.url, wallet, 'DEPOSIT', '5.00');
  await age(service);
  await archive(service);
  await operate(service.url, wallet, 'DEPOSIT', '1.00');
  await expectGone(get(wallet, { from: '2020-01-01T00:00:00Z' }), 'history_archived');
  await expectGone(get(wallet, { from: '2020-01-01T00:00:00Z', format: 'csv' }), 'history_archived');
  const rest = await statementOf(wallet);
  expect(rest).toMatchObject({ opening_balance: '15.00', closing_balance: '16.00' });
  expect(rest['lines']).toHaveLength(1);
});
