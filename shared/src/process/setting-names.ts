import { distance } from 'fastest-levenshtein';

/**
 * Every setting of every process and command, so that none takes another's for a mistake. Only these can be read: the
 * type of `readSettings` enforces it.
 */
export const SETTINGS = [
  ...['DATABASE_URL', 'REDIS_URL', 'QUEUE_PREFIX', 'LOG_LEVEL', 'LOG_PRETTY', 'PARTITIONS', 'HOST', 'PORT'],
  ...['MIGRATION_WAIT_S', 'READ_DATABASE_URL', 'SYNCHRONOUS_STANDBY'],
  ...['REDIS_CA_FILE', 'REDIS_CERT_FILE', 'REDIS_KEY_FILE', 'REDIS_NAT_MAP'],
  ...['REDIS_SENTINEL_USERNAME', 'REDIS_SENTINEL_PASSWORD'],
  ...['WEBHOOK_KEY', 'WEBHOOK_ALLOW_PRIVATE', 'NODE_ENV', 'DATA_DIR', 'SPOOL_DIR', 'REDIS_SERVER'],
  ...['METRICS_ENABLED', 'ALLOW_ANONYMOUS', 'API_DATABASE_CONNECTIONS', 'API_MAX_CONNECTIONS', 'API_PROCESSES'],
  ...['ADMISSION_PENDING_OPERATIONS', 'ADMISSION_PENDING_LINES', 'ADMISSION_PENDING_AGE_S'],
  ...['ADMISSION_WAITING_REQUESTS', 'ADMISSION_EVENT_LOOP_MS'],
  ...['WORKER_BATCH_LIMIT', 'WORKER_TRANSACTIONS', 'WORKER_BULK_LIMIT', 'WORKER_BULK_TRANSACTIONS'],
  ...['WORKER_HEALTH_PORT', 'WORKER_PROCESSES', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ...['API_DATABASE_PASSWORD', 'WORKER_DATABASE_PASSWORD', 'AUDITOR_DATABASE_PASSWORD'],
  ...['RETENTION_EVENTS_DAYS', 'RETENTION_DELIVERIES_DAYS', 'RETENTION_ATTEMPTS_DAYS', 'RETENTION_BATCH_KEYS_DAYS'],
] as const;

export type SettingName = (typeof SETTINGS)[number];

/** Read by the client's commands and by docker-compose.yml. */
const OTHERS_OF_OURS = ['WALLET_URL', 'WALLET_API_KEY', 'API_PORT', 'PROMETHEUS_PORT', 'GRAFANA_PORT'] as const;
const NAMES: readonly string[] = [...SETTINGS, ...OTHERS_OF_OURS];

/** Variables with these prefixes are meant for us. */
const PREFIXES = ['ADMISSION_', 'WEBHOOK_', 'WORKER_', 'API_DATABASE_', 'API_MAX_', 'AUDITOR_DATABASE_', 'RETENTION_'];

/**
 * Variables that Kubernetes and Docker set for services called `worker` or `webhook`: names, and values of
 * `WORKER_PORT`.
 */
const SERVICE_LINK = /_SERVICE_(HOST|PORT)(_\w+)?$|_PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?$/;
const SERVICE_ADDRESS = /^(tcp|udp):\/\//;

/** `HOST` and `PORT` are too short: too many other words are one or two letters away. */
const SHORTEST = 8;
const LONG = 10;

export interface Misspelling {
  readonly name: string;
  readonly nearest: string;
}

/**
 * Variables in `env` that are meant for us but are not settings: those with one of our prefixes, and those that differ
 * by one letter, or two in long names, from a setting that is not set itself.
 */
export function findMisspellings(env: Readonly<Record<string, string | undefined>>): Misspelling[] {
  const unknown = Object.keys(env).filter((name) => env[name] && !NAMES.includes(name));
  return unknown.flatMap((name) => {
    if (SERVICE_LINK.test(name) || SERVICE_ADDRESS.test(env[name] ?? '')) return [];
    const prefix = PREFIXES.find((each) => name.startsWith(each)) ?? '';
    const spelt = name.toUpperCase();
    const byDistance = NAMES.filter((setting) => setting.startsWith(prefix))
      .map((setting) => ({ setting, away: distance(spelt, setting) }))
      .sort((one, other) => one.away - other.away);
    const [nearest] = byDistance;
    if (nearest === undefined) return [];
    const { setting, away } = nearest;
    const allowed = setting.length < SHORTEST ? -1 : setting.length < LONG ? 1 : 2;
    return prefix !== '' || (away <= allowed && !env[setting]) ? [{ name, nearest: setting }] : [];
  });
}
