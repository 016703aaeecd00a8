import { newId } from '@wallet/shared/words/ids';
import { partitionOf } from '@wallet/shared/words/partition';
import request from 'supertest';
import { until } from '../support/keys.ts';
import { randomFrom } from '../support/load.ts';
import { type Service, startService } from '../support/service.ts';

/** `ahead` says how many operations of the partition are applied first: it is compared with the real order. */
let service: Service;
beforeEach(async () => {
  service = await startService({ worker: false });
});
afterEach(() => service.stop());

/** Wallets of one partition. */
async function createWallets(count: number): Promise<string[]> {
  const wallets: string[] = [];
  while (wallets.length < count) {
    const id = newId();
    if (partitionOf(id, service.partitions) !== 0) continue;
    await request(service.url).post('/wallets').send({ id, asset: 'USD' }).expect(201);
    wallets.push(id);
  }
  return wallets;
}

const line = (wallet: string) => ({ type: 'deposit', wallet_id: wallet, amount: '1.00' });

async function accept(wallet: string, priority: 'high' | 'low'): Promise<string> {
  const { body } = await request(service.url)
    .post('/operations')
    .send({ ...line(wallet), priority })
    .expect(202);
  return body.id as string;
}

async function acceptBatch(wallets: readonly string[]): Promise<string[]> {
  const { body } = await request(service.url)
    .post('/batches')
    .send({ operations: wallets.map(line) })
    .expect(202);
  const { body: lines } = await request(service.url).get(`/batches/${body.id}/operations?limit=100`).expect(200);
  return lines.data.map(({ id }: { id: string }) => id);
}

/** The answers for all of them, after the last acceptance. */
async function readAhead(ids: readonly string[]): Promise<number[]> {
  const read = async () =>
    Promise.all(ids.map(async (id) => (await request(service.url).get(`/operations/${id}`)).body.ahead as number));
  let known = await read();
  await until('they stay as they are', async () => {
    const before = known;
    // A queue is read again after a quarter of a second.
    await new Promise((resolve) => setTimeout(resolve, 300));
    known = await read();
    return known.every((ahead, index) => ahead === before[index]);
  });
  return known;
}

/** How many were applied before each: the versions of a partition's treasury count its movements. */
async function readApplied(ids: readonly string[], besides: readonly string[] = []): Promise<number[]> {
  const { rows } = await service.database.query<{ id: string }>(
    'SELECT operation_id AS id FROM movements WHERE operation_id = ANY ($1::uuid[]) ORDER BY from_version',
    [[...ids, ...besides]],
  );
  const order = rows.map(({ id }) => id);
  return ids.map((id) => order.indexOf(id));
}

it('operations of high priority report exactly how many are ahead, and the last of them also those it takes along', async () => {
  const random = randomFrom(20);
  const [first, second, both] = (await createWallets(3)) as [string, string, string];
  const highs: string[] = [];
  for (let count = 0; count < 20; count += 1) highs.push(await accept(random() < 0.5 ? first : second, 'high'));
  const lows = [await accept(both, 'low'), await accept(both, 'low')];
  expect(await readAhead(lows)).toEqual([20, 21]);
  const last = await accept(both, 'high');
  const ahead = await readAhead([...highs, last]);
  service.startWorker({ limit: 100 });
  await service.drained();
  expect(ahead).toEqual(await readApplied([...highs, last], lows));
});

it('lines of batches and operations of low priority take turns, and are counted accordingly', async () => {
  // A transaction has two of each. While single operations of high priority come, it would have a sixteenth.
  const limit = 6;
  const wallets = await createWallets(36);
  const ids = [
    ...(await acceptBatch(wallets.slice(0, 18))),
    ...(await acceptBatch(wallets.slice(18, 26))),
    ...(await Promise.all(wallets.slice(26).map((wallet) => accept(wallet, 'low')))),
  ];
  const ahead = await readAhead(ids);
  service.startWorker({ limit });
  await service.drained();
  const applied = await readApplied(ids);
  for (const [index, said] of ahead.entries()) expect(Math.abs(said - applied[index]!)).toBeLessThanOrEqual(limit);
});
