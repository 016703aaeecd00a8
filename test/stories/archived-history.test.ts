import { newId } from '@wallet/shared/words/ids';
import request from 'supertest';
import { END, PLACE, age, archive, expectGone, older } from '../support/archive-by-hand.ts';
import { everyItem } from '../support/every-item.ts';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet, operate } from '../support/wallets.ts';

/** The answers about archived history. */

let service: Service;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service.stop());

type Body = Record<string, any>;
const get = (path: string, query: object = {}): request.Test => request(service.url).get(path).query(query);
const bodyOf = async (path: string, query: object = {}): Promise<Body> => (await get(path, query).expect(200)).body;

describe('an archived operation', () => {
  it('is 410 with the month of its files; one left for a later month is answered as always', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const [taken, failed, left] = [
      await operate(service.url, wallet, 'DEPOSIT', '1.00'),
      await operate(service.url, wallet, 'WITHDRAW', '99.00'),
      await operate(service.url, wallet, 'DEPOSIT', '2.00'),
    ];
    await age(service);
    await archive(service, { but: [left['id'] as string] });
    for (const { id } of [taken, failed]) {
      const body = await expectGone(get(`/operations/${older(id as string)}`), 'operation_archived', PLACE);
      expect(body['detail']).toContain(PLACE.month);
      expect(body).not.toHaveProperty('operation_id');
    }
    await expectGone(get(`/operations/${older(taken['id'] as string)}`).set('Prefer', 'wait=5'), 'operation_archived');
    expect(await bodyOf(`/operations/${older(left['id'] as string)}`)).toMatchObject({ status: 'succeeded' });
  });

  it('may have any id of version 7 from that period, and no other', async () => {
    await age(service);
    await archive(service);
    const before = older(newId());
    await expectGone(get(`/operations/${before}`), 'operation_archived', PLACE);
    for (const id of [
      newId(),
      `${before.slice(0, 14)}4${before.slice(15)}`,
      `${before.slice(0, 19)}c${before.slice(20)}`,
    ])
      expect((await get(`/operations/${id}`).expect(404)).body.code).toBe('operation_not_found');
  });

  it('is in the files of the first month after its id', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const first = await operate(service.url, wallet, 'DEPOSIT', '1.00');
    await age(service);
    await archive(service);
    const later = new Date(Date.parse(END) + 40 * 24 * 3_600_000).toISOString().slice(0, 7);
    await archive(service, { before: later });
    const path = `/operations/${older(first['id'] as string)}`;
    await expectGone(get(path), 'operation_archived', { ...PLACE, archived_before: `${later}-01T00:00:00.000Z` });
  });
});

describe('the idempotency key of an archived operation', () => {
  it('is still taken: the same request is 410 and not applied again, another one is refused', async () => {
    const wallet = await createFundedWallet(service.url);
    const post = (amount: string, key: string): request.Test =>
      request(service.url)
        .post('/operations')
        .set('Idempotency-Key', key)
        .set('Prefer', 'wait=10')
        .send({ type: 'deposit', wallet_id: wallet, amount });
    const { body: taken } = await post('5.00', 'pay-1').expect(200);
    const { body: left } = await post('6.00', 'pay-2').expect(200);
    await age(service);
    await archive(service, { but: [left.id as string] });

    const id = older(taken.id as string);
    const together = await Promise.all([post('5.0', 'pay-1'), post('1.00', 'pay-3'), post('5.00', 'pay-1')]);
    expect(together.map(({ status }) => status)).toEqual([410, 200, 410]);
    expect(together[0].body).toMatchObject({ code: 'operation_archived', operation_id: id, ...PLACE });
    expect((await post('7.00', 'pay-1').expect(422)).body.code).toBe('idempotency_key_reused');
    const { body: replayed } = await post('6.00', 'pay-2').expect(200).expect('Idempotent-Replayed', 'true');
    expect(replayed.id).toBe(older(left.id as string));
    expect(await balanceOf(service.url, wallet)).toBe('12.00');
  });
});

describe('the history of a wallet', () => {
  it('names the archives, and where it continues there', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    await operate(service.url, wallet, 'WITHDRAW', '4.00');
    const untouched = await createFundedWallet(service.url);
    await age(service);
    for (const amount of ['1.00', '2.00', '3.00']) await operate(service.url, wallet, 'DEPOSIT', amount);
    await archive(service);

    const path = `/wallets/${wallet}/transactions`;
    const whole = await bodyOf(path);
    expect(whole['data'].map((line: Body) => line['version'])).toEqual([5, 4, 3]);
    expect(whole['archived']).toMatchObject({ version: 2, balance: '6.00' });
    expect(whole['data'].at(-1)).toMatchObject({ balance_before: whole['archived'].balance });
    // It stands on the last page, and only there.
    const page = await bodyOf(path, { limit: 2 });
    expect(page).toMatchObject({ archived: null, next_cursor: expect.any(String) });
    const last = await bodyOf(path, { limit: 2, cursor: page['next_cursor'] });
    expect(last).toMatchObject({ archived: whole['archived'], next_cursor: null, data: [{ version: 3 }] });
    expect(await everyItem(service.url, path, { limit: 1 })).toEqual(whole['data']);
    expect(await bodyOf(path, { type: 'withdraw' })).toMatchObject({ data: [], archived: { version: 2 } });
    expect(await bodyOf(`/wallets/${untouched}/transactions`)).toEqual({ data: [], next_cursor: null, archived: null });
  });

  it('that is archived between two pages is 410, unless nothing was missed', async () => {
    const wallet = await createFundedWallet(service.url, '1.00');
    for (const amount of ['2.00', '3.00', '4.00']) await operate(service.url, wallet, 'DEPOSIT', amount);
    await age(service);
    for (const amount of ['5.00', '6.00']) await operate(service.url, wallet, 'DEPOSIT', amount);
    const path = `/wallets/${wallet}/transactions`;
    const cursorBelow = async (limit: number): Promise<string> => (await bodyOf(path, { limit }))['next_cursor'];
    const [sixth, fifth, fourth, third] = await Promise.all([1, 2, 3, 4].map(cursorBelow));
    await archive(service);
    for (const cursor of [third, fourth]) await expectGone(get(path, { cursor }), 'cursor_expired');
    // The lowest version that this reader was shown is the one after the last archived.
    expect(await bodyOf(path, { cursor: fifth })).toMatchObject({ data: [], archived: { version: 4 } });
    expect(await bodyOf(path, { cursor: sixth })).toMatchObject({ data: [{ version: 5 }], archived: { version: 4 } });
  });

  it('for a period is complete, says what is missing, or is 410 if all of it is archived', async () => {
    const wallet = await createFundedWallet(service.url, '1.00');
    await operate(service.url, wallet, 'DEPOSIT', '2.00');
    await age(service);
    const { completed_at: since } = await operate(service.url, wallet, 'DEPOSIT', '4.00');
    for (let n = 0; n < 4; n += 1) await operate(service.url, wallet, 'DEPOSIT', '8.00');
    await archive(service);
    const history = `/wallets/${wallet}/transactions`;
    const statistics = `/wallets/${wallet}/statistics`;
    const { archived } = await bodyOf(history);
    const [movedAt, after] = [0, 1].map((ms) => new Date(Date.parse(archived.moved_at) + ms).toISOString());
    const versions = async (query: object): Promise<unknown[]> => {
      const page = await bodyOf(history, query);
      return [page['data'].map((line: Body) => line['version']), page['archived']];
    };
    expect(await versions({ from: since })).toEqual([[7, 6, 5, 4, 3], null]);
    expect(await versions({ from: after })).toEqual([[7, 6, 5, 4, 3], null]);
    expect(await versions({ from: movedAt, to: since })).toEqual([[], archived]);
    expect(await versions({ to: '2999-01-01T00:00:00Z' })).toEqual([[7, 6, 5, 4, 3], archived]);
    expect(await bodyOf(statistics, { from: after })).toMatchObject({ count: 5, net: '36.00', archived: null });
    expect(await bodyOf(statistics)).toMatchObject({ count: 5, net: '36.00', archived });
    for (const path of [history, statistics])
      for (const query of [{ to: movedAt }, { from: '2001-01-01T00:00:00Z', to: '2002-01-01T00:00:00Z' }])
        await expectGone(get(path, query), 'history_archived', { archived_before: movedAt });
  });

  it('gives past balances from the last archived movement on, and is 410 before', async () => {
    const wallet = await createFundedWallet(service.url, '1.00');
    for (let n = 0; n < 9; n += 1) await operate(service.url, wallet, 'DEPOSIT', '1.00');
    await age(service);
    const next = await operate(service.url, wallet, 'WITHDRAW', '7.00');
    await operate(service.url, wallet, 'WITHDRAW', '1.00');
    await archive(service);
    const { archived } = await bodyOf(`/wallets/${wallet}/transactions`);
    const at = (moment: number | string): request.Test =>
      get(`/wallets/${wallet}`, { at: new Date(moment).toISOString() });
    const movedAt = Date.parse(archived.moved_at);
    for (const moment of [movedAt - 1, '2001-01-01'])
      await expectGone(at(moment), 'history_archived', { archived_before: archived.moved_at });
    const completedAt = Date.parse(next['completed_at'] as string);
    for (const moment of [movedAt, movedAt + 1, completedAt - 1])
      expect((await at(moment).expect(200)).body).toMatchObject({ balance: '10.00', version: 10 });
    expect((await at(completedAt).expect(200)).body).toMatchObject({ balance: '3.00', version: 11 });
    expect((await at(Date.now()).expect(200)).body).toMatchObject({ balance: '2.00', version: 12 });
  });

  it('that is completely archived still has a balance at every moment since', async () => {
    const wallet = await createFundedWallet(service.url, '1.00');
    await age(service);
    await archive(service);
    expect(await bodyOf(`/wallets/${wallet}`, { at: new Date().toISOString() })).toMatchObject({ balance: '1.00' });
    expect(await bodyOf(`/wallets/${wallet}`)).toMatchObject({ balance: '1.00', version: 1 });
    const { archived } = await bodyOf(`/wallets/${wallet}/statistics`);
    expect(archived).toMatchObject({ version: 1, balance: '1.00' });
  });
});

it('the last page of the list of operations says until when they are archived, if that matters', async () => {
  const wallet = await createFundedWallet(service.url, '1.00');
  const left = await operate(service.url, wallet, 'DEPOSIT', '2.00');
  expect(await bodyOf('/operations')).toMatchObject({ archived_before: null });
  await age(service);
  const young = await operate(service.url, wallet, 'DEPOSIT', '3.00');
  await archive(service, { but: [left['id'] as string] });
  const shown = async (query: object): Promise<unknown[]> => {
    const page = await bodyOf('/operations', query);
    return [page['data'].map((each: Body) => each['id']), page['archived_before']];
  };
  const both = [young['id'], older(left['id'] as string)];
  expect(await shown({})).toEqual([both, END]);
  expect(await shown({ limit: 1 })).toEqual([[both[0]], null]);
  expect(await shown({ wallet_id: wallet, status: 'failed' })).toEqual([[], END]);
  expect(await shown({ from: young['created_at'] })).toEqual([[both[0]], null]);
  expect(await shown({ to: '2001-01-01T00:00:00Z' })).toEqual([[], END]);
  expect(await shown({ status: 'pending' })).toEqual([[], null]);
  expect(await shown({ batch_id: newId() })).toEqual([[], null]);
  expect(await shown({ batch_id: older(newId()) })).toEqual([[], END]);
});
