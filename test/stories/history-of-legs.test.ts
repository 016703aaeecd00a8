import { newId } from '@wallet/shared/words/ids';
import request from 'supertest';
import { everyItem } from '../support/every-item.ts';
import { type Service, startService } from '../support/service.ts';
import { ask } from '../support/terms.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/**
 * The history of wallets whose operations have several movements, or name others; and the lists of operations that name
 * an operation.
 */

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

type Body = Record<string, any>;
const read = async (path: string, query: object = {}): Promise<Body> =>
  (await request(service.url).get(path).query(query).expect(200)).body;
const historyOf = (wallet: string, query: Record<string, string | number> = {}): Promise<Body[]> =>
  everyItem(service.url, `/wallets/${wallet}/transactions`, query);
const idOf = async (asked: Promise<Body>): Promise<string> => (await asked)['id'];

const nothing = { other_wallet_id: null, hold_id: null, reversal_of: null, batch_id: null, metadata: null };

it('the history has the movements of the main account, leg by leg, and not those of the held account', async () => {
  const [wallet, other] = [await createFundedWallet(service.url, '10.00'), await createFundedWallet(service.url)];
  const hold = await idOf(ask(service, `/wallets/${wallet}/holds`, { amount: '8.00', metadata: { order: 7 } }));
  const released = await idOf(ask(service, `/holds/${hold}/release`, { amount: '1.00' }));
  await ask(service, `/holds/${hold}/capture`, { amount: '2.00', final: false });
  const captured = await idOf(
    ask(service, `/holds/${hold}/capture`, { amount: '4.00', to_wallet_id: other, description: 'sent' }),
  );
  const reversal = await idOf(ask(service, `/operations/${captured}/reversal`, { amount: '0.50' }));
  const [back, rest, part, held, deposit] = await historyOf(wallet, { limit: 2 });
  expect(deposit).toMatchObject({ ...nothing, type: 'deposit', leg: 0, amount: '10.00', version: 1 });
  expect(held).toMatchObject({
    ...nothing,
    metadata: { order: 7 },
    operation_id: hold,
    type: 'hold',
    leg: 0,
    amount: '-8.00',
    version: 2,
  });
  expect(held).toMatchObject({ balance_before: '10.00', balance_after: '2.00' });
  expect(part).toMatchObject({ ...nothing, operation_id: released, type: 'release', amount: '1.00', hold_id: hold });
  // The captured amount left the held account, and the rest came back from it.
  expect(rest).toMatchObject({
    ...nothing,
    operation_id: captured,
    type: 'capture',
    leg: 1,
    amount: '1.00',
    hold_id: hold,
    description: 'sent',
  });
  expect(back).toMatchObject({
    ...nothing,
    operation_id: reversal,
    type: 'reversal',
    leg: 0,
    amount: '0.50',
    reversal_of: captured,
    other_wallet_id: other,
  });
  const received = await historyOf(other);
  expect(received).toMatchObject([
    { ...nothing, operation_id: reversal, amount: '-0.50', reversal_of: captured, other_wallet_id: wallet },
    {
      ...nothing,
      operation_id: captured,
      amount: '4.00',
      leg: 0,
      hold_id: hold,
      other_wallet_id: wallet,
      description: 'sent',
    },
  ]);
  expect(await historyOf(wallet, { type: 'capture' })).toEqual([rest]);
  expect(await historyOf(other, { type: 'reversal' })).toEqual([received[0]]);
});

it('the history has each leg of a posting, those of its reversal in reverse order, and statistics count them', async () => {
  const [wallet, other] = [await createFundedWallet(service.url, '10.00'), await createFundedWallet(service.url)];
  const legs = [
    { from: { wallet_id: wallet }, to: { wallet_id: other }, amount: '5.00' },
    { from: { wallet_id: wallet }, to: { account: 'treasury' }, asset: 'USD', amount: '0.25' },
    { from: { account: 'treasury' }, to: { wallet_id: other }, asset: 'USD', amount: '0.10' },
    { from: { wallet_id: other }, to: { wallet_id: wallet }, amount: '1.00' },
  ];
  const posting = await idOf(ask(service, '/postings', { legs, description: 'exchange' }));
  const reversal = await idOf(ask(service, `/operations/${posting}/reversal`, {}));
  const line = (leg: number, amount: string, other_wallet_id: string | null, balance_after: string): Body => ({
    ...{
      ...nothing,
      leg,
      amount,
      other_wallet_id,
      balance_after,
      operation_id: posting,
      type: 'posting',
      description: 'exchange',
    },
  });
  const back = (leg: number, amount: string, other_wallet_id: string | null, balance_after: string): Body => ({
    ...line(leg, amount, other_wallet_id, balance_after),
    ...{ operation_id: reversal, type: 'reversal', reversal_of: posting, description: null },
  });
  const lines = await historyOf(wallet, { limit: 3 });
  expect(lines.slice(0, 6)).toMatchObject([
    back(0, '5.00', other, '10.00'),
    back(1, '0.25', null, '5.00'),
    back(3, '-1.00', other, '4.75'),
    line(3, '1.00', other, '5.75'),
    line(1, '-0.25', null, '4.75'),
    line(0, '-5.00', other, '5.00'),
  ]);
  expect((await historyOf(other)).map(({ leg, amount }) => [leg, amount])).toEqual([
    [0, '-5.00'],
    [2, '-0.10'],
    [3, '1.00'],
    [3, '-1.00'],
    [2, '0.10'],
    [0, '5.00'],
  ]);
  expect(await read(`/wallets/${wallet}/statistics`)).toMatchObject({
    ...{ count: 7, credited: '16.25', debited: '6.25', net: '10.00' },
    by_type: [
      { type: 'deposit', count: 1 },
      { type: 'posting', count: 3, credited: '1.00', debited: '5.25' },
      { type: 'reversal', count: 3, credited: '5.25', debited: '1.00' },
    ],
  });
});

it('the history names the batch and the metadata of a line', async () => {
  const wallet = await createFundedWallet(service.url);
  const operations = [{ type: 'deposit', wallet_id: wallet, amount: 1, metadata: { b: 1.5, a: null } }];
  const { body: batch } = await request(service.url).post('/batches').send({ operations }).expect(202);
  await service.drained();
  expect(await historyOf(wallet)).toMatchObject([
    { ...nothing, batch_id: batch.id, metadata: { b: 1.5, a: null }, leg: 0 },
  ]);
});

describe('the list of operations', () => {
  it('has the captures and releases of a hold, and the reversals of an operation', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const { id: deposit } = await operate(service.url, wallet, 'DEPOSIT', '5.00');
    const hold = await idOf(ask(service, `/wallets/${wallet}/holds`, { amount: '8.00' }));
    const ids: string[] = [];
    for (const [word, amount] of [
      ['capture', '1.00'],
      ['release', '2.00'],
      ['capture', '99.00'],
    ] as const)
      ids.unshift(
        await idOf(ask(service, `/holds/${hold}/${word}`, { amount, ...(word === 'capture' ? { final: false } : {}) })),
      );
    const reversals = [
      await idOf(ask(service, `/operations/${ids[2]}/reversal`, { amount: '0.50' })),
      await idOf(ask(service, `/operations/${ids[2]}/reversal`, {})),
    ];
    const idsOf = async (query: Record<string, string | number>): Promise<string[]> =>
      (await everyItem(service.url, '/operations', query)).map((operation) => operation['id']);
    expect(await idsOf({ hold_id: hold, limit: 2 })).toEqual(ids);
    expect(await idsOf({ hold_id: hold, type: 'capture' })).toEqual([ids[0], ids[2]]);
    expect(await idsOf({ hold_id: hold, status: 'failed' })).toEqual([ids[0]]);
    expect(await idsOf({ hold_id: hold, status: 'succeeded', limit: 1 })).toEqual([ids[1], ids[2]]);
    expect(await idsOf({ hold_id: hold, status: 'pending' })).toEqual([]);
    expect(await idsOf({ reversal_of: ids[2]!, limit: 1 })).toEqual(reversals.toReversed());
    // They name it, and are not of the kind.
    expect(await idsOf({ hold_id: ids[2]! })).toEqual([]);
    expect(await idsOf({ reversal_of: hold })).toEqual([]);
    expect(await idsOf({ reversal_of: deposit as string })).toEqual([]);
    expect(await idsOf({ hold_id: hold, reversal_of: ids[2]! })).toEqual([]);
    expect(await idsOf({ hold_id: newId() })).toEqual([]);
    await request(service.url).get('/operations').query({ hold_id: 'x' }).expect(400);
  });
});
