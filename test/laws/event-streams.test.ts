import { PassThrough, Writable } from 'node:stream';
import { createListener } from '@wallet/api/webhooks/event-listener';
import { createEventStreams } from '@wallet/api/webhooks/event-streams';
import type { Database } from '@wallet/shared/database/pool';
import { findFeedHead } from '@wallet/shared/database/tables/events';
import { createLogger } from '@wallet/shared/process/logger';
import { until } from '../support/keys.ts';
import { type Service, startService } from '../support/service.ts';
import { tellEvents } from '../support/tell-events.ts';

/** The cost of a listener: no read of its own while it keeps up, and no memory while it does not. */

const LISTENERS = 60;
const log = createLogger({ process: 'test', level: 'silent', pretty: false });

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterAll(() => service.stop());

/** The pool, and how often the feed was read with it. */
function counting(database: Database): { database: Database; reads: () => number } {
  let reads = 0;
  const query = (statement: { name?: string }): unknown => {
    if (statement.name === 'readFeed') reads += 1;
    return database.query(statement as never);
  };
  return { database: Object.assign(Object.create(database) as Database, { query }), reads: () => reads };
}

function collect(): { to: PassThrough; text: () => string } {
  let text = '';
  const to = new PassThrough();
  to.on('data', (piece: Buffer) => (text += piece.toString()));
  return { to, text: () => text };
}

const countOf = (text: string): number => text.split('\ndata: ').length - 1;

it('listeners that keep up share one read of the feed, and each gets every event of its types once', async () => {
  const { database, reads } = counting(service.database);
  const streams = createEventStreams(database, log);
  const place = await findFeedHead(database);
  const options = { types: null, place, page: null, stillMay: () => Promise.resolve(true) };
  const sinks = Array.from({ length: LISTENERS }, collect);
  const some = collect();
  const sent = [
    ...sinks.map(({ to }) => streams.send(to, options)),
    streams.send(some.to, { ...options, types: ['wallet.closed'] }),
  ];
  const before = reads();
  for (let round = 0; round < 3; round += 1) {
    await tellEvents(service.database, 'wallet.frozen', 300);
    await tellEvents(service.database, 'wallet.closed', 1);
    streams.hearFed();
    await until('all', () => sinks.every(({ text }) => countOf(text()) >= 301 * (round + 1)));
  }
  await until('those of one type', () => countOf(some.text()) === 3);
  expect(sinks.map(({ text }) => countOf(text()))).toEqual(sinks.map(() => 903));
  // Each round is two pages and the look that finds no more, and a look by the clock now and then.
  expect(reads() - before).toBeLessThan(LISTENERS / 2);
  streams.stop();
  await Promise.all(sent);
});

it('a listener that reads nothing is sent a quarter of a megabyte, and nothing more', async () => {
  const stuck = new Writable({ write: () => undefined });
  const place = await findFeedHead(service.database);
  const listener = createListener(stuck, { types: null, place, page: null, stillMay: () => Promise.resolve(true) });
  const bytes = Buffer.alloc(64 * 1024);
  let taken = 0;
  while (taken < 100 && listener.take(bytes, place)) taken += 1;
  expect(taken).toBeLessThanOrEqual(5);
  expect(stuck.writableLength).toBeLessThan(400 * 1024);
  listener.beat();
  expect(stuck.writableLength).toBeLessThan(400 * 1024);
  stuck.destroy();
});

it('a heartbeat is a comment, with the position reached without an event', async () => {
  const { to, text } = collect();
  const place = await findFeedHead(service.database);
  const listener = createListener(to, { types: null, place, page: null, stillMay: () => Promise.resolve(true) });
  await until('the beginning', () => text() !== '');
  const begin = text();
  listener.beat();
  listener.take(Buffer.alloc(0), { ...place, position: place.position + 1n });
  listener.beat();
  await until('both', () => text().split('keep-alive').length === 3);
  expect(text().slice(begin.length)).toMatch(/^: keep-alive\n\n: keep-alive\nid: \S+\n\n$/);
  to.destroy();
});
