import { type Server, type Socket, connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Doorbell, createDoorbell, listenToDoorbell } from '@wallet/shared/queue/doorbell';
import { hearDeliveryDoorbell } from '@wallet/shared/queue/delivery-doorbell';
import type { QueueListener } from '@wallet/shared/queue/queue-listener';
import request from 'supertest';
import { sendToRedis } from '../support/redis-command.ts';
import { startService } from '../support/service.ts';
import { createTestDatabase } from '../support/test-database.ts';

/**
 * A proxy to Redis that cuts the connection when BullMQ sends its first script or waits for its first job, on the first
 * `breaks` connections.
 */
async function startFlakyProxy(redisUrl: string, breaks: number): Promise<{ url: string; stop: () => void }> {
  const { port } = new URL(redisUrl);
  const sockets = new Set<Socket>();
  let connections = 0;
  const server: Server = createServer((client) => {
    connections += 1;
    const breaksHere = connections <= breaks;
    const upstream = connect(Number(port), '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (data) => {
      if (breaksHere && /evalsha|bzpopmin/i.test(data.toString())) client.destroy();
      else upstream.write(data);
    });
    upstream.on('data', (data) => client.write(data));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  return {
    url: `redis://127.0.0.1:${address.port}`,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Rings until Redis takes it, then resolves when the partition has been answered `times` times in all. */
async function ringUntilAnswered(doorbell: Doorbell, answered: number[], partition: number): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!answered.includes(partition)) {
    await doorbell.ring([partition], 'high', 'accept').catch(() => undefined);
    await delay(20);
    if (Date.now() > deadline) throw new Error(`partition ${partition} was rung for in vain`);
  }
}

let listener: QueueListener | undefined;
let doorbell: Doorbell | undefined;
afterEach(async () => {
  await listener?.stop();
  doorbell?.close();
});

it('a doorbell whose first connections to Redis break still works', async () => {
  const { redisUrl, queuePrefix: prefix } = await createTestDatabase();
  const proxy = await startFlakyProxy(redisUrl, 8);
  const options = { url: proxy.url, prefix, onError: () => undefined };
  const answered: number[] = [];
  listener = listenToDoorbell({
    ...options,
    concurrency: 4,
    answer: ({ partition }) => {
      answered.push(partition);
      return Promise.resolve();
    },
  });
  doorbell = createDoorbell(options);
  for (const partition of [3, 4, 5]) await ringUntilAnswered(doorbell, answered, partition);
  await listener.stop();
  doorbell.close();
  proxy.stop();
});

it('a ring that arrives while the partition is being answered is answered too', async () => {
  const { redisUrl: url, queuePrefix: prefix } = await createTestDatabase();
  const options = { url, prefix, onError: () => undefined };
  const bell = createDoorbell(options);
  doorbell = bell;
  let answers = 0;
  let work = 0;
  let seen = 0;
  listener = listenToDoorbell({
    ...options,
    concurrency: 4,
    answer: async () => {
      // A drain: it sees what is there when it looks, and takes a while to end.
      answers += 1;
      const found = work;
      await delay(5);
      seen = Math.max(seen, found);
    },
  });
  while ((await bell.state()) !== 'up') await delay(10);
  for (let round = 1; round <= 60; round += 1) {
    work = round;
    await bell.ring([7], 'high', 'accept');
    // Rings fall at every point of an answer: before, in the middle, at its end.
    await delay(round % 9);
  }
  const deadline = Date.now() + 10_000;
  while (seen < 60 && Date.now() < deadline) await delay(10);
  expect(seen).toBe(60);
  expect(answers).toBeLessThanOrEqual(60);
});

it('a ring in the middle of an answer is answered after it', async () => {
  const { redisUrl: url, queuePrefix: prefix } = await createTestDatabase();
  const options = { url, prefix, onError: () => undefined };
  const bell = createDoorbell(options);
  doorbell = bell;
  let answers = 0;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  listener = listenToDoorbell({
    ...options,
    concurrency: 4,
    answer: async () => {
      answers += 1;
      if (answers === 1) await ended;
    },
  });
  while ((await bell.state()) !== 'up') await delay(10);
  await bell.ring([7], 'high', 'accept');
  await until(() => answers === 1);
  await bell.ring([7], 'high', 'accept');
  end();
  await until(() => answers === 2);
});

/** What Redis stores of the next ring, with another version and number of attempts. */
const SAY_LATER = `local job = KEYS[1] .. redis.call('LRANGE', KEYS[1] .. 'wait', 0, 0)[1]
local data, opts = cjson.decode(redis.call('HGET', job, 'data')), cjson.decode(redis.call('HGET', job, 'opts'))
data.version, opts.attempts = 2, 3
redis.call('HSET', job, 'data', cjson.encode(data), 'opts', cjson.encode(opts))`;

it('a ring of a later version is handed back as often as it says, and other rings are answered', async () => {
  const { redisUrl: url, queuePrefix: prefix } = await createTestDatabase();
  const options = { url, prefix, onError: () => undefined };
  const bell = createDoorbell(options);
  doorbell = bell;
  while ((await bell.state()) !== 'up') await delay(10);
  await bell.ring([7], 'high', 'accept');
  const script = SAY_LATER.replaceAll('\n', ' ');
  await sendToRedis(Number(new URL(url).port), `EVAL "${script}" 1 "${prefix}:{wallet-ops}:"`);
  const answered: number[] = [];
  let handedBack = 0;
  listener = listenToDoorbell({
    ...options,
    concurrency: 1,
    answer: ({ partition }) => Promise.resolve(void answered.push(partition)),
    onNewer: () => (handedBack += 1),
  });
  await until(() => handedBack === 3);
  // It has left nothing behind that keeps others from being rung for.
  await bell.ring([7], 'high', 'accept');
  await until(() => answered.length > 0);
  expect([answered, handedBack]).toEqual([[7], 3]);
});

it('every request that makes something due for an endpoint rings for it', async () => {
  const service = await startService({ worker: false });
  const heard: string[] = [];
  const bell = hearDeliveryDoorbell({
    ...{ url: service.redisUrl, prefix: service.queuePrefix, onError: () => undefined },
    hear: (endpointId) => heard.push(endpointId),
  });
  const endpoint = { url: 'http://127.0.0.1:9/', event_types: ['*'] };
  const { body } = await request(service.url).post('/webhook-endpoints').send(endpoint).expect(201);
  const path = `/webhook-endpoints/${body.id as string}`;
  const delivery = await request(service.url).post(`${path}/test`).expect(202);
  await until(() => heard.length === 1);
  await request(service.url)
    .post(`${path}/deliveries/${delivery.body.id as string}/replay`)
    .expect(202);
  await until(() => heard.length === 2);
  expect(new Set(heard)).toEqual(new Set([body.id]));
  await bell.stop();
  await service.stop();
});

async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error('it was not heard in time');
    await delay(10);
  }
}
