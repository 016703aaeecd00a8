import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet, operate } from '../support/wallets.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const NOBODY = '018f0000-0000-7000-8000-000000000000';

/** Sends a request for an operation, and waits for its end. */
function ask(path: string, body: object = {}): request.Test {
  return request(service.url).post(path).set('Prefer', 'wait=10').send(body);
}

async function hold(wallet: string, amount: string, more: object = {}): Promise<string> {
  const { body } = await ask(`/wallets/${wallet}/holds`, { amount, ...more }).expect(200);
  expect(body).toMatchObject({ status: 'succeeded' });
  return body.id as string;
}

async function setStatus(wallet: string, status: string): Promise<void> {
  await request(service.url).patch(`/wallets/${wallet}`).send({ status }).expect(200);
}

describe('a hold', () => {
  it('makes an amount unavailable, and is answered with the held amount', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const accepted = await request(service.url).post(`/wallets/${wallet}/holds`).send({ amount: 4 }).expect(202);
    expect(accepted.body).toMatchObject({
      ...{ type: 'hold', status: 'pending', wallet_id: wallet, asset: 'USD', amount: '4.00', expires_at: null },
      result: null,
    });
    expect(accepted.headers['location']).toBe(`/operations/${accepted.body.id}`);
    await service.drained();
    const { body } = await request(service.url).get(accepted.headers['location']!).expect(200);
    expect(body).toMatchObject({ status: 'succeeded', amount: '4.00' });
    expect(body.result).toEqual({
      ...{ transaction_number: body.id, wallet_balance: '6.00', wallet_version: 2, held_balance: '4.00' },
    });
    expect(await balanceOf(service.url, wallet)).toBe('6.00');
    expect(await operate(service.url, wallet, 'WITHDRAW', '6.01')).toMatchObject({
      error: { code: 'insufficient_funds' },
    });
  });

  it('on a frozen or closed wallet, or of more than is available, fails', async () => {
    const wallet = await createFundedWallet(service.url, '1.00');
    const failed = async () => (await ask(`/wallets/${wallet}/holds`, { amount: '1.01' }).expect(200)).body.error.code;
    expect(await failed()).toBe('insufficient_funds');
    await setStatus(wallet, 'frozen');
    expect(await failed()).toBe('wallet_frozen');
    await setStatus(wallet, 'active');
    await operate(service.url, wallet, 'WITHDRAW', '1.00');
    await setStatus(wallet, 'closed');
    expect(await failed()).toBe('wallet_closed');
    expect(await balanceOf(service.url, wallet)).toBe('0.00');
  });

  it('may use the credit of its wallet', async () => {
    const wallet = await createFundedWallet(service.url, '1.00');
    await request(service.url).patch(`/wallets/${wallet}`).send({ credit_limit: '2.00' }).expect(200);
    const { body } = await ask(`/wallets/${wallet}/holds`, { amount: '3.00' }).expect(200);
    expect(body.result).toMatchObject({ wallet_balance: '-2.00', held_balance: '3.00' });
  });

  it('reports when it expires, at a time or after a number of seconds from its acceptance', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const moment = new Date(Date.now() + 3_600_000).toISOString();
    const path = `/wallets/${wallet}/holds`;
    const at = await request(service.url).post(path).send({ amount: 1, expires_at: moment }).expect(202);
    expect(at.body.expires_at).toBe(moment);
    const after = await request(service.url).post(path).send({ amount: 1, expires_in: 60 }).expect(202);
    expect(Date.parse(after.body.expires_at) - Date.parse(after.body.created_at)).toBe(60_000);
    const { body } = await request(service.url).get(`/operations/${after.body.id}`).expect(200);
    expect(body.expires_at).toBe(after.body.expires_at);
  });

  it.each([
    ['a past moment', { expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    ['a moment more than a year ahead', { expires_at: '2999-01-01T00:00:00Z' }, 'expires_at'],
    ['what is no moment', { expires_at: 'tomorrow' }, 'expires_at'],
    ['no seconds', { expires_in: 0 }, 'expires_in'],
    ['more seconds than a year has', { expires_in: 31_536_001 }, 'expires_in'],
    ['half a second', { expires_in: 0.5 }, 'expires_in'],
    ['both', { expires_in: 1, expires_at: '2999-01-01T00:00:00Z' }, 'expires_in'],
  ])('is refused that expires at %s', async (_what, more, path) => {
    const wallet = await createFundedWallet(service.url);
    const { body } = await ask(`/wallets/${wallet}/holds`, { amount: 1, ...more }).expect(400);
    expect(body).toMatchObject({ code: 'invalid_request', errors: [{ path }] });
  });

  it('is found again by its key after it has expired, and refused with other content', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const asked = { amount: 1, idempotency_key: 'hold-1', expires_at: new Date(Date.now() + 500).toISOString() };
    const first = await ask(`/wallets/${wallet}/holds`, asked).expect(200);
    while (Date.now() <= Date.parse(asked.expires_at)) await new Promise((resolve) => setTimeout(resolve, 50));
    const again = await ask(`/wallets/${wallet}/holds`, { ...asked, amount: '1.00' }).expect(200);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
    const { body } = await ask(`/wallets/${wallet}/holds`, { ...asked, amount: 2 }).expect(422);
    expect(body.code).toBe('idempotency_key_reused');
    await ask(`/wallets/${wallet}/holds`, { ...asked, idempotency_key: 'hold-2' }).expect(400);
  });
});

describe('a capture', () => {
  it('takes the whole held amount to the treasury by default', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const id = await hold(wallet, '4.00');
    const { body } = await request(service.url).post(`/holds/${id}/capture`).set('Prefer', 'wait=10').expect(200);
    expect(body).toMatchObject({
      ...{ type: 'capture', status: 'succeeded', wallet_id: wallet, hold_id: id, amount: '4.00' },
      ...{ to_account: 'treasury', final: true },
    });
    // It moved nothing on the wallet's main account.
    expect(body.result).toEqual({ transaction_number: body.id, held_balance: '0.00' });
  });

  it('of a part releases the rest, unless it is not final', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const id = await hold(wallet, '4.00');
    const path = `/holds/${id}/capture`;
    const part = await ask(path, { amount: 1, final: false }).expect(200);
    expect(part.body).toMatchObject({ amount: '1.00', final: false, result: { held_balance: '3.00' } });
    const rest = await ask(path, { amount: '2.00' }).expect(200);
    expect(rest.body).toMatchObject({
      amount: '2.00',
      result: { wallet_balance: '7.00', wallet_version: 3, held_balance: '0.00' },
    });
    expect((await ask(path, { amount: 1 })).body.error.code).toBe('hold_closed');
    expect(await balanceOf(service.url, wallet)).toBe('7.00');
  });

  it('goes to a wallet of the same asset, or to a house account', async () => {
    const [wallet, shop] = [await createFundedWallet(service.url, '10.00'), await createFundedWallet(service.url)];
    await request(service.url).post('/accounts').send({ name: 'hold-fees' }).expect(201);
    const id = await hold(wallet, '4.00');
    const toWallet = await ask(`/holds/${id}/capture`, { amount: 3, to_wallet_id: shop, final: false }).expect(200);
    expect(toWallet.body).toMatchObject({
      ...{ wallet_id: wallet, to_wallet_id: shop },
      result: { to_wallet_balance: '3.00', to_wallet_version: 1, held_balance: '1.00' },
    });
    expect(toWallet.body).not.toHaveProperty('to_account');
    const toAccount = await ask(`/holds/${id}/capture`, { to_account: 'hold-fees' }).expect(200);
    expect(toAccount.body).toMatchObject({ to_account: 'hold-fees', amount: '1.00', result: { held_balance: '0.00' } });
    const { body } = await request(service.url).get('/accounts').expect(200);
    expect(body.data).toContainEqual(
      expect.objectContaining({ name: 'hold-fees', balances: [{ asset: 'USD', balance: '1.00' }] }),
    );
  });

  it('fails for more than is held, of an asset that is not transferable, and while its wallet is frozen', async () => {
    const gold = await createFundedWallet(service.url, '10', 'GOLD');
    const id = await hold(gold, '4');
    const shop = await createFundedWallet(service.url, undefined, 'GOLD');
    const codeOf = async (body: object) => (await ask(`/holds/${id}/capture`, body).expect(200)).body.error.code;
    expect(await codeOf({ amount: 5, to_wallet_id: shop })).toBe('hold_exceeded');
    expect(await codeOf({ to_wallet_id: shop })).toBe('asset_not_transferable');
    await setStatus(gold, 'frozen');
    expect(await codeOf({})).toBe('wallet_frozen');
    const { body } = await ask(`/holds/${id}/release`).expect(200);
    expect(body).toMatchObject({
      status: 'succeeded',
      amount: '4.00',
      reason: null,
      result: { wallet_balance: '10.00' },
    });
  });

  it('of a failed hold fails', async () => {
    const wallet = await createFundedWallet(service.url, '1.00');
    const failed = await ask(`/wallets/${wallet}/holds`, { amount: 2 }).expect(200);
    for (const end of ['capture', 'release'])
      expect((await ask(`/holds/${failed.body.id}/${end}`)).body.error.code).toBe('hold_closed');
  });

  it('waits behind its hold', async () => {
    const wallet = await createFundedWallet(service.url, '5.00');
    const { body: held } = await request(service.url).post(`/wallets/${wallet}/holds`).send({ amount: 5 }).expect(202);
    const { body } = await ask(`/holds/${held.id}/capture`).expect(200);
    expect(body).toMatchObject({ status: 'succeeded', amount: '5.00' });
  });
});

describe('a release', () => {
  it('releases a part, and then the rest', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const id = await hold(wallet, '4.00');
    const part = await ask(`/holds/${id}/release`, { amount: 1 }).expect(200);
    expect(part.body).toMatchObject({ hold_id: id, result: { wallet_balance: '7.00', held_balance: '3.00' } });
    expect((await ask(`/holds/${id}/release`, { amount: '3.01' })).body.error.code).toBe('hold_exceeded');
    const rest = await ask(`/holds/${id}/release`).expect(200);
    expect(rest.body).toMatchObject({ amount: '3.00', result: { wallet_balance: '10.00', held_balance: '0.00' } });
    expect((await ask(`/holds/${id}/release`)).body.error.code).toBe('hold_closed');
  });

  it('is safe to repeat with its key, and refused for another amount', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const path = `/holds/${await hold(wallet, '4.00')}/release`;
    const first = await ask(path, { amount: 1, idempotency_key: 'release-1' }).expect(200);
    const again = await ask(path, { amount: '1.00', idempotency_key: 'release-1' }).expect(200);
    expect(again.body).toEqual(first.body);
    expect((await ask(path, { amount: 2, idempotency_key: 'release-1' }).expect(422)).body.code).toBe(
      'idempotency_key_reused',
    );
    expect((await ask(path, { idempotency_key: 'release-1' }).expect(422)).body.code).toBe('idempotency_key_reused');
    expect(await balanceOf(service.url, wallet)).toBe('7.00');
  });
});

it('refused requests leave nothing behind, neither a held account nor a key', async () => {
  const wallet = await createFundedWallet(service.url, '10.00');
  const deposit = await operate(service.url, wallet, 'DEPOSIT', '1.00');
  const held = await hold(wallet, '1.00');
  const gold = await createFundedWallet(service.url, undefined, 'GOLD');
  const rows = async () => {
    const { rows: counts } = await service.database.query(
      `SELECT (SELECT count(*) FROM operations) AS operations, (SELECT count(*) FROM operation_terms) AS terms,
              (SELECT count(*) FROM accounts) AS accounts, (SELECT count(*) FROM operation_keys) AS keys`,
    );
    return counts;
  };
  const before = await rows();
  const idempotency_key = 'refused-1';
  const refused = [
    [`/wallets/${NOBODY}/holds`, { amount: 1 }, 404, 'wallet_not_found'],
    [`/wallets/${gold}/holds`, { amount: '0.001' }, 400, 'invalid_request'],
    [`/wallets/${gold}/holds`, {}, 400, 'invalid_request'],
    [`/wallets/nobody/holds`, { amount: 1 }, 400, 'invalid_request'],
    [`/holds/${NOBODY}/capture`, {}, 404, 'hold_not_found'],
    [`/holds/${String(deposit['id'])}/capture`, {}, 404, 'hold_not_found'],
    [`/holds/nothing/capture`, {}, 400, 'invalid_request'],
    [`/holds/${held}/capture`, { to_wallet_id: wallet }, 400, 'invalid_request'],
    [`/holds/${held}/capture`, { to_wallet_id: NOBODY }, 404, 'wallet_not_found'],
    [`/holds/${held}/capture`, { to_wallet_id: gold }, 422, 'asset_mismatch'],
    [`/holds/${held}/capture`, { to_account: 'nobody' }, 404, 'account_not_found'],
    [`/holds/${held}/capture`, { final: 'yes' }, 400, 'invalid_request'],
    [`/holds/${NOBODY}/release`, {}, 404, 'hold_not_found'],
    [`/holds/${held}/release`, { amount: '-1' }, 400, 'invalid_request'],
  ] as const;
  for (const [path, body, status, code] of refused) {
    const answer = await request(service.url)
      .post(path)
      .send({ ...body, idempotency_key });
    expect([path, body, answer.status, answer.body.code]).toEqual([path, body, status, code]);
  }
  expect(await rows()).toEqual(before);
});

it('holds, captures and releases can be requested in the general form too', async () => {
  const wallet = await createFundedWallet(service.url, '10.00');
  const { body: held } = await ask('/operations', {
    type: 'hold',
    wallet_id: wallet,
    amount: 4,
    expires_in: 60,
  }).expect(200);
  expect(held).toMatchObject({ type: 'hold', status: 'succeeded' });
  const hold_id = held.id as string;
  const capture = await ask('/operations', { type: 'capture', hold_id, amount: 1, final: false }).expect(200);
  expect(capture.body).toMatchObject({ type: 'capture', hold_id, result: { held_balance: '3.00' } });
  const release = await ask('/operations', { type: 'release', hold_id }).expect(200);
  expect(release.body).toMatchObject({ type: 'release', hold_id, amount: '3.00' });
  const listed = await request(service.url).get(`/operations?wallet_id=${wallet}&type=capture`).expect(200);
  expect(listed.body.data).toEqual([capture.body]);
});
