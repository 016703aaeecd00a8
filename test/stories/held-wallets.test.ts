import { newId } from '@wallet/shared/words/ids';
import request from 'supertest';
import { PLACE, age, archive, expectGone, older } from '../support/archive-by-hand.ts';
import { everyItem } from '../support/every-item.ts';
import { type Service, startService } from '../support/service.ts';
import { ask } from '../support/terms.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/** The answers of wallets and holds about held amounts. */

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

type Body = Record<string, any>;
const read = async (path: string, query: object = {}): Promise<Body> =>
  (await request(service.url).get(path).query(query).expect(200)).body;
const patch = (wallet: string, body: object): request.Test =>
  request(service.url).patch(`/wallets/${wallet}`).send(body);
const hold = async (wallet: string, amount: string, more: object = {}): Promise<string> =>
  (await ask(service, `/wallets/${wallet}/holds`, { amount, ...more }))['id'];
const capture = async (id: string, body: object = {}): Promise<string> =>
  (await ask(service, `/holds/${id}/capture`, body))['id'];
const release = async (id: string, body: object = {}): Promise<string> =>
  (await ask(service, `/holds/${id}/release`, body))['id'];

describe('a wallet', () => {
  it('shows the held amount beside its balance in every answer', async () => {
    const { body: client } = await request(service.url)
      .post('/clients')
      .send({ name: 'Ann', login: 'ann' })
      .expect(201);
    expect(client.wallets[0]).toMatchObject({ balance: '0.00', held: '0.00', available: '0.00' });
    const wallet: string = client.wallets[0].id;
    await operate(service.url, wallet, 'DEPOSIT', '10.00');
    await hold(wallet, '4.00');
    const shown = { id: wallet, balance: '6.00', held: '4.00', available: '6.00', version: 2 };
    expect(await read(`/wallets/${wallet}`)).toMatchObject(shown);
    expect(await read('/wallets/users/ann/balance', { asset: 'USD' })).toMatchObject(shown);
    expect((await read('/wallets', { client_id: client.id }))['data']).toMatchObject([shown]);
    expect((await read(`/clients/${client.id}`))['wallets']).toMatchObject([shown]);
    const limited = await patch(wallet, { credit_limit: '5.00' }).expect(200);
    expect(limited.body).toMatchObject({ balance: '6.00', held: '4.00', credit_limit: '5.00', available: '11.00' });
  });

  it('shows a change when some of the held amount was taken', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const id = await hold(wallet, '4.00');
    const before = await read(`/wallets/${wallet}`);
    await capture(id, { amount: '1.00', final: false });
    const after = await read(`/wallets/${wallet}`);
    expect(after).toMatchObject({ balance: '6.00', held: '3.00', version: before['version'] });
    expect(after['updated_at'] > before['updated_at']).toBe(true);
  });

  it('shows the held amount at a past moment', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const at = async (): Promise<Body> =>
      read(`/wallets/${wallet}`, { at: (await read(`/wallets/${wallet}`))['updated_at'] });
    expect(await at()).toMatchObject({ balance: '10.00', held: '0.00', version: 1 });
    const { updated_at: before } = await read(`/wallets/${wallet}`);
    const id = await hold(wallet, '4.00');
    expect(await at()).toMatchObject({ balance: '6.00', held: '4.00', version: 2 });
    await capture(id, { amount: '1.00', final: false });
    expect(await at()).toMatchObject({ balance: '6.00', held: '3.00', version: 2 });
    await release(id);
    expect(await at()).toMatchObject({ balance: '9.00', held: '0.00', version: 3 });
    expect(await read(`/wallets/${wallet}`, { at: before })).toMatchObject({ balance: '10.00', held: '0.00' });
  });

  it('is not closed while an amount of it is held', async () => {
    const wallet = await createFundedWallet(service.url, '4.00');
    const id = await hold(wallet, '4.00');
    const refused = await patch(wallet, { status: 'closed' }).expect(409);
    expect(refused.body).toMatchObject({ code: 'wallet_not_empty', detail: expect.stringContaining('nothing held') });
    await capture(id);
    expect((await patch(wallet, { status: 'closed' }).expect(200)).body).toMatchObject({
      status: 'closed',
      held: '0.00',
    });
  });

  it('that is frozen keeps its holds', async () => {
    const wallet = await createFundedWallet(service.url, '4.00');
    const id = await hold(wallet, '3.00');
    expect((await patch(wallet, { status: 'frozen' }).expect(200)).body).toMatchObject({ held: '3.00' });
    expect(await read(`/holds/${id}`)).toMatchObject({ status: 'open', remaining: '3.00' });
  });
});

describe('a hold', () => {
  it('is open until all of it was captured or released, and names these operations, in order', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    const accepted = await ask(service, `/wallets/${wallet}/holds`, { amount: '6.00', expires_at });
    const id: string = accepted['id'];
    const facts = {
      id,
      wallet_id: wallet,
      asset: 'USD',
      amount: '6.00',
      expires_at,
      created_at: accepted['created_at'],
    };
    expect(await read(`/holds/${id}`)).toEqual({
      ...facts,
      ...{
        captured: '0.00',
        released: '0.00',
        remaining: '6.00',
        status: 'open',
        operations: [],
        more_operations: false,
      },
    });
    const operations = [await capture(id, { amount: '1.00', final: false }), await release(id, { amount: '2.00' })];
    const part = { captured: '1.00', released: '2.00', remaining: '3.00', status: 'open' };
    expect(await read(`/holds/${id}`)).toMatchObject({ ...facts, ...part, operations });
    operations.push(await capture(id, { amount: '9.00' }), await capture(id, { amount: '0.50' }));
    const all = { captured: '1.50', released: '4.50', remaining: '0.00', status: 'closed' };
    expect(await read(`/holds/${id}`)).toMatchObject({ ...facts, ...all, operations });
  });

  it('with more operations than are listed says so, and the list of operations has all', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const id = await hold(wallet, '10.00');
    const captures: string[] = [];
    for (let n = 0; n < 101; n += 1) {
      if (n === 100) expect(await read(`/holds/${id}`)).toMatchObject({ operations: captures, more_operations: false });
      captures.push(await capture(id, { amount: '0.01', final: false }));
    }
    const shown = await read(`/holds/${id}`);
    expect(shown).toMatchObject({ operations: captures.slice(0, 100), more_operations: true });
    const listed = await everyItem(service.url, '/operations', { hold_id: id, limit: 40 });
    expect(listed.map((operation) => operation['id'])).toEqual(captures.toReversed());
  });

  it('that was rejected has failed, and nothing was set aside', async () => {
    const wallet = await createFundedWallet(service.url, '1.00');
    const id = await hold(wallet, '2.00');
    expect(await read(`/holds/${id}`)).toMatchObject({
      status: 'failed',
      amount: '2.00',
      remaining: '0.00',
      operations: [],
    });
    expect(await read(`/wallets/${wallet}/holds`)).toMatchObject({ data: [] });
  });

  it('is not found by an unknown id, nor by that of another operation', async () => {
    const wallet = await createFundedWallet(service.url);
    const { id: deposit } = await operate(service.url, wallet, 'DEPOSIT', 1);
    for (const id of [newId(), deposit as string]) {
      const { body } = await request(service.url).get(`/holds/${id}`).expect(404);
      expect(body).toMatchObject({ code: 'hold_not_found', detail: `There is no hold ${id}.` });
    }
  });
});

describe('the holds of a wallet', () => {
  it('are listed with the newest first, in pages, by whether they are open', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const other = await createFundedWallet(service.url, '10.00');
    await hold(other, '1.00');
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift(await hold(wallet, '1.00'));
    await capture(ids[1]!, { amount: '0.25' });
    await release(ids[3]!, { amount: '0.25' });
    await release(ids[4]!);
    const idsOf = async (query: Record<string, string | number>): Promise<string[]> =>
      (await everyItem(service.url, `/wallets/${wallet}/holds`, query)).map((each) => each['id']);
    expect(await idsOf({})).toEqual(ids);
    expect(await idsOf({ limit: 2 })).toEqual(ids);
    expect(await idsOf({ status: 'open', limit: 2 })).toEqual([ids[0], ids[2], ids[3]]);
    expect(await idsOf({ status: 'closed', limit: 1 })).toEqual([ids[1], ids[4]]);
    const { data, archived_before } = await read(`/wallets/${wallet}/holds`);
    expect(archived_before).toBeNull();
    for (const each of data) expect(each).toEqual(await read(`/holds/${each.id}`));
  });

  it('are an empty list for a wallet without holds, and not found for an unknown wallet', async () => {
    const wallet = await createFundedWallet(service.url);
    expect(await read(`/wallets/${wallet}/holds`)).toEqual({ data: [], next_cursor: null, archived_before: null });
    expect((await request(service.url).get(`/wallets/${newId()}/holds`).expect(404)).body.code).toBe(
      'wallet_not_found',
    );
  });

  it.each([{ status: 'pending' }, { cursor: 'x' }, { limit: 0 }])('are not listed by %j', async (query) => {
    const wallet = await createFundedWallet(service.url);
    await request(service.url).get(`/wallets/${wallet}/holds`).query(query).expect(400);
  });
});

describe('without a worker', () => {
  let idle: Service;
  beforeAll(async () => {
    idle = await startService({ worker: false });
  });
  afterAll(() => idle.stop());

  it('a hold is pending, and not listed', async () => {
    const wallet = await createFundedWallet(idle.url);
    const { body } = await request(idle.url).post(`/wallets/${wallet}/holds`).send({ amount: 1 }).expect(202);
    const shown = await request(idle.url).get(`/holds/${body.id}`).expect(200);
    expect(shown.body).toMatchObject({ status: 'pending', amount: '1.00', remaining: '0.00', operations: [] });
    expect((await request(idle.url).get(`/wallets/${wallet}/holds`).expect(200)).body.data).toEqual([]);
  });
});

describe('in the archives', () => {
  it('a hold is 410, and its wallet says until when; past held amounts are in the files too', async () => {
    const wallet = await createFundedWallet(service.url, '4.00');
    const id = await hold(wallet, '4.00');
    await capture(id);
    await age(service);
    await archive(service);
    await expectGone(request(service.url).get(`/holds/${older(id)}`), 'operation_archived', PLACE);
    expect(await read(`/wallets/${wallet}/holds`)).toMatchObject({ data: [], archived_before: PLACE.archived_before });
    expect(await read(`/wallets/${wallet}/holds`, { status: 'open' })).toMatchObject({ archived_before: null });
    expect(await read(`/wallets/${wallet}`)).toMatchObject({ balance: '0.00', held: '0.00' });
    const gone = await read(`/wallets/${wallet}`, { at: PLACE.archived_before });
    expect(gone).toMatchObject({ balance: '0.00', held: '0.00', version: 2 });
  });
});
