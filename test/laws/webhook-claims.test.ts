import {
  type AttemptRecord,
  claimDeliveries,
  findDueEndpoints,
  recordAttempts,
} from '@wallet/shared/database/tables/delivery-claims';
import { countWebhookBacklog } from '@wallet/shared/database/tables/webhook-backlog';
import { disableEndpoint } from '@wallet/shared/database/tables/webhook-endpoints';
import type { EventType } from '@wallet/shared/words/event';
import { recordFacts } from '@wallet/shared/events/record-facts';
import { relayAll } from '@wallet/worker/webhooks/relay-events';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { untilWaitingForLocks } from '../support/until-waiting-for-locks.ts';

/** Several workers send to one endpoint: each delivery belongs to one of them until its lease expires. */

const LEASE_MS = 60_000;
const DELIVERIES = 10;
const UNLEASED = { pauseMs: 0, lease: null, pauseResets: 0 };

let service: Service;
let endpoint: string;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterAll(() => service.stop());
beforeEach(async () => {
  endpoint = await make();
});
afterEach(async () => {
  await service.database.query('UPDATE webhook_endpoints SET deleted_at = now()');
});

async function make(fields: object = {}): Promise<string> {
  const { body } = await request(service.url)
    .post('/webhook-endpoints')
    .send({ url: 'http://127.0.0.1:9/', ...fields })
    .expect(201);
  return body.id as string;
}

async function change(fields: object): Promise<void> {
  await request(service.url).patch(`/webhook-endpoints/${endpoint}`).send(fields).expect(200);
}

/** Records events and relays them. @returns their ids in the order of the feed, and the endpoints that got a ring. */
async function tell(count: number, type: EventType = 'wallet.frozen'): Promise<{ ids: string[]; rung: string[] }> {
  const facts = Array.from({ length: count }, (_, n) => ({ type, data: { n } }));
  const ids = await recordFacts(service.database, facts);
  const { endpointIds } = await relayAll(service.database);
  return { ids, rung: [...endpointIds] };
}

async function claim(most: number, database: Parameters<typeof claimDeliveries>[0] = service.database) {
  for (;;) {
    const { deliveries, goesOn } = await claimDeliveries(database, endpoint, most, LEASE_MS);
    if (deliveries.length > 0 || !goesOn) return deliveries.map(({ eventId }) => eventId);
  }
}

async function readState(): Promise<{ position: bigint; head: bigint; made: number }> {
  const { rows } = await service.database.query<Awaited<ReturnType<typeof readState>>>(
    `SELECT position, (SELECT coalesce(max(position), 0) FROM event_feed) AS head,
            ((SELECT count(*) FROM deliveries WHERE endpoint_id = $1)
             + (SELECT coalesce(sum(cardinality(event_ids)), 0) FROM delivery_leases WHERE endpoint_id = $1))::int AS made
     FROM webhook_endpoint_states WHERE endpoint_id = $1`,
    [endpoint],
  );
  return rows[0]!;
}

async function endLeases(): Promise<void> {
  await service.database.query('UPDATE delivery_leases SET leased_until = now() WHERE endpoint_id = $1', [endpoint]);
}

const attempt = (eventId: string, succeeded: boolean): AttemptRecord => ({
  ...{ eventId, succeeded, startedAt: new Date(), durationMs: 1, responseStatus: succeeded ? 204 : 500, error: null },
  responseExcerpt: '',
  retryInMs: succeeded ? null : LEASE_MS,
});

/** Has an event that is claimed sent, and then again. */
async function replay(eventId: string): Promise<void> {
  await recordAttempts(service.database, endpoint, [attempt(eventId, true)], UNLEASED);
  await request(service.url).post(`/webhook-endpoints/${endpoint}/deliveries/${eventId}/replay`).expect(202);
}

it('a delivery claimed by one worker belongs to no other until its lease expires', async () => {
  const { ids } = await tell(DELIVERIES);
  const claimed = [...(await Promise.all([claim(4), claim(4)])), await claim(DELIVERIES)].flat();
  expect(claimed.toSorted()).toEqual(ids.toSorted());
  expect(await claim(1)).toEqual([]);

  await endLeases();
  expect((await claim(DELIVERIES)).toSorted()).toEqual(ids.toSorted());
});

it('events relayed while several workers claim are claimed once, and due retries before them', async () => {
  const told: string[] = [];
  const claimed: string[] = [];
  let isOver = false;
  const work = async (): Promise<void> => {
    for (let isLast = false; ; isLast = isOver) {
      const mine = await claim(7);
      claimed.push(...mine);
      if (isLast && mine.length === 0) return;
    }
  };
  const working = [1, 2, 3, 4].map(work);
  for (let round = 0; round < 20; round += 1) told.push(...(await tell(15)).ids);
  isOver = true;
  await Promise.all(working);
  expect(claimed.toSorted()).toEqual(told.toSorted());
  expect(await readState()).toMatchObject({ made: told.length });

  const { ids } = await tell(2);
  await replay(told[0]!);
  expect(await claim(3)).toEqual([told[0], ...ids]);
});

it('a claim that saw less of the feed than the previous one does not go back', async () => {
  const again = (await tell(1)).ids;
  await claim(1);
  await replay(again[0]!);
  const ids = [...(await tell(3)).ids];
  const [first, other] = [await service.database.connect(), await service.database.connect()];
  await first.query('BEGIN');
  await first.query('SELECT FROM webhook_endpoint_states WHERE endpoint_id = $1 FOR UPDATE', [endpoint]);
  const late = claim(DELIVERIES);
  await untilWaitingForLocks(service.database);
  ids.push(...(await tell(2)).ids);
  // What is due again is left to the late one, which so has something to claim.
  await other.query('BEGIN');
  await other.query('SELECT FROM deliveries WHERE event_id = $1 FOR UPDATE', again);
  expect(await claim(DELIVERIES, first)).toEqual(ids);
  await other.query('ROLLBACK');
  await first.query('COMMIT');
  first.release();
  other.release();
  expect(await late).toEqual(again);
  expect(await claim(DELIVERIES)).toEqual([]);
});

it('an endpoint can be disabled by a worker while a request changes it', async () => {
  const worker = await service.database.connect();
  await worker.query('BEGIN');
  // As when a round is written down.
  await worker.query('SELECT FROM webhook_endpoint_states WHERE endpoint_id = $1 FOR UPDATE', [endpoint]);
  const changed = change({ status: 'disabled', description: 'changed' });
  await untilWaitingForLocks(service.database);
  expect(await disableEndpoint(worker, endpoint, 'failing')).toBe(true);
  await worker.query('COMMIT');
  worker.release();
  await changed;
  const { body } = await request(service.url).get(`/webhook-endpoints/${endpoint}`).expect(200);
  expect(body).toMatchObject({ status: 'disabled', disabled_reason: 'failing', description: 'changed' });
});

it('when a lease expires, only deliveries without a result are sent again', async () => {
  const { ids } = await tell(3);
  const { deliveries, lease } = await claimDeliveries(service.database, endpoint, 3, LEASE_MS);
  expect(deliveries.map(({ eventId }) => eventId)).toEqual(ids);
  const path = `/webhook-endpoints/${endpoint}/deliveries`;
  const { body: leased } = await request(service.url).get(`${path}/${ids[2]!}`).expect(200);
  expect(leased).toMatchObject({ status: 'pending', attempts: 0, attempts_log: [] });
  expect(Date.parse(leased.next_attempt_at)).toBeGreaterThan(Date.now());
  await recordAttempts(service.database, endpoint, [attempt(ids[0]!, true), attempt(ids[1]!, false)], UNLEASED);
  expect(await findDueEndpoints(service.database)).toEqual([]);
  expect(await countWebhookBacklog(service.database, 1_000)).toMatchObject({ due: 0 });
  expect((await request(service.url).get(path)).body.data.map((each: any) => each.id)).toEqual(ids.toReversed());

  await endLeases();
  expect(await findDueEndpoints(service.database)).toEqual([endpoint]);
  expect(await countWebhookBacklog(service.database, 1_000)).toMatchObject({ due: 1 });
  expect(await claim(3)).toEqual([ids[2]]);
  // The worker that had it stores it after all.
  await recordAttempts(service.database, endpoint, [attempt(ids[2]!, true)], { ...UNLEASED, lease });
  const { body } = await request(service.url).get(path).expect(200);
  expect(body.data.map((each: any) => [each.id, each.status, each.attempts])).toEqual([
    [ids[2], 'succeeded', 1],
    [ids[1], 'pending', 1],
    [ids[0], 'succeeded', 1],
  ]);
});

it('a lease ends when all of its deliveries have a result', async () => {
  const { ids } = await tell(3);
  const { lease } = await claimDeliveries(service.database, endpoint, 3, LEASE_MS);
  const attempts = ids.map((id) => attempt(id, true));
  await recordAttempts(service.database, endpoint, attempts, { ...UNLEASED, lease });
  expect((await service.database.query('SELECT FROM delivery_leases WHERE endpoint_id = $1', [endpoint])).rows).toEqual(
    [],
  );
  expect(await readState()).toMatchObject({ made: 3 });
});

it('a delivery that has succeeded stays so, whatever the result of an attempt whose lease had expired', async () => {
  await tell(1);
  const [event] = await claim(1);
  await recordAttempts(service.database, endpoint, [attempt(event!, true)], UNLEASED);
  await recordAttempts(service.database, endpoint, [attempt(event!, false)], UNLEASED);
  const { body } = await request(service.url).get(`/webhook-endpoints/${endpoint}/deliveries/${event}`).expect(200);
  expect(body).toMatchObject({ status: 'succeeded', attempts: 2, next_attempt_at: null });
});

it("a failure at an endpoint's previous address says nothing about the endpoint", async () => {
  await tell(1);
  const { deliveries, pauseResets } = await claimDeliveries(service.database, endpoint, 1, LEASE_MS);
  await change({ url: 'http://127.0.0.1:10/' });
  const attempts = deliveries.map(({ eventId }) => attempt(eventId, false));
  const written = { pauseMs: LEASE_MS, lease: null, pauseResets };
  expect(await recordAttempts(service.database, endpoint, attempts, written)).toEqual({
    counts: false,
    failingMs: null,
  });
  const { body } = await request(service.url).get(`/webhook-endpoints/${endpoint}`).expect(200);
  expect(body).toMatchObject({
    failing_since: null,
    paused_until: null,
    last_error: { message: 'HTTP 500', status_code: 500 },
  });
});

it('a paused endpoint costs nothing, and gets its events in order afterwards', async () => {
  const pause = (until: string): Promise<unknown> =>
    service.database.query(`UPDATE webhook_endpoint_states SET paused_until = ${until} WHERE endpoint_id = $1`, [
      endpoint,
    ]);
  const other = await make();
  await pause(`now() + interval '1 hour'`);
  const before = await readState();
  const { ids, rung } = await tell(DELIVERIES);
  expect(rung).toEqual([other]);
  expect(await claim(DELIVERIES)).toEqual([]);
  expect(await readState()).toMatchObject({ made: 0, position: before.position });
  expect(await findDueEndpoints(service.database)).toEqual([other]);
  expect(await countWebhookBacklog(service.database, 1_000)).toMatchObject({ due: 2 * DELIVERIES });
  expect(await countWebhookBacklog(service.database, 15)).toMatchObject({ due: 15 });

  await pause('now()');
  expect((await findDueEndpoints(service.database)).toSorted()).toEqual([endpoint, other].toSorted());
  expect(await claim(DELIVERIES)).toEqual(ids);
  expect(await findDueEndpoints(service.database)).toEqual([other]);
});

it('a rare type is found behind thousands of others, and only endpoints subscribed to it are rung for', async () => {
  endpoint = await make({ event_types: ['wallet.closed'] });
  expect((await tell(10_500)).rung).not.toContain(endpoint);
  const { ids, rung } = await tell(1, 'wallet.closed');
  expect(rung).toContain(endpoint);
  const first = await claimDeliveries(service.database, endpoint, 5, LEASE_MS);
  expect(first).toEqual({ deliveries: [], lease: null, pauseResets: 0, goesOn: true });
  const second = await claimDeliveries(service.database, endpoint, 5, LEASE_MS);
  expect(second).toMatchObject({ deliveries: [{ eventId: ids[0], failures: 0 }], goesOn: false });
  const { position, head, made } = await readState();
  expect([position, made]).toEqual([head, 1]);
});

it('the types are those at the time of the claim, and a test goes to one endpoint alone', async () => {
  expect((await tell(1, 'webhook_endpoint.test')).rung).toEqual([]);
  expect(await claim(DELIVERIES)).toEqual([]);
  await tell(2);
  const { ids } = await tell(2, 'wallet.closed');
  await change({ event_types: ['wallet.closed'] });
  expect(await claim(DELIVERIES)).toEqual(ids);
  await change({ event_types: ['*'] });
  expect(await claim(DELIVERIES)).toEqual([]);
});

it('events during the time an endpoint is disabled are sent when it is enabled, after its earlier backlog', async () => {
  const told = (await tell(3)).ids;
  expect(await claim(1)).toEqual(told.slice(0, 1));
  for (let round = 0; round < 2; round += 1) {
    await change({ status: 'disabled' });
    const meanwhile = await tell(2);
    expect(meanwhile.rung).toEqual([]);
    await change({ status: 'disabled' });
    told.push(...meanwhile.ids, ...(await tell(2)).ids);
    expect(await claim(DELIVERIES)).toEqual([]);
    expect(await findDueEndpoints(service.database)).toEqual([]);
    expect(await countWebhookBacklog(service.database, 1_000)).toMatchObject({ due: 0 });
    await change({ status: 'enabled' });
    await change({ status: 'enabled' });
    told.push(...(await tell(2)).ids);
  }
  expect(await claim(2 * DELIVERIES)).toEqual(told.slice(1));
  const { position, head } = await readState();
  expect(position).toBe(head);
});

it('an endpoint is sent what is relayed from its creation on', async () => {
  await tell(2);
  endpoint = await make();
  const { ids } = await tell(1);
  expect(await claim(DELIVERIES)).toEqual(ids);
});
