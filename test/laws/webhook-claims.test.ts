import { insertDelivery } from '@wallet/shared/database/tables/deliveries';
import { type AttemptRecord, claimDeliveries, recordAttempts } from '@wallet/shared/database/tables/delivery-attempts';
import { recordFacts } from '@wallet/shared/record-facts';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';

/** Several workers talk to one endpoint: each delivery is one's own until its lease ends. */

const LEASE_MS = 60_000;
const DELIVERIES = 10;

let service: Service;
let endpoint: string;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterAll(() => service.stop());
beforeEach(async () => {
  const { body } = await request(service.url)
    .post('/webhook-endpoints')
    .send({ url: 'http://127.0.0.1:9/' })
    .expect(201);
  endpoint = body.id as string;
  const facts = Array.from({ length: DELIVERIES }, (_, n) => ({ type: 'wallet.frozen', data: { n } }) as const);
  for (const id of await recordFacts(service.database, facts)) await insertDelivery(service.database, endpoint, id);
});

async function claim(most: number): Promise<string[]> {
  return (await claimDeliveries(service.database, endpoint, most, LEASE_MS)).map(({ eventId }) => eventId);
}

const attempt = (eventId: string, succeeded: boolean): AttemptRecord => ({
  ...{ eventId, succeeded, startedAt: new Date(), durationMs: 1, responseStatus: succeeded ? 204 : 500, error: null },
  responseExcerpt: '',
  retryInMs: succeeded ? null : LEASE_MS,
});

it('what one worker has claimed belongs to nobody else until its lease ends', async () => {
  const claimed = [...(await Promise.all([claim(4), claim(4)])), await claim(DELIVERIES)].flat();
  expect(new Set(claimed).size).toBe(DELIVERIES);
  expect(claimed).toHaveLength(DELIVERIES);
  expect(await claim(1)).toEqual([]);

  await service.database.query(
    `UPDATE deliveries SET next_attempt_at = next_attempt_at - $2 * interval '1 millisecond'
    WHERE endpoint_id = $1`,
    [endpoint, LEASE_MS],
  );
  expect(await claim(DELIVERIES)).toHaveLength(DELIVERIES);
});

it('what has succeeded stays so, whatever comes of an attempt whose lease had ended', async () => {
  const [event] = await claim(1);
  await recordAttempts(service.database, endpoint, [attempt(event!, true)], 0);
  await recordAttempts(service.database, endpoint, [attempt(event!, false)], 0);
  const { body } = await request(service.url).get(`/webhook-endpoints/${endpoint}/deliveries/${event}`).expect(200);
  expect(body).toMatchObject({ status: 'succeeded', attempts: 2, next_attempt_at: null });
});
