import { apiSettings } from '@wallet/api/config';
import { redisServerSetting } from '@wallet/local/embedded-redis';
import { databasePasswords, sharedSettings } from '@wallet/shared/process/config';
import type { SettingName } from '@wallet/shared/process/setting-names';
import { workerSettings } from '@wallet/worker/config';

interface Schema {
  safeParse(value: unknown): {
    readonly data?: unknown;
    readonly error?: { readonly issues: readonly { readonly message: string; readonly values?: readonly unknown[] }[] };
  };
}

type Schemas = Readonly<Partial<Record<SettingName, Schema>>>;

/** Every process and command with settings of its own, and the schemas that validate them. */
const READERS: Readonly<Record<string, Schemas>> = {
  API: apiSettings(undefined),
  worker: workerSettings,
  migrate: { ...pick(sharedSettings, ['DATABASE_URL', 'PARTITIONS']), ...databasePasswords },
  start: { DATA_DIR: anyText('.data'), REDIS_SERVER: redisServerSetting, NODE_ENV: anyText() },
};

/** Defaults that depend on the machine or on another setting. */
const DEFAULTS: Readonly<Partial<Record<SettingName, string>>> = {
  METRICS_ENABLED: '`true` if `HOST` is a loopback address',
  SPOOL_DIR: 'the folder of the system for temporary files',
  PARTITIONS: '`16`, when a database is first migrated',
  WORKER_HEALTH_PORT: 'the first free port of loopback from 9464 on',
};

const SECTIONS: readonly (readonly [string, Readonly<Partial<Record<SettingName, string>>>])[] = [
  [
    'Postgres',
    {
      DATABASE_URL: 'The database, [one host or several](deployment.md#postgres). Required, except for `npm start`.',
      READ_DATABASE_URL: 'A [replica](deployment.md#read-replicas) for history, statistics and results of batches.',
      SYNCHRONOUS_STANDBY: '`none` silences the warning that a failover can lose acknowledged operations.',
      MIGRATION_WAIT_S: 'How long a process waits at its start for a schema that is missing or older.',
      PARTITIONS: 'The number of queue partitions. The first migration stores it; then it is fixed.',
      API_DATABASE_PASSWORD:
        'Password of `wallet_api_login`, [created by `npm run migrate`](access.md#database-users).',
      WORKER_DATABASE_PASSWORD: 'Password of `wallet_worker_login`.',
      AUDITOR_DATABASE_PASSWORD: 'Password of `wallet_auditor_login`.',
    },
  ],
  [
    'Redis',
    {
      REDIS_URL: 'A [server, Sentinels or a Cluster](deployment.md#redis). Required, except for `npm start`.',
      REDIS_CA_FILE: 'PEM file of the authority that signed the certificates of the servers, if it is your own.',
      REDIS_CERT_FILE: 'PEM file of a client certificate, where the servers ask for one.',
      REDIS_KEY_FILE: 'PEM file of its key.',
      REDIS_SENTINEL_USERNAME: 'The user of the Sentinels.',
      REDIS_SENTINEL_PASSWORD: 'Its password. Unset: none is sent, or if that is refused, the one of the URL.',
      REDIS_NAT_MAP: 'Reachable addresses for those that Sentinels or nodes announce.',
      QUEUE_PREFIX: 'Separates several installations on one Redis.',
    },
  ],
  [
    'API',
    {
      HOST: 'The address to listen on. A worker serves its health there too.',
      PORT: 'The port of the API.',
      API_PROCESSES: '[Processes that share the port](deployment.md#more-cores); `auto` is one per core.',
      API_DATABASE_CONNECTIONS:
        'Connections per process: six in ten store operations, the others read. One more is for keys.',
      API_MAX_CONNECTIONS: 'Client connections per process; more are closed.',
      ALLOW_ANONYMOUS: 'Permits other addresses than loopback while there are no API keys.',
      METRICS_ENABLED: 'Whether the API serves `/metrics`.',
      SPOOL_DIR: 'Where the lines of a batch lie until it is accepted.',
    },
  ],
  [
    'Overload',
    {
      ADMISSION_PENDING_OPERATIONS: 'Single operations of one priority that may wait.',
      ADMISSION_PENDING_LINES: 'Lines of batches that may wait.',
      ADMISSION_PENDING_AGE_S: 'How long the first operation of a partition may wait without progress.',
      ADMISSION_WAITING_REQUESTS: 'Requests of a process that may wait to be stored.',
      ADMISSION_EVENT_LOOP_MS: 'How late the event loop of a process may be.',
    },
  ],
  [
    'Worker',
    {
      WORKER_PROCESSES: 'Worker processes, as `API_PROCESSES`.',
      WORKER_BATCH_LIMIT: 'Most single operations in one transaction.',
      WORKER_TRANSACTIONS: 'Transactions of single operations under way at once.',
      WORKER_BULK_LIMIT: 'Most operations in one transaction of batches; a sixteenth while single operations arrive.',
      WORKER_BULK_TRANSACTIONS: 'Transactions of batches under way at once.',
      WORKER_HEALTH_PORT: 'Where a worker serves health and metrics.',
    },
  ],
  [
    'Webhooks',
    {
      WEBHOOK_KEY: 'Seals the secrets of endpoints, the same for API and worker. Without it there are no webhooks.',
      WEBHOOK_ALLOW_PRIVATE: 'Permits private networks and plain http, for development.',
    },
  ],
  [
    'Retention',
    {
      RETENTION_EVENTS_DAYS: 'Days until [events are deleted](archives.md#retention). Unset: never, as below.',
      RETENTION_DELIVERIES_DAYS: 'The same for deliveries that have ended.',
      RETENTION_ATTEMPTS_DAYS: 'The same for attempts.',
      RETENTION_BATCH_KEYS_DAYS: 'The same for the idempotency keys of lines of finished batches.',
    },
  ],
  [
    'Logs and traces',
    {
      LOG_LEVEL: '`debug` adds a line for every operation.',
      LOG_PRETTY: 'Readable lines in place of JSON; `npm start` does that in a terminal.',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'Where [traces](observability.md#traces) are exported. Without it there are none.',
    },
  ],
  [
    'Local development',
    {
      DATA_DIR: 'Where `npm start` keeps the data of its servers.',
      REDIS_SERVER: 'The Redis that [`npm start`](deployment.md#the-servers-that-npm-start-runs) and the tests run.',
      NODE_ENV: '`production` forbids embedded servers.',
    },
  ],
];

const OTHERS = `## Clients and Docker Compose

\`WALLET_URL\` and \`WALLET_API_KEY\` are read by \`npm run batch\`, \`npm run listen\` and \`npm run status\`; \`API_PORT\`,
\`PROMETHEUS_PORT\` and \`GRAFANA_PORT\` by \`docker-compose.yml\`.
`;

const HEAD = `# Configuration

Settings are environment variables. They are read once and validated at the start; a process with a missing, wrong or
misspelt one exits with 2 and names it. Empty values count as unset. Booleans are \`true\`, \`1\`, \`false\` or \`0\`. A test
generates this page from the schemas: \`UPDATE_CONFIGURATION=1 npm test -- unit/configuration-page\` writes it.
`;

/** The settings that the page describes. */
export const DESCRIBED = SECTIONS.flatMap(([, settings]) => Object.keys(settings));
/** The settings that a schema validates. */
export const VALIDATED = [...new Set(Object.values(READERS).flatMap((schemas) => Object.keys(schemas)))];

/** docs/configuration.md, not yet formatted. */
export function writeConfigurationPage(): string {
  const sections = SECTIONS.map(([title, settings]) => {
    const rows = (Object.keys(settings) as SettingName[]).map((name) => rowOf(name, settings[name]!));
    const head = '| setting | read by | default | allowed | purpose |\n| --- | --- | --- | --- | --- |';
    return `## ${title}\n\n${head}\n${rows.join('\n')}\n`;
  });
  return [HEAD, ...sections, OTHERS].join('\n');
}

function rowOf(name: SettingName, purpose: string): string {
  const readers = Object.keys(READERS).filter((reader) => READERS[reader]![name] !== undefined);
  const schema = READERS[readers[0]!]![name]!;
  const unset = schema.safeParse(undefined).data as string | number | boolean | undefined;
  const standard = DEFAULTS[name] ?? (unset === undefined ? '' : `\`${String(unset)}\``);
  return `| \`${name}\` | ${readers.join(', ')} | ${standard} | ${allowedBy(schema)} | ${purpose} |`;
}

/** The schema's message for a value that it refuses. */
function allowedBy(schema: Schema): string {
  const [issue] = schema.safeParse(' ').error?.issues ?? [];
  if (issue?.values !== undefined) {
    return issue.values.includes('1') ? 'a boolean' : issue.values.map((each) => `\`${String(each)}\``).join(', ');
  }
  const range = /^must be (.*)$/.exec(issue?.message ?? '')?.[1] ?? '';
  return range.replace(', in decimal digits', '').replace(/; (openssl .*) makes one$/, '; `$1` makes one');
}

function anyText(unset?: string): Schema {
  return { safeParse: (value) => ({ data: value ?? unset }) };
}

function pick(schemas: Schemas, names: readonly SettingName[]): Schemas {
  return Object.fromEntries(names.map((name) => [name, schemas[name]]));
}
