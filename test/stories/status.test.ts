import { runAudit } from '@wallet/shared/database/audit';
import { sampleMinute } from '@wallet/worker/signs/sample-minute';
import request from 'supertest';
import { startCommand } from '../support/client-command.ts';
import { bearer, makeKey, until, untilGood } from '../support/keys.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/** One page shows the state of the service. */
let service: Service;
let wallet: string;
beforeEach(async () => {
  service = await startService();
  wallet = await createFundedWallet(service.url, '5.00');
});
afterEach(() => service.stop());

const status = async () => (await request(service.url).get('/status').expect(200)).body;

it('reports what was applied, what is pending and since when', async () => {
  await operate(service.url, wallet, 'WITHDRAW', '9.00');
  await until('the worker has said so', async () => (await status()).workers[0]?.applied_last_minute === 2);
  expect(await status()).toMatchObject({
    ...{ status: 'ok', reasons: [], pending: { operations: 0, batch_lines: 0, oldest_age_seconds: 0 }, partitions: [] },
    rates: { applied_per_second: 0.017, failed_per_second: 0.017 },
    ...{ batches: { accepted: 0, applying: 0, cancelling: 0 }, last_audit: null, epoch: { reason: 'first' } },
    webhooks: { endpoints: 0, paused: 0, pending_deliveries: 0, oldest_age_seconds: 0 },
  });
  await service.stopWorkers();
  const operations = [{ type: 'deposit', wallet_id: wallet, amount: '1.00' }];
  await request(service.url).post('/batches').send({ operations }).expect(202);
  await until('a line waits', async () => (await status()).pending.batch_lines === 1);
  const waiting = await status();
  expect(waiting).toMatchObject({ batches: { accepted: 1 }, partitions: [{ pending: 1 }] });
  expect(waiting.partitions[0].oldest_age_seconds).toBe(waiting.pending.oldest_age_seconds);
  await runAudit(service.database, { tell: () => undefined, keep: true });
  await until('the audit is shown', async () => (await status()).last_audit?.violations === 0);
});

it('each minute leaves one sample, however many workers there are, with ended and pending operations', async () => {
  await operate(service.url, wallet, 'WITHDRAW', '9.00');
  await until('the worker has said so', async () => (await status()).workers[0]?.applied_last_minute === 2);
  await service.stopWorkers();
  await request(service.url)
    .post('/operations')
    .send({ type: 'deposit', wallet_id: wallet, amount: '1.00' })
    .expect(202);
  await service.database.query(
    'DELETE FROM minute_samples; UPDATE workers SET sampled_succeeded = 0, sampled_failed = 0',
  );
  const left = await Promise.all([1, 2, 3].map(() => sampleMinute(service.database, service.partitions)));
  expect(left.filter((each) => each)).toHaveLength(1);
  const sample = { accepted: 3, succeeded: 1, failed: 1, pending: 1 };
  await until('it is there', async () => (await status()).last_hour.length === 1);
  expect((await status()).last_hour).toMatchObject([sample]);
  // The next one has what ended since, and so nothing; samples older than a day are deleted.
  await service.database.query(`UPDATE minute_samples SET at = at - interval '1 minute'`);
  await service.database.query(
    `INSERT INTO minute_samples SELECT at - interval '2 days', 1, 1, 1, 1, 1 FROM minute_samples`,
  );
  expect(await sampleMinute(service.database, service.partitions)).toBe(true);
  await until('there are two', async () => (await status()).last_hour.length === 2);
  expect((await status()).last_hour).toMatchObject([sample, { accepted: 0, succeeded: 0, failed: 0, pending: 1 }]);
  const { rows } = await service.database.query('SELECT FROM minute_samples');
  expect(rows).toHaveLength(2);
});

it('npm run status prints it once if there is no terminal, and its exit code says whether all is well', async () => {
  const run = (url: string, env = {}) => startCommand('status', ['--url', url], env).ended;
  await until('a worker is seen', async () => (await status()).workers.length === 1);
  const well = await run(service.url);
  expect(well).toMatchObject({ code: 0, err: '' });
  expect(well.out).toMatch(
    /^OK {3}version [\s\S]*\nRates +\S+ accepted\/s[\s\S]*\nWorkers +\S+:\d+, .* applied in the last minute\n/,
  );
  expect(well.out).not.toMatch(/\x1b/);
  expect(await run('http://127.0.0.1:1')).toMatchObject({
    code: 3,
    err: 'There is no service at http://127.0.0.1:1/.\n',
  });
  const key = await makeKey(service.database, { scopes: ['operations:read'] });
  const other = await makeKey(service.database, { scopes: ['wallets:read'] });
  for (const { token } of [key, other]) await untilGood(service.url, token);
  await request(service.url).get('/status').set(bearer(other.token)).expect(403);
  expect(await run(service.url, { WALLET_API_KEY: other.token })).toMatchObject({ code: 4 });
  expect(await run(service.url, { WALLET_API_KEY: key.token })).toMatchObject({ code: 0 });
});
