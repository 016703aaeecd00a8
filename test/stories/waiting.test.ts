import request from 'supertest';
import { until } from '../support/keys.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';
import { type WireTrap, startWireTrap } from '../support/wire-trap.ts';

let service: Service;
let idle: Service;
let wire: WireTrap;
beforeAll(async () => {
  service = await startService();
  wire = await startWireTrap();
  idle = await startService({ worker: false, wire });
});
afterAll(async () => {
  await idle.stop();
  await service.stop();
  await wire.stop();
});

function post(target: Service, wallet: string): request.Test {
  return request(target.url).post(`/wallets/${wallet}/operation`).send({ operation_type: 'DEPOSIT', amount: '1.00' });
}

describe('Prefer: wait', () => {
  it('answers a GET as soon as the operation is final', async () => {
    const wallet = await createFundedWallet(service.url);
    const accepted = await post(service, wallet).expect(202);
    const final = await request(service.url)
      .get(`/operations/${accepted.body.id}`)
      .set('Prefer', 'wait=10')
      .expect(200);
    expect(final.body.status).toBe('succeeded');
    expect(final.headers['preference-applied']).toBe('wait=10');
  });

  it('answers with the pending operation when the time is over', async () => {
    const wallet = await createFundedWallet(idle.url);
    const posted = await post(idle, wallet).set('Prefer', 'respond-async, wait=1').expect(202);
    expect(posted.body.status).toBe('pending');
    expect(posted.headers['retry-after']).toBe('1');
    const read = await request(idle.url).get(`/operations/${posted.body.id}`).set('Prefer', 'wait=0').expect(200);
    expect(read.body.status).toBe('pending');
  });

  it.each(['wait=x', 'wait=-1', 'wait', 'handling=strict'])(
    'ignores %s, which it does not understand',
    async (prefer) => {
      const wallet = await createFundedWallet(idle.url);
      const posted = await post(idle, wallet).set('Prefer', prefer).expect(202);
      expect(posted.headers['preference-applied']).toBeUndefined();
    },
  );

  it('is answered even if no announcement comes', async () => {
    const wallet = await createFundedWallet(idle.url);
    const answer = post(idle, wallet).set('Prefer', 'wait=10').then();
    // Ends the operation, once it is accepted, behind the service's back, without an announcement.
    await until('the operation is accepted, and ended', async () => {
      const { rowCount } = await idle.database.query(
        `WITH removed AS (DELETE FROM pending_operations WHERE wallet_id = $1 RETURNING operation_id)
         INSERT INTO failures (operation_id, error_code, wallet_balance, wallet_version)
         SELECT operation_id, 'internal_error', 0, 0 FROM removed`,
        [wallet],
      );
      return rowCount === 1;
    });
    expect(await answer).toMatchObject({ status: 200, body: { error: { code: 'internal_error' } } });
  });
});

it('many waiting requests do not each query the database', async () => {
  const wallet = await createFundedWallet(idle.url);
  const accepted = await post(idle, wallet).expect(202);
  let lookUps = 0;
  wire.onStatement(/^SELECT[^]*\boperations\b[^]* = ANY /, () => {
    lookUps += 1;
    return Promise.resolve();
  });
  const waiting = Array.from({ length: 50 }, () =>
    request(idle.url).get(`/operations/${accepted.body.id}`).set('Prefer', 'wait=2').expect(200),
  );
  await Promise.all(waiting);
  // At most two by each request when it comes, then about four by the timer for all of them together; not four by each.
  expect(lookUps).toBeGreaterThan(0);
  expect(lookUps).toBeLessThanOrEqual(110);
});
