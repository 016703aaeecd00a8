import request from 'supertest';
import { PLACE, age, archive, expectGone, older } from '../support/archive-by-hand.ts';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet, operate } from '../support/wallets.ts';
import { type WireTrap, startWireTrap } from '../support/wire-trap.ts';

/** The answers about batches with archived lines, and about lines that were accepted before. */

let service: Service;
let wire: WireTrap;
beforeEach(async () => {
  wire = await startWireTrap();
  service = await startService({ wire });
});
afterEach(async () => {
  await service.stop();
  await wire.stop();
});

type Body = Record<string, any>;
const get = (path: string, query: object = {}): request.Test => request(service.url).get(path).query(query);
const bodyOf = async (path: string, query: object = {}): Promise<Body> => (await get(path, query).expect(200)).body;

async function send(operations: object[], key: string): Promise<Body> {
  const answer = await request(service.url).post('/batches').set('Idempotency-Key', key).send({ operations });
  expect([answer.status, answer.body.code]).toEqual([202, undefined]);
  await service.drained();
  return answer.body;
}

describe('the idempotency key of an archived operation', () => {
  it('makes a line of a batch count as replayed, however the batch is sent again', async () => {
    const wallet = await createFundedWallet(service.url);
    const line = (key: string, amount = '1.00') => ({
      ...{ type: 'deposit', wallet_id: wallet, amount, idempotency_key: key },
    });
    const nightly = [line('n-1'), line('n-2')];
    const first = await send(nightly, 'night');
    await age(service);
    await operate(service.url, wallet, 'DEPOSIT', '10.00');
    await archive(service);

    // By its own key it is the same batch.
    expect(await send(nightly, 'night')).toMatchObject({ id: older(first['id'] as string), total: 2, succeeded: 2 });
    const again = await send([...nightly, line('n-3')], 'night-again');
    expect(again).toMatchObject({ total: 1, replayed: 2 });
    const { body: checked } = await request(service.url)
      .post('/batches?validate_only=true')
      .send({ operations: nightly })
      .expect(200);
    expect(checked).toMatchObject({ total: 0, replayed: 2 });
    expect(await balanceOf(service.url, wallet)).toBe('13.00');

    const { body: refused } = await request(service.url)
      .post('/batches')
      .send({ operations: [line('n-1', '2.00')] })
      .expect(422);
    expect(refused.errors).toEqual([{ line: 1, field: 'idempotency_key', message: 'was used for another request' }]);
  });
});

describe('a batch with archived lines', () => {
  const lines = (wallet: string) => [
    { type: 'deposit', wallet_id: wallet, amount: '1.00' },
    { type: 'withdraw', wallet_id: wallet, amount: '99.00' },
    { type: 'deposit', wallet_id: wallet, amount: '2.00' },
  ];

  it('is answered as before from its sums, and its lines are 410 in every format', async () => {
    const wallet = await createFundedWallet(service.url);
    const { id: first } = await send(lines(wallet), 'first');
    const before = await bodyOf(`/batches/${first}`);
    await age(service);
    await archive(service);
    const id = older(first as string);
    expect(await bodyOf(`/batches/${id}`)).toMatchObject({ total: 3, failed: 1, sums: before['sums'] });
    const path = `/batches/${id}/operations`;
    for (const query of [{}, { limit: 1 }, { status: 'failed' }, { status: 'succeeded' }])
      await expectGone(get(path, query), 'batch_archived', PLACE);
    for (const type of ['text/csv', 'application/x-ndjson'])
      await expectGone(get(path, { status: 'failed' }).set('Accept', type), 'batch_archived', PLACE);
    expect(await bodyOf(path, { status: 'pending' })).toEqual({ data: [], next_cursor: null });
  });

  it('is not retried again, but names its earlier retry', async () => {
    const wallet = await createFundedWallet(service.url);
    const { id: never } = await send(lines(wallet), 'never');
    const { id: once } = await send(lines(wallet), 'once');
    const retry = (id: string): request.Test => request(service.url).post(`/batches/${id}/retry`);
    const { body: made } = await retry(once as string).expect(202);
    await age(service);
    await archive(service);
    await expectGone(retry(older(never as string)), 'batch_archived', PLACE);
    const { body: found } = await retry(older(once as string))
      .expect(202)
      .expect('Idempotent-Replayed', 'true');
    expect(found.id).toBe(older(made.id as string));
    expect((await service.database.query('SELECT FROM batches')).rowCount).toBe(3);
  });

  it('of which only some are archived is 410 too; another of that time is not', async () => {
    const wallet = await createFundedWallet(service.url);
    const [some, none] = [await send(lines(wallet), 'some'), await send(lines(wallet), 'none')];
    const kept = await Promise.all([some, none].map(({ id }) => bodyOf(`/batches/${id}/operations`)));
    const idsOf = ({ data }: Body): string[] => data.map((line: Body) => line['id']);
    await age(service);
    await archive(service, { but: [...idsOf(kept[0]!).slice(1), ...idsOf(kept[1]!)] });
    await expectGone(get(`/batches/${older(some['id'])}/operations`), 'batch_archived', PLACE);
    await expectGone(request(service.url).post(`/batches/${older(some['id'])}/retry`), 'batch_archived');
    const path = `/batches/${older(none['id'])}`;
    expect(idsOf(await bodyOf(`${path}/operations`))).toEqual(idsOf(kept[1]!).map(older));
    const { text } = await get(`${path}/operations`).set('Accept', 'text/csv').expect(200);
    expect(text.trim().split('\n')).toHaveLength(4);
    const { body } = await request(service.url).post(`${path}/retry`).expect(202);
    expect(body).toMatchObject({ total: 1, retry_of: older(none['id']) });
    await service.drained();
  });

  it('whose lines stand for archived operations is 410 too, but its own failed lines can be retried and listed', async () => {
    const wallet = await createFundedWallet(service.url);
    const keyed = { ...lines(wallet)[0], idempotency_key: 'k-1' };
    const first = await send([keyed], 'first');
    await age(service);
    await operate(service.url, wallet, 'DEPOSIT', '1.00');
    await archive(service);
    const young = await send([keyed, ...lines(wallet)], 'young');
    expect(young).toMatchObject({ total: 3, replayed: 1 });
    const path = `/batches/${young['id']}`;
    const gone = await expectGone(get(`${path}/operations`), 'batch_archived', PLACE);
    expect(gone['detail']).toContain(`GET /operations?batch_id=${young['id']}`);
    const { body: own } = await get('/operations', { batch_id: young['id'], status: 'failed' }).expect(200);
    expect(own).toMatchObject({ data: [{ error: { code: 'insufficient_funds' } }], archived_before: null });
    expect((await request(service.url).post(`${path}/retry`).expect(202)).body.total).toBe(1);
    // A line that stands for an operation that is here is listed as always.
    const { id } = await send([{ ...keyed, idempotency_key: 'k-2' }], 'k-2');
    const { data } = await bodyOf(
      `/batches/${(await send([{ ...keyed, idempotency_key: 'k-2' }], 'again'))['id']}/operations`,
    );
    expect(data).toMatchObject([{ batch_id: id }]);
    await expectGone(get(`/batches/${older(first['id'])}/operations`), 'batch_archived');
  });

  it.each(['text/csv', 'application/x-ndjson'])(
    'breaks off a download as %s under which they were archived',
    async (type) => {
      const wallet = await createFundedWallet(service.url);
      const { id } = await send(lines(wallet), 'first');
      await age(service);
      const held = wire.hold(/"lineInBatch"/);
      const answer = get(`/batches/${older(id)}/operations`)
        .set('Accept', type)
        .then(({ status }) => String(status), String);
      await held.caught;
      await archive(service);
      held.letGo();
      expect(await answer).toMatch(/aborted|socket hang up/);
    },
  );

  it('is not retried in part when they are archived while they are read', async () => {
    const wallet = await createFundedWallet(service.url);
    const { id } = await send(lines(wallet), 'first');
    await age(service);
    const held = wire.hold(/"lineInBatch"/);
    const answer = expectGone(request(service.url).post(`/batches/${older(id)}/retry`), 'batch_archived', PLACE);
    await held.caught;
    await archive(service);
    held.letGo();
    await answer;
    expect((await service.database.query('SELECT FROM batches')).rowCount).toBe(1);
  });
});
