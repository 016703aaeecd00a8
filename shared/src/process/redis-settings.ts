import { readFileSync } from 'node:fs';
import { ConfigError } from '../words/config-error.ts';
import { type RedisAddress, type RedisHost, parseHost, parseRedisUrl } from '../queue/redis-address.ts';
import { z } from 'zod';
import { explainFileFailure } from './explain-file-failure.ts';

/** The settings that select the Redis, for every process and command that uses it. */
export const redisSettings = {
  REDIS_URL: z.string().superRefine((url, context) => {
    const parsed = parseRedisUrl(url);
    if (typeof parsed === 'string') context.addIssue({ code: 'custom', message: parsed });
  }),
  REDIS_CA_FILE: z.string().optional(),
  REDIS_CERT_FILE: z.string().optional(),
  REDIS_KEY_FILE: z.string().optional(),
  REDIS_SENTINEL_USERNAME: z.string().optional(),
  REDIS_SENTINEL_PASSWORD: z.string().optional(),
  REDIS_NAT_MAP: z.string().optional(),
};

type RedisSettings = z.infer<z.ZodObject<typeof redisSettings>>;

/** @throws ConfigError naming a file that cannot be used, or a setting that does not fit the kind of Redis. */
export function readRedisAddress(settings: RedisSettings): RedisAddress {
  const url = parseRedisUrl(settings.REDIS_URL);
  if (typeof url === 'string') throw new ConfigError(`REDIS_URL ${url}.`);
  const { REDIS_SENTINEL_USERNAME: username, REDIS_SENTINEL_PASSWORD: password, REDIS_NAT_MAP: natMap } = settings;
  for (const name of ['REDIS_CA_FILE', 'REDIS_CERT_FILE', 'REDIS_KEY_FILE'] as const) {
    if (!url.isTls && settings[name]) {
      throw new ConfigError(`${name} is set, but REDIS_URL is without TLS: begin it with rediss instead of redis.`);
    }
  }
  for (const name of ['REDIS_SENTINEL_USERNAME', 'REDIS_SENTINEL_PASSWORD'] as const) {
    if (url.kind !== 'sentinel' && settings[name]) {
      throw new ConfigError(`${name} is set, but REDIS_URL is not a redis-sentinel:// URL.`);
    }
  }
  if (username !== undefined && password === undefined) {
    throw new ConfigError('REDIS_SENTINEL_USERNAME is set without REDIS_SENTINEL_PASSWORD.');
  }
  if ((settings.REDIS_CERT_FILE === undefined) !== (settings.REDIS_KEY_FILE === undefined)) {
    throw new ConfigError('REDIS_CERT_FILE and REDIS_KEY_FILE belong together: set both, or neither.');
  }
  if (url.kind === 'single' && natMap !== undefined) {
    throw new ConfigError('REDIS_NAT_MAP is set, but REDIS_URL is neither redis-sentinel:// nor redis-cluster://.');
  }
  return Object.freeze({
    url: settings.REDIS_URL,
    tls: {
      ca: readPem('REDIS_CA_FILE', settings.REDIS_CA_FILE, 'CERTIFICATE'),
      cert: readPem('REDIS_CERT_FILE', settings.REDIS_CERT_FILE, 'CERTIFICATE'),
      key: readPem('REDIS_KEY_FILE', settings.REDIS_KEY_FILE, 'PRIVATE KEY'),
    },
    ...(password === undefined ? {} : { sentinelUser: { username, password } }),
    ...(natMap === undefined ? {} : { natMap: parseNatMap(natMap) }),
  });
}

function readPem(name: string, file: string | undefined, holds: string): Buffer | undefined {
  if (file === undefined) return undefined;
  let text: Buffer;
  try {
    text = readFileSync(file);
  } catch (error) {
    const isForbidden = error instanceof Error && 'code' in error && error.code === 'EACCES';
    const reason = isForbidden ? 'this user may not read it' : explainFileFailure(error);
    throw new ConfigError(`${name}: ${file} cannot be read: ${reason}.`);
  }
  if (!text.includes(`${holds}-----`)) throw new ConfigError(`${name}: ${file} holds no ${holds} in PEM format.`);
  return text;
}

function parseNatMap(text: string): ReadonlyMap<string, RedisHost> {
  const pairs = text.split(',').map((pair): [string, RedisHost] => {
    const [announced, reached, ...rest] = pair.split('=').map((part) => parseHost(part.trim()));
    if (!announced || !reached || rest.length > 0) {
      throw new ConfigError('REDIS_NAT_MAP must be announced-host:port=reachable-host:port, separated by commas.');
    }
    return [`${announced.host}:${announced.port}`, reached];
  });
  return new Map(pairs);
}
