import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRedisServer, startRedis } from '@wallet/local/embedded-redis';
import request from 'supertest';
import { sendToRedis } from '../support/redis-command.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';
import { createSubscriptions } from '../support/webhooks.ts';

/** Redis only makes deliveries faster: without it, or when it loses everything, every event is still delivered. */
async function expectTold(service: Service, count: number, meanwhile: () => Promise<unknown>): Promise<void> {
  const webhooks = createSubscriptions(service);
  const { receiver } = await webhooks.subscribe();
  const wallet = await createFundedWallet(service.url);
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const { body } = await request(service.url)
      .post(`/wallets/${wallet}/operation`)
      .send({ operation_type: 'DEPOSIT', amount: 1 })
      .expect(202);
    ids.push(body.id as string);
    await meanwhile();
  }
  const told = (): unknown[] =>
    receiver.received.map(({ body }) => (JSON.parse(body) as { data: { id: string } }).data.id);
  await receiver.until(() => new Set(told()).size >= ids.length);
  expect(new Set(told())).toEqual(new Set(ids));
  await webhooks.end();
}

it('with no Redis at all', async () => {
  const service = await startService({ redisUrl: 'redis://127.0.0.1:1' });
  await expectTold(service, 20, () => Promise.resolve()).finally(() => service.stop());
}, 60_000);

it('with a Redis that is emptied again and again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-webhook-redis-'));
  const path = process.env['PATH'] ?? '';
  const redis = await startRedis({ dataDir: folder, path, server: readRedisServer(process.env) });
  const service = await startService({ redisUrl: redis.url });
  const port = Number(new URL(redis.url).port);
  try {
    await expectTold(service, 40, () => sendToRedis(port, 'FLUSHALL'));
  } finally {
    await service.stop();
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
