import { randomBytes } from 'node:crypto';
import { createSealer } from '@wallet/shared/process/seal';
import { createLogger } from '@wallet/shared/process/logger';
import { createDispatcher } from '@wallet/worker/webhooks/dispatch-deliveries';
import request from 'supertest';
import { until } from '../support/keys.ts';
import { type Service, startService } from '../support/service.ts';
import { tellEvents } from '../support/tell-events.ts';
import { createFundedWallet } from '../support/wallets.ts';
import { type Told, createSubscriptions } from '../support/webhooks.ts';

/** The signals of an endpoint: its last error, its last success, and its backlog. */

let service: Service;
let subscriptions: ReturnType<typeof createSubscriptions>;
beforeAll(async () => {
  service = await startService();
  subscriptions = createSubscriptions(service);
});
afterEach(() => subscriptions.end());
afterAll(() => service.stop());

const show = async ({ id }: Told): Promise<Record<string, any>> =>
  (await request(service.url).get(`/webhook-endpoints/${id}`).expect(200)).body;

async function freeze(): Promise<void> {
  const wallet = await createFundedWallet(service.url);
  await request(service.url).patch(`/wallets/${wallet}`).send({ status: 'frozen' }).expect(200);
}

it('a failing endpoint shows the status and when, and its backlog; then its success', async () => {
  const told = await subscriptions.subscribe({ event_types: ['wallet.frozen'] });
  expect(await show(told)).toMatchObject({ last_error: null, last_success_at: null, paused_until: null, pending: 0 });
  told.receiver.answer = (_request, response) => response.writeHead(503).end();
  const before = Date.now();
  for (let count = 0; count < 3; count += 1) await freeze();
  await until('the failure', async () => (await show(told))['last_error'] !== null);
  const failed = await show(told);
  expect(failed).toMatchObject({ last_error: { status_code: 503, message: 'HTTP 503' } });
  await until('all of them', async () => (await show(told))['pending'] === 3);
  expect(failed['last_error'].at).toBe(failed['last_failure_at']);
  expect(Date.parse(failed['last_error'].at)).toBeGreaterThanOrEqual(before);
  told.receiver.answer = (_request, response) => response.writeHead(200).end();
  await subscriptions.makeDue();
  await until('the success', async () => (await show(told))['pending'] === 0);
  const healthy = await show(told);
  expect(healthy).toMatchObject({ last_success_at: expect.any(String), last_error: { message: 'HTTP 503' } });
});

it('an endpoint whose secret cannot be opened says so, with the time of the last attempt', async () => {
  await service.stopWorkers();
  const told = await subscriptions.subscribe({ event_types: ['wallet.closed'] });
  await tellEvents(service.database, 'wallet.closed');
  const tools = {
    ...{ database: service.database, sealer: createSealer(randomBytes(32)), sender: null as never },
    log: createLogger({ process: 'test', level: 'silent', pretty: false }),
  };
  const deliver = async (): Promise<Record<string, any>> => {
    const dispatcher = createDispatcher(tools);
    dispatcher.wake(told.id);
    await dispatcher.stop();
    return show(told);
  };
  const first = await deliver();
  expect(first).toMatchObject({ last_error: { status_code: null, message: 'secret_unreadable' }, pending: 1 });
  // It is retried each second, and recorded every few.
  expect((await deliver())['last_error']).toEqual(first['last_error']);
  await service.database.query(
    `UPDATE webhook_endpoint_states SET last_failure_at = now() - interval '11 seconds' WHERE endpoint_id = $1`,
    [told.id],
  );
  const later = await deliver();
  expect(Date.parse(later['last_error'].at)).toBeGreaterThanOrEqual(Date.parse(first['last_error'].at));
});
