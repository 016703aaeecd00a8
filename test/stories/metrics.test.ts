import { createRegistry } from '@wallet/shared/process/metrics';
import { REJECTION_CODES } from '@wallet/shared/words/rejection';
import request from 'supertest';
import { COUNTS_BACKLOG } from '../support/overload.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';
import { createSubscriptions } from '../support/webhooks.ts';
import { startWireTrap } from '../support/wire-trap.ts';

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Parses the text format (version 0.0.4) according to its specification. @throws Error at the first invalid line. */
function parse(text: string): Sample[] {
  const types = new Map<string, string>();
  expect(text.endsWith('\n')).toBe(true);
  return text.split('\n').flatMap((line) => {
    const typed = /^# TYPE (\w+) (counter|gauge|histogram|summary)$/.exec(line);
    if (typed) types.set(typed[1]!, typed[2]!);
    if (line === '' || typed || /^# HELP \w+ \S/.test(line)) return [];
    const sample = /^([a-zA-Z_:]\w*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!sample) throw new Error(`not a line of the format: ${line}`);
    const [, name = '', labels = '', value] = sample;
    if (!types.has(name) && !types.has(name.replace(/_(bucket|sum|count)$/, '')))
      throw new Error(`${name} has no type`);
    const pairs = [...labels.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/g)];
    expect(pairs.map(([pair]) => pair).join('')).toBe(labels);
    return [{ name, labels: Object.fromEntries(pairs.map(([, label, of]) => [label, of])), value: Number(value) }];
  });
}

function valueOf(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number {
  return samples
    .filter((each) => each.name === name && Object.entries(labels).every(([label, of]) => each.labels[label] === of))
    .reduce((sum, { value }) => sum + value, 0);
}

// Nothing here depends on how long it takes.
jest.setTimeout(120_000);

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

async function readApi(): Promise<Sample[]> {
  const answer = await request(service.url).get('/metrics').expect(200);
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  return parse(answer.text);
}

async function readWorker(): Promise<Sample[]> {
  return parse(await service.workerRegistries[0]!.metrics());
}

/** Resolves when a value is as expected: some are updated a moment after the answer. */
async function until(read: () => Promise<number>, value: number): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (let found = await read(); found !== value; found = await read()) {
    if (Date.now() > deadline) expect(found).toBe(value);
  }
}

it('values move exactly with accepted, applied and refused operations', async () => {
  const wallet = await createFundedWallet(service.url);
  const [api, worker] = [await readApi(), await readWorker()];
  for (let count = 0; count < 3; count += 1) await operate(service.url, wallet, 'DEPOSIT', '1.00');
  await operate(service.url, wallet, 'WITHDRAW', '5.00');
  const repeated = { operation_type: 'DEPOSIT', amount: '1.00', idempotency_key: 'again' };
  for (let count = 0; count < 2; count += 1) {
    await request(service.url).post(`/wallets/${wallet}/operation`).set('Prefer', 'wait=10').send(repeated).expect(200);
  }
  const line = { type: 'bonus', wallet_id: wallet, amount: '1.00' };
  const batch = { operations: [line, line, { ...line, type: 'spend', amount: '100.00' }] };
  await request(service.url).post('/batches').set('Prefer', 'wait=10').send(batch).expect(200);

  const grown = (after: Sample[], before: Sample[], name: string, labels: Record<string, string>): number =>
    valueOf(after, name, labels) - valueOf(before, name, labels);
  const now = await readApi();
  const accepted = (source: string, type: string) =>
    grown(now, api, 'wallet_operations_accepted_total', { source, type });
  expect(accepted('single', 'deposit')).toBe(4);
  expect(accepted('single', 'withdraw')).toBe(1);
  expect(accepted('batch', 'bonus')).toBe(2);
  expect(accepted('batch', 'spend')).toBe(1);
  expect(grown(now, api, 'wallet_operations_accepted_total', {})).toBe(8);
  expect(grown(now, api, 'wallet_accept_duration_seconds_count', { source: 'single' })).toBe(5);
  expect(grown(now, api, 'wallet_accept_duration_seconds_count', { source: 'batch' })).toBe(1);
  const posts = { method: 'POST', route: '/wallets/{id}/operation', status: '2xx' };
  expect(grown(now, api, 'wallet_http_request_duration_seconds_count', posts)).toBe(6);

  const done = await readWorker();
  expect(grown(done, worker, 'wallet_operations_applied_total', {})).toBe(6);
  expect(grown(done, worker, 'wallet_operations_failed_total', { code: 'insufficient_funds' })).toBe(2);
  expect(grown(done, worker, 'wallet_operations_failed_total', {})).toBe(2);
  expect(grown(done, worker, 'wallet_drain_operations_sum', {})).toBe(8);
  expect(done.filter(({ name }) => name === 'wallet_operations_failed_total')).toHaveLength(REJECTION_CODES.length);
});

it('the backlog is reported by partition, and is gone when it is applied', async () => {
  const wire = await startWireTrap();
  const idle = await startService({ worker: false, wire, admission: { pendingOperations: 3 } });
  try {
    const read = async (name: string, labels: Record<string, string> = {}) =>
      valueOf(parse((await request(idle.url).get('/metrics').expect(200)).text), name, labels);
    const wallet = await createFundedWallet(idle.url);
    const send = () =>
      request(idle.url).post(`/wallets/${wallet}/operation`).send({ operation_type: 'DEPOSIT', amount: 1 });
    const operations = Array.from({ length: 4 }, () => ({ type: 'deposit', wallet_id: wallet, amount: '1.00' }));
    await request(idle.url).post('/batches').send({ operations }).expect(202);
    // What is accepted while the API counts is added to the count, and is in it too until the next one: here it counts later.
    const held = wire.hold(COUNTS_BACKLOG);
    await held.caught;
    for (let count = 0; count < 3; count += 1) await send().expect(202);
    await send().expect(503);
    held.letGo();
    await until(() => read('wallet_pending_operations', { priority: 'high' }), 3);
    await until(() => read('wallet_pending_lines'), 4);
    expect(await read('wallet_pending_age_seconds')).toBeGreaterThan(0);
    expect(await read('wallet_admission_refusals_total', { kind: 'single', reason: 'pending_operations' })).toBe(1);
    expect(await read('wallet_admission_refusals_total')).toBe(1);
    const refused = { method: 'POST', route: '/wallets/{id}/operation', status: '5xx' };
    expect(await read('wallet_http_request_duration_seconds_count', refused)).toBe(1);
    idle.startWorker();
    await until(() => read('wallet_pending_operations'), 0);
    await until(() => read('wallet_pending_lines'), 0);
    await until(() => read('wallet_pending_age_seconds'), 0);
  } finally {
    await idle.stop();
    await wire.stop();
  }
});

it('requests to webhook endpoints are counted by outcome', async () => {
  const webhooks = createSubscriptions(service);
  const told = await webhooks.subscribe();
  const before = valueOf(await readWorker(), 'wallet_webhook_attempts_total', { result: '2xx' });
  await request(service.url).post(`/webhook-endpoints/${told.id}/test`).send({}).expect(202);
  await webhooks.untilAttempts(told.id, 1);
  expect(valueOf(await readWorker(), 'wallet_webhook_attempts_total', { result: '2xx' })).toBe(before + 1);
  await webhooks.end();
});

it('no label contains a path, an id, a key or a login, and there are not many', async () => {
  const wallet = await createFundedWallet(service.url, '2.00');
  const operation = await operate(service.url, wallet, 'DEPOSIT', '1.00', { idempotency_key: 'key-of-a-request' });
  const id = String(operation['id']);
  await request(service.url).post('/clients').send({ name: 'Name', login: 'login-of-a-client' }).expect(201);
  for (const path of [
    `/operations/${id}`,
    `/wallets/${wallet}/transactions`,
    `/nowhere/${id}`,
    `/api/v1/wallets/${id}`,
  ]) {
    await request(service.url).get(path);
  }
  await request(service.url).get('/wallets/users/login-of-a-client/balance?asset=USD');
  const samples = [...(await readApi()), ...(await readWorker())];
  const labels = samples.flatMap((sample) => Object.values(sample.labels));
  expect(labels.filter((label) => /[0-9a-f]{8}-|key-of|login-of|nowhere|api\/v1/.test(label))).toEqual([]);
  const routes = new Set(samples.flatMap((sample) => sample.labels['route'] ?? []));
  expect([...routes].filter((route) => !/^(\/[a-z_{}-]+)+$|^other$/.test(route))).toEqual([]);
  const ofPartitions = samples.filter(({ labels: { partition } }) => partition !== undefined);
  expect(new Set(ofPartitions.map(({ labels: { partition } }) => partition)).size).toBe(service.partitions);
});

it('is served only at the root, and every name follows the conventions', async () => {
  await request(service.url).get('/api/v1/metrics').expect(404);
  await request(service.url).post('/metrics').expect(404);
  const samples = [...(await readApi()), ...(await readWorker())];
  const own = new Set(samples.map(({ name }) => name).filter((name) => name.startsWith('wallet_')));
  expect(own.size).toBeGreaterThan(20);
  for (const name of own) expect(name).toMatch(/^wallet_[a-z_]+$/);
  expect([...own].filter((name) => /_(ms|millis|milliseconds)$/.test(name))).toEqual([]);
});

it('includes the metrics of the process in a registry for one', async () => {
  const registry = createRegistry();
  const names = parse(await registry.metrics()).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['process_cpu_seconds_total', 'process_resident_memory_bytes']));
});
