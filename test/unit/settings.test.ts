import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readApiConfig } from '@wallet/api/config';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { numberSetting, readSettings } from '@wallet/shared/process/config';
import { readOldestProgram } from '@wallet/shared/database/migrate/oldest-program';
import { NEWEST_MIGRATION } from '@wallet/shared/database/program';
import { findMisspellings } from '@wallet/shared/process/setting-names';
import { readWorkerConfig } from '@wallet/worker/config';

describe('a variable of the environment', () => {
  it.each([
    ['PARTITION', 'PARTITIONS'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['DATABASE-URL', 'DATABASE_URL'],
    ['database_url', 'DATABASE_URL'],
    ['REDIS_URI', 'REDIS_URL'],
    ['WORKER_BATCH_LIMITS', 'WORKER_BATCH_LIMIT'],
    ['WORKER_PORT', 'WORKER_HEALTH_PORT'],
    ['ADMISION_PENDING_LINES', 'ADMISSION_PENDING_LINES'],
    ['ADMISSION_PENDING_LINE', 'ADMISSION_PENDING_LINES'],
    ['WEBHOOK_SECRET', 'WEBHOOK_KEY'],
    ['RETENTION_EVENT_DAYS', 'RETENTION_EVENTS_DAYS'],
    ['RETENTION_KEYS', 'RETENTION_EVENTS_DAYS'],
    ['API_DATABASE_URL', 'API_DATABASE_PASSWORD'],
    ['ALLOW_ANONYMUS', 'ALLOW_ANONYMOUS'],
  ])('%s is taken for a misspelt %s', (name, nearest) => {
    expect(findMisspellings({ [name]: '1' })).toEqual([{ name, nearest }]);
  });

  it.each([
    ...['PORTAGE_CONFIGROOT', 'HOSTNAME', 'HOST', 'HOME', 'PATH', 'POST', 'PORTS', 'TERM', 'npm_config_user_agent'],
    ...['npm_package_name', 'REDIS_URL_FOO', 'READ_DATABASE_URL', 'OTHER_DATABASE_URL', 'PGPASSWORD', 'PGHOST'],
    ...[
      'NODE_OPTIONS',
      'JEST_WORKER_ID',
      'LOG_FORMAT',
      'WALLET_URL',
      'WALLET_API_KEY',
      'API_PORT',
      'POSTGRES_PASSWORD',
    ],
    ...['WORKER_SERVICE_HOST', 'WORKER_SERVICE_PORT_HEALTH', 'WORKER_PORT_9000_TCP_ADDR', 'BENCH_API_ADMISSION_X'],
    ...['TEST_DATABASE_URL', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'KUBERNETES_PORT', 'DATA_HOME', 'XDG_DATA_DIRS'],
  ])('%s is not meant for us', (name) => {
    expect(findMisspellings({ [name]: '1' })).toEqual([]);
  });

  it('is not a mistake if it is empty, names another service, or is beside the real one', () => {
    expect(findMisspellings({ PARTITION: '', WORKER_PORT: 'tcp://10.0.0.1:80' })).toEqual([]);
    expect(findMisspellings({ DATABASE_URI: 'x', DATABASE_URL: 'y' })).toEqual([]);
  });
});

it.each(['0x10', '1e3', ' 8000', '8000 ', '08000', '+1', '-1', '1.0', '1_000', '٣', '', '9'.repeat(20)])(
  'the number %j is refused',
  (text) => {
    expect(numberSetting(0, 1_000_000_000).safeParse(text).success).toBe(false);
  },
);

it('every wrong setting is named at once, and no value of it', () => {
  const read = (): unknown =>
    readSettings({ PORT: numberSetting(1, 10) }, { PORT: 'secret', PARTITION: 'secret', ADMISSION_X: 'secret' });
  expect(read).toThrow(/PORT: .*\n.*PARTITION .*\n.*ADMISSION_X /);
  expect(read).not.toThrow(/secret/);
});

it('a setting of the other process is not a mistake', () => {
  const env = {
    ...{
      DATABASE_URL: 'postgres://db/x',
      REDIS_URL: 'redis://redis',
      WORKER_BATCH_LIMIT: '5',
      API_MAX_CONNECTIONS: '9',
    },
    ...{ DATA_DIR: '/x', WORKER_DATABASE_PASSWORD: 'x', ADMISSION_EVENT_LOOP_MS: '20' },
  };
  expect(readApiConfig(env).maxConnections).toBe(9);
  expect(readWorkerConfig(env).batchLimit).toBe(5);
});

describe('retention in days', () => {
  const read = (days: Record<string, string>): object =>
    readWorkerConfig({ DATABASE_URL: 'postgres://db/x', REDIS_URL: 'redis://redis', ...days }).retention;

  it('is off without a setting', () => {
    expect(read({})).toEqual({});
  });

  it('is at most that of events for deliveries and attempts', () => {
    expect(read({ RETENTION_EVENTS_DAYS: '90' })).toEqual({ events: 90, deliveries: 90, attempts: 90 });
    expect(
      read({ RETENTION_EVENTS_DAYS: '90', RETENTION_DELIVERIES_DAYS: '300', RETENTION_ATTEMPTS_DAYS: '7' }),
    ).toEqual({
      ...{ events: 90, deliveries: 90, attempts: 7 },
    });
    expect(read({ RETENTION_DELIVERIES_DAYS: '30' })).toEqual({ deliveries: 30, attempts: 30 });
    expect(read({ RETENTION_BATCH_KEYS_DAYS: '365' })).toEqual({ batch_keys: 365 });
  });

  it.each(['0', '0.5', '-1', 'never', '36501'])('is not said by %s', (days) => {
    expect(() => read({ RETENTION_EVENTS_DAYS: days })).toThrow('RETENTION_EVENTS_DAYS: must be a whole number');
  });
});

it('the program knows its own newest migration', () => {
  const numbers = readdirSync(MIGRATIONS_FOLDER).flatMap((file) => /^(\d+)_/.exec(file)?.[1] ?? []);
  expect(NEWEST_MIGRATION).toBe(Math.max(...numbers.map(Number)));
});

describe('the oldest program that fits the schema', () => {
  const oldestOf = (id: number, sql: string): number | null =>
    readOldestProgram({ id, fileName: `00${id}_x.sql`, sql });

  it('is named in the first line of a migration, and does not decrease', () => {
    const files = readdirSync(MIGRATIONS_FOLDER).filter((file) => file.endsWith('.sql'));
    const said = files
      .sort()
      .flatMap((file) => oldestOf(Number(file.slice(0, 4)), readFileSync(join(MIGRATIONS_FOLDER, file), 'utf8')) ?? []);
    expect(said).toHaveLength(NEWEST_MIGRATION - 19);
    expect(said).toEqual([...said].sort((a, b) => a - b));
  });

  it('is not named by migrations from before that line existed', () => {
    expect(oldestOf(19, 'SELECT 1')).toBeNull();
  });

  it.each(['SELECT 1', '-- oldest program: 20\n', '-- Oldest program: 22\n', '\n-- Oldest program: 20\n'])(
    'has to be said: %j',
    (sql) => {
      expect(() => oldestOf(21, sql)).toThrow('0021_x.sql must begin with the line "-- Oldest program: N"');
    },
  );
});
