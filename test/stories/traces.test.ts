import { newId } from '@wallet/shared/words/ids';
import { loadTracing } from '@wallet/shared/process/load-tracing';
import type { Logger } from '@wallet/shared/process/logger';
import type { Tracing } from '@wallet/shared/process/tracing';
import request from 'supertest';
import { type CollectedSpan, type Collector, startCollector } from '../support/collector.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';
import { createSubscriptions } from '../support/webhooks.ts';

/** One trace from the caller to the receiver of webhooks, exported as OTLP. */
let collector: Collector;
let tracing: { api: Tracing; worker: Tracing };
let service: Service;
let webhooks: ReturnType<typeof createSubscriptions>;
const lines: Record<string, unknown>[] = [];

beforeAll(async () => {
  collector = await startCollector();
  process.env['OTEL_BSP_SCHEDULE_DELAY'] = '100';
  const load = async (name: string): Promise<Tracing> => {
    const onError = (error: unknown): void => {
      throw new Error('not exported', { cause: error });
    };
    return (await loadTracing({ endpoint: collector.url, service: name, onError }))!;
  };
  tracing = { api: await load('wallet-api'), worker: await load('wallet-worker') };
  const keep = (fields: object, msg: string) => lines.push({ ...fields, msg });
  const levels = ['debug', 'info', 'warn', 'error', 'fatal'].map((level) => [level, keep]);
  service = await startService({ tracing, workerLog: Object.fromEntries(levels) as Logger });
  webhooks = createSubscriptions(service);
  // Data that only the database refuses: it fails to compute with one amount.
  await service.database.query(
    'ALTER TABLE movements ADD CONSTRAINT unlucky CHECK (1 / (amount - 1313) IS NOT NULL) NOT VALID',
  );
});
afterAll(async () => {
  await webhooks.end();
  await service.stop();
  await Promise.all([tracing.api.stop(), tracing.worker.stop()]);
  await collector.stop();
  delete process.env['OTEL_BSP_SCHEDULE_DELAY'];
});

const TRACED = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const UNSAMPLED = '00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';

const deposit = (wallet: string, headers: Record<string, string>, more: object = {}) =>
  request(service.url)
    .post(`/wallets/${wallet}/operation`)
    .set(headers)
    .send({ operation_type: 'DEPOSIT', amount: '1.00', ...more });

/** Resolves with the spans of a trace by their names, as soon as there are this many. */
async function collected(traceId: string, count: number): Promise<Map<string, CollectedSpan>> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const found = collector.spans.filter((span) => span.traceId === traceId);
    if (found.length >= count) return new Map(found.map((span) => [span.name, span]));
    if (Date.now() > deadline) throw new Error(`only ${found.map(({ name }) => name).join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it('one trace leads from the caller to the receiver of the webhook', async () => {
  const { receiver } = await webhooks.subscribe();
  const wallet = await createFundedWallet(service.url);
  const { body } = await deposit(wallet, { traceparent: TRACED, Prefer: 'wait=10' }).expect(200);
  await deposit(wallet, { traceparent: UNSAMPLED, Prefer: 'wait=10' }).expect(200);
  await receiver.until(({ length }) => length >= 2);
  const spans = await collected('0af7651916cd43dd8448eb211c80319c', 5);

  const [server, send, wait, process, post] = [
    'POST /wallets/{id}/operation',
    ...['send pending_operations', 'wait pending_operations', 'process pending_operations', 'POST'],
  ].map((name) => spans.get(name)!) as [CollectedSpan, CollectedSpan, CollectedSpan, CollectedSpan, CollectedSpan];
  expect(spans.size).toBe(5);
  expect([server, send, wait, process, post].map(({ parentSpanId }) => parentSpanId)).toEqual([
    ...['b7ad6b7169203331', server.spanId, send.spanId, send.spanId, process.spanId],
  ]);
  expect([server, send, wait, process, post].map(({ kind }) => kind)).toEqual([2, 4, 1, 5, 3]);
  expect(new Set([server, send].map((span) => span.service))).toEqual(new Set(['wallet-api']));
  expect(new Set([wait, process, post].map((span) => span.service))).toEqual(new Set(['wallet-worker']));
  expect(server.attributes).toMatchObject({
    ...{ 'http.request.method': 'POST', 'http.route': '/wallets/{id}/operation', 'http.response.status_code': 200 },
    'url.path': `/wallets/${wallet}/operation`,
  });
  expect(process.attributes).toMatchObject({
    ...{ 'messaging.message.id': body.id, 'messaging.operation.type': 'process' },
    'wallet.operation.status': 'succeeded',
  });
  expect(BigInt(wait.endTimeUnixNano)).toBe(BigInt(process.startTimeUnixNano));
  for (const { startTimeUnixNano: from, endTimeUnixNano: to } of spans.values())
    expect(BigInt(to) - BigInt(from)).toBeGreaterThanOrEqual(0n);
  // Spans begin in whole milliseconds of the clock.
  expect(BigInt(send.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(server.startTimeUnixNano));
  expect(BigInt(send.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(server.endTimeUnixNano) + 1_000_000n);
  expect(post.attributes).toMatchObject({ 'http.response.status_code': 204, 'server.address': '127.0.0.1' });
  expect([...spans.values()].filter(({ isError }) => isError)).toEqual([]);

  const [told, other] = receiver.received;
  expect(told?.headers['traceparent']).toBe(`00-${post.traceId}-${post.spanId}-01`);
  expect(other?.headers).not.toHaveProperty('traceparent');
  expect(collector.spans.filter(({ traceId }) => traceId.startsWith('1af'))).toEqual([]);
  const { rows } = await service.database.query('SELECT FROM event_traces');
  expect(rows).toHaveLength(1);
});

it('the worker logs the request that an operation came from, at once or scheduled, by its name or by its id', async () => {
  const wallet = await createFundedWallet(service.url);
  const named = `named-${newId()}`;
  const unlucky = { amount: '13.13' };
  const execute_at = new Date(Date.now() + 1_100).toISOString();
  const [one, two, later] = [
    await deposit(wallet, { 'X-Request-Id': named, traceparent: UNSAMPLED }, unlucky).expect(202),
    await deposit(wallet, { traceparent: UNSAMPLED }, unlucky).expect(202),
    await request(service.url)
      .post('/operations')
      .set({ 'X-Request-Id': `later-${named}`, traceparent: TRACED.replace('0af', '2af') })
      .send({ ...unlucky, type: 'deposit', wallet_id: wallet, execute_at })
      .expect(202),
  ];
  expect(two.headers['x-request-id']).toBe(two.body.id);
  const deadline = Date.now() + 20_000;
  const failed = () => lines.filter(({ msg }) => msg === 'operation could not be applied');
  while (failed().length < 3 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  const requests = new Map(failed().map((line) => [line['operation_id'], [line['request_id'], line['trace_id']]]));
  expect(requests).toEqual(
    new Map<unknown, unknown>([
      [one.body.id, [named, undefined]],
      [two.body.id, [two.body.id, undefined]],
      [later.body.id, [`later-${named}`, '2af7651916cd43dd8448eb211c80319c']],
    ]),
  );
});
