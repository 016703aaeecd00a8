import { readApiConfig } from '@wallet/api/config';
import { ConfigError } from '@wallet/shared/words/config-error';
import { readWorkerConfig } from '@wallet/worker/config';

/** Each wrong setting is reported in a sentence, without a password. stories/wrong-starts checks how a process ends. */

const READERS = { 'the API': readApiConfig, 'a worker': readWorkerConfig };
const SOUND = { DATABASE_URL: 'postgres://user@db/wallet', REDIS_URL: 'redis://redis' };

it.each<readonly [keyof typeof READERS, Record<string, string | undefined>, RegExp]>([
  [
    'a worker',
    { WORKER_BATCH_LIMITS: '10' },
    /WORKER_BATCH_LIMITS is not a setting; the nearest is WORKER_BATCH_LIMIT/,
  ],
  [
    'the API',
    { ADMISSION_PENDING_OPS: '5' },
    /ADMISSION_PENDING_OPS is not a setting; the nearest is ADMISSION_PENDING_/,
  ],
  [
    'the API',
    { DATABASE_URL: undefined, DATABSE_URL: 'x' },
    /DATABASE_URL is not set\n {2}DATABSE_URL is not a setting/,
  ],
  ['the API', { PORT: '0x10' }, /PORT: must be a whole number from 0 to 65535, in decimal digits/],
  ['the API', { PORT: ' 8000 ', LOG_LEVEL: 'loud' }, /LOG_LEVEL: Invalid option.*\n {2}PORT: must be a whole number/],
  ['the API', { API_PROCESSES: '0' }, /API_PROCESSES: must be a whole number from 1 to 64, in decimal digits, or auto/],
  ['a worker', { WORKER_PROCESSES: 'all' }, /WORKER_PROCESSES: must be a whole number from 1 to 64/],
  ['a worker', { PARTITIONS: '1e1' }, /PARTITIONS: must be a whole number from 1 to 1024/],
  ['a worker', { WEBHOOK_KEY: 'secret' }, /WEBHOOK_KEY: must be the base64 of 32 bytes/],
  [
    'the API',
    { REDIS_URL: 'valkey://redis' },
    /REDIS_URL: must begin with redis:\/\/, redis-sentinel:\/\/ or redis-cluster/,
  ],
  ['a worker', { REDIS_URL: 'redis://secret@redis' }, /REDIS_URL: names a user without a password/],
  ['the API', { REDIS_URL: 'redis://a,b' }, /REDIS_URL: names several hosts, which only redis-sentinel:\/\/ and/],
  ['a worker', { REDIS_URL: 'redis://a?maxRetriesPerRequest=9' }, /REDIS_URL: must have no parameters but family/],
  ['the API', { REDIS_CA_FILE: '/none' }, /REDIS_CA_FILE is set, but REDIS_URL is without TLS/],
  [
    'the API',
    { REDIS_URL: 'rediss://a', REDIS_CA_FILE: 'package.json' },
    /REDIS_CA_FILE: package.json holds no CERTIFICATE/,
  ],
  [
    'the API',
    { REDIS_URL: 'rediss://a', REDIS_CERT_FILE: '/none' },
    /REDIS_CERT_FILE and REDIS_KEY_FILE belong together/,
  ],
  [
    'the API',
    { REDIS_SENTINEL_PASSWORD: 'secret@' },
    /REDIS_SENTINEL_PASSWORD is set, but REDIS_URL is not a redis-sentinel/,
  ],
  ['a worker', { REDIS_NAT_MAP: 'a:1=b:2' }, /REDIS_NAT_MAP is set, but REDIS_URL is neither/],
  [
    'a worker',
    { REDIS_URL: 'redis-cluster://a', REDIS_NAT_MAP: 'a:1=b' },
    /REDIS_NAT_MAP must be announced-host:port=reachable-host:port/,
  ],
])('%s with %j says so', (who, env, says) => {
  const reading = (): unknown => READERS[who]({ ...SOUND, ...env });
  expect(reading).toThrow(ConfigError);
  expect(reading).toThrow(says);
  expect(reading).not.toThrow(/secret@|not-the-secret/);
});
