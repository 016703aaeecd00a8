import { revokeKey } from '@wallet/shared/access/administer-keys';
import { beginEpoch } from '@wallet/shared/database/tables/epochs';
import { hearAnnouncements } from '@wallet/shared/queue/announcements';
import type { EventType } from '@wallet/shared/words/event';
import request from 'supertest';
import { EventSource } from 'undici';
import { type EventListener, listenToEvents } from '../support/event-stream.ts';
import { bearer, makeKey, until, untilGood } from '../support/keys.ts';
import { readFeed } from '../support/read-feed.ts';
import { type Service, startService } from '../support/service.ts';
import { tellEvents } from '../support/tell-events.ts';
import { createFundedWallet } from '../support/wallets.ts';

/** The feed of events as it grows: GET /events/stream. */

let service: Service;
const listeners: EventListener[] = [];
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterEach(() => {
  for (const listener of listeners.splice(0)) listener.close();
});
afterAll(() => service.stop());

const tell = (type: EventType, count?: number): Promise<string[]> => tellEvents(service.database, type, count);
const listen = async (
  options: Parameters<typeof listenToEvents>[1] = {},
  url = service.url,
): Promise<EventListener> => {
  const listener = await listenToEvents(url, options);
  listeners.push(listener);
  return listener;
};
const idsOf = ({ events }: EventListener): string[] =>
  events.map(({ data }) => (JSON.parse(data) as { id: string }).id);
/** The end of the feed. */
const end = async (): Promise<string> => {
  for (let page = await readFeed(service.url); ; page = await readFeed(service.url, page.next)) {
    if (page.ids.length === 0) return page.next;
  }
};

it('an event is sent with its type, its place in the feed, and the bytes that the feed has', async () => {
  await tell('wallet.closed');
  const listener = await listen();
  expect(listener.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  await until('the first block', () => listener.lastId !== '');
  expect(listener.text).toMatch(/^retry: \d{4}\n/);
  expect(listener.lastId).toBe(await end());
  const ids = await tell('wallet.frozen', 3);
  const events = await listener.untilTold(3);
  const page = await request(service.url).get('/events').query({ limit: 200 }).expect(200);
  for (const { event, data, id } of events) {
    expect(event).toBe('wallet.frozen');
    expect(page.text).toContain(data);
    expect(id).not.toBe('');
  }
  expect(idsOf(listener)).toEqual(ids);
  expect(events.at(-1)?.id).toBe(await end());
});

it('a listener continues behind the place it names, by pages until it has caught up, and then with new events', async () => {
  const after = await end();
  const ids = await tell('wallet.frozen', 450);
  const byQuery = await listen({ query: `?after=${after}` });
  await byQuery.untilTold(450);
  const more = await tell('wallet.frozen', 2);
  await byQuery.untilTold(452);
  expect(idsOf(byQuery)).toEqual([...ids, ...more]);
  // The header that a browser sends when it reconnects overrides the address.
  const tenth = byQuery.events[9]?.id ?? '';
  const again = await listen({ query: `?after=${after}`, headers: { 'Last-Event-ID': tenth } });
  await again.untilTold(442);
  expect(idsOf(again)).toEqual([...ids, ...more].slice(10));
});

it('a generic client is served, and continues where it was when the connection breaks', async () => {
  const server = await startService({ worker: false, webhooks: false });
  const source = new EventSource(`${server.url}/events/stream`);
  const seen: string[] = [];
  source.addEventListener('wallet.frozen', (event) => {
    seen.push((JSON.parse((event as MessageEvent).data as string) as { id: string }).id);
  });
  await new Promise((resolve) => source.addEventListener('open', resolve, { once: true }));
  const ids = await tellEvents(server.database, 'wallet.frozen', 2);
  await until('two events', () => seen.length === 2);
  source.close();
  expect(seen).toEqual(ids);
  await server.stop();
});

it('a listener gets events of the types it asks for, and of no other', async () => {
  const frozen = await listen({ query: '?type=wallet.frozen' });
  const two = await listen({ query: '?type=wallet.closed&type=wallet.activated' });
  const all = await listen();
  await tell('wallet.closed');
  await tell('wallet.frozen');
  await tell('batch.completed');
  await tell('wallet.activated');
  await all.untilTold(4);
  await tell('wallet.frozen');
  await Promise.all([frozen.untilTold(2), two.untilTold(2), all.untilTold(5)]);
  const typesOf = ({ events }: EventListener): string[] => events.map(({ event }) => event);
  expect(typesOf(frozen)).toEqual(['wallet.frozen', 'wallet.frozen']);
  expect(typesOf(two)).toEqual(['wallet.closed', 'wallet.activated']);
});

it('a listener that reads nothing for a while delays no other, and gets everything afterwards, once and in order', async () => {
  const [slow, fast] = [await listen(), await listen()];
  slow.pause();
  const ids: string[] = [];
  for (let round = 0; round < 8; round += 1) ids.push(...(await tell('wallet.frozen', 2_000)));
  await fast.untilTold(16_000);
  expect(slow.events.length).toBeLessThan(16_000);
  slow.resume();
  await slow.untilTold(16_000);
  expect(idsOf(slow)).toEqual(ids);
  expect(idsOf(fast)).toEqual(ids);
}, 60_000);

it.each([
  ['/events/stream?after=x', {}, 'after'],
  ['/events/stream', { 'Last-Event-ID': 'x' }, 'Last-Event-ID'],
  ['/events/stream?type=a.b', {}, 'type'],
  ['/events/stream?limit=5', {}, 'limit'],
])('%s with %j is refused', async (path, headers, field) => {
  const { body } = await request(service.url).get(path).set(headers).expect(400);
  expect(body.errors[0].path).toBe(field);
});

it('HEAD describes the stream, and listens to nothing', async () => {
  const { headers } = await request(service.url).head('/events/stream').expect(200);
  expect(headers['content-type']).toMatch(/^text\/event-stream/);
});

it('workers announce new events in the feed', async () => {
  const told = await startService();
  const { body } = await request(told.url)
    .post('/webhook-endpoints')
    .send({ url: 'http://127.0.0.1:9/', event_types: ['operation.succeeded'] })
    .expect(201);
  await request(told.url).patch(`/webhook-endpoints/${body.id}`).send({ status: 'disabled' }).expect(200);
  let heard = 0;
  const stop = hearAnnouncements({
    ...{ url: told.redisUrl, prefix: told.queuePrefix, onError: () => undefined, hear: () => undefined },
    hearFed: () => (heard += 1),
  });
  const listener = await listen({}, told.url);
  await until('an announcement', async () => {
    await createFundedWallet(told.url, '1.00');
    return heard > 0;
  });
  const [first] = await listener.untilTold(1);
  expect(first?.event).toBe('operation.succeeded');
  stop();
  await told.stop();
});

it('a listener before the oldest kept event, or of an ended epoch, gets 410; a connected one is disconnected', async () => {
  const old = await startService({ worker: false });
  await tellEvents(old.database, 'wallet.frozen', 3);
  const first = await request(old.url).get('/events').query({ limit: 1 }).expect(200);
  const listener = await listen({}, old.url);
  await old.database.query('UPDATE retention SET feed_floor = 3');
  const gone = await request(old.url).get('/events/stream').query({ after: first.body.next_cursor }).expect(410);
  expect(gone.body.code).toBe('cursor_expired');
  await until('the place', () => listener.lastId !== '');
  await beginEpoch(old.database, { since: null, isServed: false });
  await until('the end', () => listener.ended === 'end');
  const ended = await request(old.url).get('/events/stream').set('Last-Event-ID', listener.lastId).expect(410);
  expect(ended.body).toMatchObject({ code: 'epoch_ended', continue_after: expect.any(String) });
  await old.stop();
});

it('a stream ends when its key is revoked, within some seconds, and when the process stops', async () => {
  const guarded = await startService({ worker: false });
  const open = await listen({}, guarded.url);
  const [kept, revoked, other] = [
    await makeKey(guarded.database, { scopes: ['events:read'] }),
    await makeKey(guarded.database, { scopes: ['events:read'] }),
    await makeKey(guarded.database, { scopes: ['wallets:read'] }),
  ];
  for (const { token } of [kept, revoked, other]) await untilGood(guarded.url, token);
  await request(guarded.url).get('/events/stream').expect(401);
  await request(guarded.url).get('/events/stream').set(bearer(other.token)).expect(403);
  // It needed no key before the first one was created.
  await until('the end of the one without a key', () => open.ended === 'end');
  const staying = await listen({ headers: bearer(kept.token) }, guarded.url);
  const leaving = await listen({ headers: bearer(revoked.token) }, guarded.url);
  await revokeKey(guarded.database, revoked.key.id);
  await until('the end of the revoked one', () => leaving.ended === 'end');
  expect(staying.ended).toBeNull();
  await guarded.stop();
  await until('the end', () => staying.ended === 'end');
}, 30_000);
