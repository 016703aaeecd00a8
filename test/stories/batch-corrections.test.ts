import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet } from '../support/wallets.ts';

/** Batches accepted without their invalid lines, and tables of failed lines that are corrected and sent back. */

let service: Service;
let wallet: string;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());
beforeEach(async () => {
  wallet = await createFundedWallet(service.url);
});

const HEADER = 'type,wallet_id,amount,reference_id';

function post(lines: readonly string[], query = '', key?: string) {
  const sent = request(service.url).post(`/batches${query}`).set('Content-Type', 'text/csv').set('Prefer', 'wait=20');
  return (key === undefined ? sent : sent.set('Idempotency-Key', key)).send(lines.join('\n'));
}

function rows(...amounts: string[]): string[] {
  return ['type,wallet_id,amount', ...amounts.map((amount) => `deposit,${wallet},${amount}`)];
}

describe('a batch with on_invalid=skip', () => {
  it('is accepted without its invalid lines, names them, keeps their number, and answers a replay the same', async () => {
    const lines = [...rows('1.00', '0', '2.00'), 'deposit,x,1', `deposit,${wallet},3.00,4,5`];
    const first = await post(lines, '?on_invalid=skip').expect(200);
    const skipped = [
      { line: 3, field: 'amount', message: 'must be greater than zero' },
      { line: 5, field: 'wallet_id', message: expect.any(String) },
      { line: 6, field: '', message: 'has 5 fields, the header has 3' },
    ];
    expect(first.body).toMatchObject({ total: 2, succeeded: 2, replayed: 0, skipped: 3, skipped_lines: skipped });
    const again = await post(lines, '?on_invalid=skip').expect(200);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body).toEqual(first.body);
    const read = await request(service.url).get(`/batches/${String(first.body.id)}`);
    expect(read.body).toMatchObject({ skipped: 3 });
    const { body: page } = await request(service.url).get(`/batches/${String(first.body.id)}/operations`);
    expect(page.data).toMatchObject([
      { line: 2, position: 1 },
      { line: 4, position: 2 },
    ]);
    expect(await balanceOf(service.url, wallet)).toBe('3.00');
  });

  it.each([
    ['by its content', undefined],
    ['under its key', randomUUID()],
  ])('is the same batch %s when a line that was left out has become valid', async (_name, key) => {
    const login = randomUUID();
    const lines = ['type,external_user_id,amount', `deposit,${login},1`];
    const { body: first } = await post([...lines, 'deposit,,'], '?on_invalid=skip', key);
    expect(first).toMatchObject({
      status: 422,
      code: 'batch_refused',
      detail: expect.stringMatching(/^2 of 2 lines /),
    });
    const mixed = ['type,wallet_id,external_user_id,asset,amount', `deposit,${wallet},,,1`, `deposit,,${login},USD,1`];
    const { body: accepted } = await post(mixed, '?on_invalid=skip', key).expect(200);
    expect(accepted).toMatchObject({ total: 1, skipped: 1, skipped_lines: [{ line: 3, field: 'external_user_id' }] });
    await request(service.url).post('/clients').send({ login, name: 'User' }).expect(201);
    const again = await post(mixed, '?on_invalid=skip', key).expect(200);
    expect(again.body).toEqual(accepted);
    const whole = await post(mixed, '', key).expect(422);
    expect(whole.body).toMatchObject({ code: 'idempotency_key_reused' });
    expect(await balanceOf(service.url, wallet)).toBe('1.00');
  });

  it('without invalid lines is the same batch as without on_invalid, sent in either order', async () => {
    const { body: whole } = await post(rows('1.00', '2.00')).expect(200);
    const { body: skipping } = await post(rows('1.00', '2.00'), '?on_invalid=skip').expect(200);
    expect(skipping).toEqual({ ...whole, skipped_lines: [] });
    const { body: first } = await post(rows('4.00'), '?on_invalid=skip').expect(200);
    const { body: second } = await post(rows('4.00')).expect(200);
    expect(second.id).toBe(first.id);
    expect(await balanceOf(service.url, wallet)).toBe('7.00');
  });

  it('leaves out a hold that has expired', async () => {
    const header = 'type,wallet_id,amount,expires_at';
    const lines = [header, `deposit,${wallet},1.00,`, `hold,${wallet},1.00,2020-01-01T00:00:00Z`];
    const { body } = await post(lines, '?on_invalid=skip').expect(200);
    expect(body).toMatchObject({
      total: 1,
      pending: 0,
      succeeded: 1,
      skipped_lines: [{ line: 3, field: 'expires_at' }],
    });
    expect(await balanceOf(service.url, wallet)).toBe('1.00');
  });

  it('says in a dry run what would be accepted and what left out', async () => {
    const { body } = await post(rows('1.00', '0', '2.00'), '?on_invalid=skip&validate_only=true').expect(200);
    expect(body).toEqual({
      ...{ valid: true, total: 2, replayed: 0, skipped: 1, accepted_as: null },
      skipped_lines: [{ line: 3, field: 'amount', message: 'must be greater than zero' }],
      sums: [{ asset: 'USD', total: '3.00' }],
    });
    expect(await balanceOf(service.url, wallet)).toBe('0.00');
  });

  it.each<[string, string, readonly string[], number, string, RegExp]>([
    ['is atomic', '&atomic=true', ['1', '0'], 400, 'invalid_request', /on_invalid/],
    [
      'has more than 1,000 bad lines',
      '',
      ['1', ...Array<string>(1_001).fill('0')],
      422,
      'batch_refused',
      /at most 1000/,
    ],
  ])('is refused if it %s', async (_name, query, amounts, status, code, detail) => {
    const { body } = await post(rows(...amounts), `?on_invalid=skip${query}`).expect(status);
    expect(body).toMatchObject({ code });
    expect(JSON.stringify(body)).toMatch(detail);
    expect(await balanceOf(service.url, wallet)).toBe('0.00');
  });
});

describe('the CSV of the failed lines of a batch', () => {
  async function failedOf(lines: readonly string[]): Promise<string[]> {
    const { body } = await post(lines);
    expect(body).toMatchObject({ status: 'completed' });
    const path = `/batches/${String(body.id)}/operations?status=failed`;
    const { text } = await request(service.url).get(path).set('Accept', 'text/csv').expect(200);
    return text.trimEnd().split('\n');
  }

  it('can be corrected and sent back: each line is accepted once, under its own key', async () => {
    const holder = await createFundedWallet(service.url, '5.00');
    const { body: hold } = await request(service.url)
      .post(`/wallets/${holder}/holds`)
      .set('Prefer', 'wait=20')
      .send({ amount: '5.00' });
    const header = `${HEADER},hold_id,expires_in`;
    const failed = await failedOf([
      header,
      `withdraw,${wallet},7.00,${randomUUID()},,`,
      `capture,,9.00,,${String(hold.id)},`,
      `hold,${wallet},8.00,,,3600`,
    ]);
    const corrected = failed.map((line) => line.replace(/,withdraw,(.*),7\.00,/, ',deposit,$1,7.00,'));
    for (const amounts of [/,9\.00,/, /,8\.00,/]) {
      const at = corrected.findIndex((line) => amounts.test(line));
      corrected[at] = corrected[at]!.replace(amounts, ',3.00,');
    }
    const { body } = await post(corrected).expect(200);
    expect(body).toMatchObject({ total: 3, failed: 0 });
    const [{ id }] = (await request(service.url).get(`/batches/${String(body.id)}/operations`)).body.data;
    const sent = await request(service.url).get(`/operations/${String(id)}`);
    expect(sent.body.idempotency_key).toMatch(/^retry-of:[0-9a-f-]{36}$/);
    expect(sent.body.reference_id).toBe(failed[1]!.split(',')[8]);
    const { body: third } = await post(corrected.slice(0, 2));
    expect(third).toMatchObject({ total: 0, replayed: 1 });
    expect(await balanceOf(service.url, wallet)).toBe('4.00');
  });

  it('is refused at lines that did not fail', async () => {
    const { body } = await post(rows('5.00')).expect(200);
    const { text } = await request(service.url)
      .get(`/batches/${String(body.id)}/operations`)
      .set('Accept', 'text/csv')
      .expect(200);
    const { body: refusal } = await post([text]).expect(422);
    expect(refusal.errors).toEqual([
      { line: 2, field: 'status', message: expect.stringMatching(/^is succeeded: .*only/) },
    ]);
  });
});

it('a batch with a key_column takes the keys of its lines from it, whatever it is called', async () => {
  const order = `order-${randomUUID()}`;
  const lines = ['type;wallet_id;amount;Order No', `deposit;${wallet};1,00;${order}`];
  const { body } = await post(lines, '?key_column=order_no').expect(200);
  const { body: page } = await request(service.url).get(`/batches/${String(body.id)}/operations`);
  expect(page.data).toMatchObject([{ idempotency_key: order }]);
  const more = await post(
    [...lines, `deposit;${wallet};2,00;`, `deposit;${wallet};2,00;a b`],
    '?key_column=Order%20No',
  );
  expect(more.body.errors).toMatchObject([
    { line: 3, field: 'order_no', message: expect.stringMatching(/^must be a key/) },
    { line: 4, field: 'order_no' },
  ]);
  const { body: unnamed } = await post(rows('1'), '?key_column=order').expect(422);
  expect(unnamed.detail).toMatch('there is no column "order" for the keys');
});
