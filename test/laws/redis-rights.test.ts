import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '@wallet/local/child';
import { readRedisAddress } from '@wallet/shared/process/redis-settings';
import { createDoorbell } from '@wallet/shared/queue/doorbell';
import request from 'supertest';
import selfsigned from 'selfsigned';
import { bearer, makeKey, until, untilGood } from '../support/keys.ts';
import { startReceiver } from '../support/receiver.ts';
import { RIGHTS } from '../support/redis-rights.ts';
import { NATIVE_REDIS, type RedisServer, startRedisServer } from '../support/redis-servers.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/**
 * The rights that docs/deployment.md lists are enough, over TLS with a private authority and certificates on both
 * sides: Redis refuses no command of the service, and every operation gets a ring instead of the sweeper.
 */
jest.setTimeout(60_000);

const OPERATIONS = 40;

const folder = mkdtempSync(join(tmpdir(), 'wallet-rights-'));
/** Both sides show what it has signed: itself. */
const KEY = { keySize: 2048, algorithm: 'sha256' };
const authority = selfsigned.generate([{ name: 'commonName', value: 'authority' }], {
  ...KEY,
  extensions: [
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
  ],
});
const { cert: OTHER } = selfsigned.generate([{ name: 'commonName', value: 'other' }], KEY);
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

let server: RedisServer;
let tlsPort: number;
let service: Service;
const stops: (() => Promise<unknown>)[] = [];
const redisSettings = (user: string) => ({
  REDIS_URL: `rediss://${user}@127.0.0.1:${tlsPort}`,
  REDIS_CA_FILE: file('ca.pem', authority.cert),
  REDIS_CERT_FILE: file('client.pem', authority.cert),
  REDIS_KEY_FILE: file('client.key', authority.private),
});

(NATIVE_REDIS === null ? describe.skip : describe)('a Redis with TLS and a user of few rights', () => {
  beforeAll(async () => {
    tlsPort = await findFreePort();
    server = await startRedisServer(folder, [
      `tls-port ${tlsPort}`,
      `tls-cert-file ${file('server.pem', authority.cert)}`,
      `tls-key-file ${file('server.key', authority.private)}`,
      `tls-ca-cert-file ${file('authority.pem', authority.cert)}`,
      'tls-auth-clients yes',
      'save ""',
    ]);
    stops.push(() => server.child.stop('SIGTERM', 3_000));
    await server.ask(`ACL SETUSER wallet on >secret ${RIGHTS}`);
    service = await startService({ redis: readRedisAddress(redisSettings('wallet:secret')) });
    stops.push(() => service.stop());
  });
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is enough for operations, webhooks, announcements and rate limits', async () => {
    const receiver = await startReceiver();
    try {
      const endpoint = { url: receiver.url, event_types: ['operation.succeeded'] };
      await request(service.url).post('/webhook-endpoints').send(endpoint).expect(201);
      const wallet = await createFundedWallet(service.url);
      await until('the queue is up', async () => (await request(service.url).get('/health')).body.status === 'ok');
      for (let sent = 0; sent < OPERATIONS; sent += 1) await operate(service.url, wallet, 'DEPOSIT', '1.00');
      const batch = { operations: [{ type: 'deposit', wallet_id: wallet, amount: '1.00' }] };
      const answer = await request(service.url).post('/batches').set('Prefer', 'wait=10').send(batch).expect(200);
      expect(answer.body).toMatchObject({ status: 'completed', succeeded: 1 });
      await receiver.until((received) => received.length === OPERATIONS);
    } finally {
      await receiver.stop();
    }
    const { token } = await makeKey(service.database, { rateLimit: 2 });
    await untilGood(service.url, token);
    await until('the limit is met', async () => {
      const { status } = await request(service.url).get('/assets').set(bearer(token));
      return status === 429;
    });
    expect(await server.ask('ACL LOG')).toEqual(['*0']);
    const swept = await service.workerRegistries[0]!.getSingleMetric('wallet_swept_partitions_total')!.get();
    expect(swept.values.filter(({ value }) => value > 0)).toEqual([]);
  });

  it('permits nothing else', async () => {
    for (const command of [
      'INFO',
      'KEYS *',
      'FLUSHALL',
      'CONFIG GET *',
      'GET other:key',
      'PUBLISH other x',
      'ACL LIST',
    ]) {
      const refused = server.ask(`ACL DRYRUN wallet ${command}`).then((lines) => lines.join(' '));
      await expect(refused).resolves.toMatch(/has no permissions|no permission/);
    }
  });

  it.each([
    ['a password that is wrong', (): object => redisSettings('wallet:wrong'), 'forbidden'],
    [
      'another authority',
      (): object => ({ ...redisSettings('wallet:secret'), REDIS_CA_FILE: file('o.pem', OTHER) }),
      'down',
    ],
  ])('reports %s', async (_, settings, state) => {
    const errors: string[] = [];
    const onError = ({ message }: Error): unknown => errors.push(message);
    const address = readRedisAddress(settings() as ReturnType<typeof redisSettings>);
    const doorbell = createDoorbell({ ...address, prefix: 'other', onError });
    try {
      await until('an error', () => errors.length > 0);
      expect(await doorbell.state()).toBe(state);
      expect(errors[0]).toMatch(/WRONGPASS|certificate/);
      expect(errors.join()).not.toMatch(/secret|wrong:/);
    } finally {
      doorbell.close();
    }
  });
});
