import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createWebhookEndpoint } from '@wallet/shared/database/tables/webhook-endpoints';
import { newId } from '@wallet/shared/words/ids';
import { createLogger } from '@wallet/shared/process/logger';
import { recordFacts } from '@wallet/shared/events/record-facts';
import { createSealer } from '@wallet/shared/process/seal';
import { createDispatcher } from '@wallet/worker/webhooks/dispatch-deliveries';
import { relayAll } from '@wallet/worker/webhooks/relay-events';
import { createSender } from '@wallet/worker/webhooks/send-request';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { type Service, startService } from '../support/service.ts';

/** If there is room for one endpoint, endpoints take turns. */
let service: Service;
const receivers: Receiver[] = [];
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterAll(async () => {
  await Promise.all(receivers.map((receiver) => receiver.stop()));
  await service.stop();
});

const ANSWER_MS = 200;
const sealer = createSealer(randomBytes(32));

async function subscribe(eventTypes: string[]): Promise<{ id: string; receiver: Receiver }> {
  const receiver = await startReceiver();
  receivers.push(receiver);
  receiver.answer = (_request, response) => void delay(ANSWER_MS).then(() => response.writeHead(500).end());
  const id = newId();
  await createWebhookEndpoint(service.database, {
    ...{ id, url: receiver.url, description: null, eventTypes, rateLimit: null, sealedHeaders: null },
    sealedSecret: sealer.seal(randomBytes(32), id),
  });
  return { id, receiver };
}

it('an endpoint that recovers with a large backlog delays no other, and gets all of it', async () => {
  const [large, small] = [await subscribe(['wallet.frozen']), await subscribe(['wallet.closed'])];
  const backlog = 600;
  await recordFacts(
    service.database,
    Array.from({ length: backlog }, (_, n) => ({ type: 'wallet.frozen' as const, data: { n } })),
  );
  await recordFacts(service.database, [{ type: 'wallet.closed', data: {} }]);
  await relayAll(service.database);
  for (const { receiver } of [large, small]) {
    receiver.answer = (_request, response) => void delay(ANSWER_MS).then(() => response.writeHead(204).end());
  }
  const sender = createSender({ allowPrivate: true });
  const log = createLogger({ process: 'test', level: 'silent', pretty: false });
  const dispatcher = createDispatcher({ database: service.database, sealer, sender, log }, 1);
  dispatcher.wake(large.id);
  await large.receiver.until(({ length }) => length > 0);
  // Woken again and again, as by the look for what is due, it does not come before the other.
  dispatcher.wake(large.id);
  dispatcher.wake(small.id);
  await small.receiver.until(({ length }) => length === 1);
  expect(large.receiver.received.length).toBeLessThan(backlog);
  await large.receiver.until(({ length }) => length === backlog);
  expect(new Set(large.receiver.received.map(({ id }) => id)).size).toBe(backlog);
  await dispatcher.stop();
  sender.close();
});
