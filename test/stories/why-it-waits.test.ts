import { PROGRAM_VERSION } from '@wallet/shared/database/program';
import request from 'supertest';
import { until } from '../support/keys.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

/** A pending operation reports how much is ahead, why it waits, and until when. */
let service: Service;
let wallet: string;
beforeEach(async () => {
  service = await startService({ worker: false });
  wallet = await createFundedWallet(service.url);
});
afterEach(() => service.stop());

const deposit = (more: object = {}) => ({ type: 'deposit', wallet_id: wallet, amount: '1.00', ...more });

async function accept(more: object = {}): Promise<string> {
  const { body } = await request(service.url).post('/operations').send(deposit(more)).expect(202);
  return body.id as string;
}

const get = async (path: string) => (await request(service.url).get(path).expect(200)).body as Record<string, any>;

/** As if workers had recorded their last signs this long ago. */
async function makeSignsOlder(seconds: number): Promise<void> {
  await service.database.query(`UPDATE workers SET seen_at = seen_at - $1 * interval '1 second'`, [seconds]);
}

it('an operation that waits for a stopped worker says so, and ends once one is started', async () => {
  const ids = [await accept(), await accept(), await accept()];
  const last = `/operations/${ids[2]}`;
  await until('it says what it waits for', async () => (await get(last))['waits_for'] === 'worker');
  expect(await get(last)).toMatchObject({ status: 'pending', ahead: 2, estimated_completion: null });
  expect(await get(`/operations/${ids[0]}`)).toMatchObject({ ahead: 0, waits_for: 'worker' });
  service.startWorker();
  await until('it has ended', async () => (await get(last))['status'] === 'succeeded');
  const ended = await get(last);
  for (const name of ['ahead', 'waits_for', 'estimated_completion']) expect(ended).not.toHaveProperty(name);
});

it('a worker counts as running until it was not seen for ten seconds', async () => {
  service.startWorker();
  await until('it was seen', async () => (await get('/status'))['workers'].length === 1);
  const [worker] = (await get('/status'))['workers'];
  expect(worker).toMatchObject({ name: expect.stringMatching(/:\d+$/), version: PROGRAM_VERSION });
  await service.stopWorkers();
  const path = `/operations/${await accept()}`;
  expect(await get(path)).toMatchObject({ waits_for: 'earlier_operations', ahead: 0 });
  await makeSignsOlder(11);
  await until('it is gone', async () => (await get(path))['waits_for'] === 'worker');
  await until('it is not listed', async () => (await get('/status'))['workers'].length === 0);
});

it('a caller is asked to retry when the operation should have ended, and less often the longer that is unknown', async () => {
  const id = await accept();
  const retryAfter = async () => Number((await request(service.url).get(`/operations/${id}`)).headers['retry-after']);
  expect(await retryAfter()).toBe(1);
  await service.database.query('ALTER TABLE operations DISABLE TRIGGER USER');
  await service.database.query(`UPDATE operations SET created_at = created_at - interval '20 seconds' WHERE id = $1`, [
    id,
  ]);
  await service.database.query('ALTER TABLE operations ENABLE TRIGGER USER');
  expect(await retryAfter()).toBeGreaterThanOrEqual(20);
  await service.database.query(
    `INSERT INTO workers (id, name, version, high_speed, high_drain_ms) VALUES (gen_random_uuid(), 'slow', '1', 0.25, 100)`,
  );
  await until('its speed is known', async () => (await get(`/operations/${id}`))['estimated_completion'] !== null);
  // One operation at a speed of a quarter of one each second.
  const { estimated_completion: at } = await get(`/operations/${id}`);
  expect(Date.parse(at as string) - Date.now()).toBeGreaterThan(3_000);
  expect(await retryAfter()).toBe(5);
});

it('a waiting batch says how many other operations are ahead', async () => {
  await accept();
  await accept({ priority: 'low' });
  const operations = [deposit(), deposit(), deposit()];
  const { body } = await request(service.url).post('/batches').send({ operations }).expect(202);
  const batch = async () => get(`/batches/${body.id}`);
  await until('it says what it waits for', async () => (await batch())['ahead'] === 2);
  expect(await batch()).toMatchObject({ waits_for: 'worker', estimated_completion: null, pending: 3 });
  const { data } = await get(`/batches/${body.id}/operations`);
  await until('so do its lines', async () => (await get(`/operations/${data[2].id}`))['ahead'] === 4);
  service.startWorker();
  await service.drained();
  expect(await batch()).not.toHaveProperty('ahead');
});
