import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NPM_PROGRAMS as PROGRAMS } from '../support/npm-programs.ts';
import { type ProgramRun, createTurns, runProgram } from '../support/run-program.ts';
import { type WrongStartRig, as, openWrongStartRig } from '../support/wrong-start-rig.ts';

/**
 * Whatever is wrong when a process or a command is started, it reports it in sentences, without a stack or a password,
 * and ends with 2. `TEST_WRONG_STARTS_TABLE` names a file to which the table of them is written.
 */

type Command = keyof typeof PROGRAMS;
const COMMANDS = Object.keys(PROGRAMS) as Command[];

interface WrongStart {
  readonly wrong: string;
  readonly command: Command;
  readonly says: RegExp;
  readonly args?: readonly string[];
  /** Beside the `DATABASE_URL` and `REDIS_URL` of a sound service. */
  readonly env?: (rig: WrongStartRig) => Record<string, string | undefined>;
}

const API = 'npm run start:api';
const WORKER = 'npm run start:worker';

/** Settings that cannot be read: of those of the API and the worker, unit/wrong-settings has the rest. */
const SETTINGS: WrongStart[] = [
  ...(
    [
      [API, { DATABASE_URL: undefined, REDIS_URL: undefined }, /DATABASE_URL is not set\n {2}REDIS_URL is not set/],
      [WORKER, { PARTITION: '4' }, /PARTITION is not a setting; the nearest is PARTITIONS/],
      [
        'npm run seed',
        { REDIS_URL: undefined, REDIS_URI: 'x' },
        /REDIS_URI is not a setting; the nearest is REDIS_URL/,
      ],
      ['npm start', { DATADIR: 'x' }, /DATADIR is not a setting; the nearest is DATA_DIR/],
      ['npm start', { API_PROCESSES: '1.5' }, /API_PROCESSES: must be a whole number from 1 to 64/],
      ['npm run audit', { DATABASE_URL: 'mysql://user:secret@db/wallet' }, /DATABASE_URL: must be a postgres:\/\/ URL/],
      [
        'npm run seed',
        { REDIS_URL: 'redis-sentinel://a,b' },
        /REDIS_URL: must end with the name that the Sentinels have/,
      ],
      ['npm start', { REDIS_URL: 'redis-cluster://a,b/1' }, /REDIS_URL: must have nothing after its hosts/],
      [
        WORKER,
        { REDIS_URL: 'rediss://a', REDIS_CA_FILE: '/none' },
        /REDIS_CA_FILE: \/none cannot be read: it does not exist/,
      ],
      ['npm start', { NODE_ENV: 'production', DATABASE_URL: undefined }, /set DATABASE_URL and REDIS_URL/],
    ] as const
  ).map(([command, env, says]) => ({
    wrong: `settings ${Object.entries(env)
      .map(([name, value]) => (value === undefined ? `without ${name}` : `${name}='${value}'`))
      .join(', ')}`,
    ...{ command, says, env: () => env },
  })),
];

/** Commands that need arguments. */
const LISTING: readonly Command[] = ['npm run keys', 'npm run assets', 'npm run accounts'];

type DatabaseOf = keyof WrongStartRig['database'];
const onDatabase = (wrong: string, database: DatabaseOf, says: RegExp, ...commands: Command[]): WrongStart[] =>
  commands.map((command) => ({
    ...{ wrong, command, says },
    args: LISTING.includes(command) ? ['list'] : [],
    env: (rig) => ({ DATABASE_URL: rig.database[database] }),
  }));

/** Databases that cannot be used. */
const DATABASES: WrongStart[] = [
  ...onDatabase(
    ...(['database not running', 'none', /Database wallet at 127.0.0.1:1 cannot be reached: nothing listens/] as const),
    ...([API, WORKER, 'npm run migrate', 'npm run seed', 'npm run audit', 'npm run keys', 'npm start'] as const),
  ),
  ...onDatabase('unknown host', 'noHost', /no-such-host.invalid:5432 cannot be reached: .*name/, WORKER),
  ...onDatabase('a server that never answers', 'silent', /cannot be reached: it did not answer in time/, API),
  ...onDatabase('a web server', 'http', /cannot be reached: it .*(Postgres server)/, WORKER),
  ...onDatabase('wrong password', 'wrongPassword', /refuses the user or the password: .*"wallet_api_login"/, API),
  ...onDatabase('unknown user', 'noUser', /refuses the user or the password: .*"nobody_of_this_name"/, WORKER),
  ...onDatabase('no password', 'noPassword', /asks for a password. Set it in DATABASE_URL or PGPASSWORD/, API),
  ...onDatabase('no such database', 'missing', /"no_such_database" does not exist. Create it/, API, 'npm run migrate'),
  ...onDatabase('Postgres 14', 'old', /is on Postgres 14. Version 15 or later is needed/, API, 'npm run migrate'),
  ...onDatabase('a standby', 'standby', /is a standby, which is read-only/, API, WORKER, 'npm run migrate'),
  ...onDatabase(
    'several hosts of which none is a primary',
    'severalHosts',
    /none of its hosts can be used. Database wallet at 127.0.0.1:1 cannot be reached: nothing listens.* is a standby, /,
    WORKER,
  ),
  ...onDatabase('read-only by setting', 'readOnly', /default_transaction_read_only is on/, API, 'npm run migrate'),
  ...onDatabase('encoding LATIN1', 'latin', /has the encoding LATIN1. Create it again/, WORKER, 'npm run migrate'),
  ...onDatabase('triggers switched off', 'lawless', /session_replication_role = replica/, WORKER),
  ...onDatabase('not migrated', 'bare', /has no schema: run the migrations first/, API, WORKER, 'npm run keys'),
  ...onDatabase('not migrated', 'bare', /has no schema: run the migrations first/, 'npm run seed', 'npm run audit'),
  ...onDatabase(
    'not migrated',
    'bare',
    /has no schema: run the migrations first/,
    'npm run assets',
    'npm run accounts',
  ),
  ...onDatabase('an older schema', 'older', /older than this program: .* Run npm run migrate/, API, 'npm run audit'),
  ...onDatabase(
    'a newer schema',
    'newer',
    /newer than this program: .* Update/,
    WORKER,
    'npm run migrate',
    'npm start',
  ),
  ...onDatabase(
    'another search_path',
    'elsewhere',
    /in the schema public, but the search_path of/,
    API,
    'npm run migrate',
  ),
  ...onDatabase('a user without rights', 'stranger', /test_stranger_\w+ may not read the table migrations/, API),
  ...onDatabase('a user without rights', 'stranger', /permission denied/, 'npm run migrate'),
  {
    ...{ wrong: 'the user of the API', command: WORKER, says: /user wallet_api_login lacks INSERT ON movements/ },
    env: ({ database }) => ({ DATABASE_URL: as('api', database.good) }),
  },
  {
    ...{ wrong: 'TLS that the server has not', command: API, says: /cannot be reached by TLS: .* See sslmode/ },
    env: ({ database }) => ({ DATABASE_URL: `${database.good}?sslmode=verify-full` }),
  },
];

/** Ports, folders, access and programs beside us. */
const SURROUNDINGS: WrongStart[] = [
  {
    ...{
      wrong: 'PARTITIONS of another number',
      command: API,
      says: /PARTITIONS is 7, but this database was made for 16/,
    },
    env: () => ({ PARTITIONS: '7' }),
  },
  {
    ...{
      wrong: 'port taken',
      command: API,
      says: /cannot listen on 127.0.0.1 port \d+: .*EADDRINUSE.* Set PORT or HOST/,
    },
    env: ({ taken }) => ({ PORT: String(taken) }),
  },
  {
    ...{
      wrong: 'port taken for several processes',
      command: API,
      says: /^The API cannot listen on 127.0.0.1 port \d+: .*EADDRINUSE.* Set PORT or HOST.\n$/,
    },
    env: ({ taken }) => ({ PORT: String(taken), API_PROCESSES: '3', LOG_LEVEL: 'silent' }),
  },
  {
    ...{
      wrong: 'health port taken for several processes',
      command: WORKER,
      says: /^The worker cannot serve its health on 127.0.0.1 port \d+: .* Set WORKER_HEALTH_PORT or HOST.\n$/,
    },
    env: ({ taken }) => ({ WORKER_HEALTH_PORT: String(taken), WORKER_PROCESSES: '2', LOG_LEVEL: 'silent' }),
  },
  {
    ...{
      wrong: 'port taken',
      command: 'npm start',
      says: /^The API cannot listen on 127.0.0.1 port \d+: .*EADDRINUSE.* Set PORT or HOST.$/m,
    },
    env: ({ taken, folder }) => ({ PORT: String(taken), DATA_DIR: join(folder, 'port') }),
  },
  {
    ...{
      wrong: 'health port taken',
      command: WORKER,
      says: /its health on 127.0.0.1 port \d+: .* Set WORKER_HEALTH_PORT/,
    },
    env: ({ taken }) => ({ WORKER_HEALTH_PORT: String(taken) }),
  },
  {
    ...{ wrong: 'HOST of another machine', command: API, says: /cannot listen on 192.0.2.1 .* Set PORT or HOST/ },
    env: () => ({ HOST: '192.0.2.1', ALLOW_ANONYMOUS: 'true' }),
  },
  {
    ...{ wrong: 'open to others without a key', command: API, says: /no API keys.*npm run keys/ },
    env: () => ({ HOST: '0.0.0.0' }),
  },
  {
    ...{
      wrong: 'SPOOL_DIR missing',
      command: API,
      says: /SPOOL_DIR: batches cannot be kept in \S+: it does not exist/,
    },
    env: ({ folder }) => ({ SPOOL_DIR: join(folder, 'none') }),
  },
  {
    ...{ wrong: 'SPOOL_DIR a file', command: API, says: /SPOOL_DIR: batches cannot be kept in \S+: .* is a file/ },
    env: ({ file }) => ({ SPOOL_DIR: file }),
  },
  {
    ...{
      wrong: 'DATA_DIR a file',
      command: 'npm start',
      says: /DATA_DIR: \S+ cannot be used: it is a file, not a folder/,
    },
    env: ({ file }) => ({ DATA_DIR: file }),
  },
  {
    ...{ wrong: 'DATA_DIR under a file', command: 'npm start', says: /DATA_DIR: \S+ cannot be used: .* is a file/ },
    env: ({ file }) => ({ DATA_DIR: join(file, 'data') }),
  },
  {
    // Root may write to any writable disk; nobody may write here.
    ...{ wrong: 'DATA_DIR not writable', command: 'npm start', says: /DATA_DIR: \/sys\/data cannot be used: / },
    env: () => ({ DATA_DIR: '/sys/data' }),
  },
  {
    ...{ wrong: 'webhook.key damaged', command: 'npm start', says: /webhook.key holds no key of 32 bytes/ },
    env: ({ folder }) => {
      mkdirSync(join(folder, 'damaged'));
      writeFileSync(join(folder, 'damaged/webhook.key'), '');
      return { DATA_DIR: join(folder, 'damaged') };
    },
  },
  {
    ...{ wrong: 'a redis-server that fails', command: 'npm start', says: /Redis/ },
    env: ({ folder }) => {
      mkdirSync(join(folder, 'bin'));
      writeFileSync(join(folder, 'bin/redis-server'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
      const path = `${join(folder, 'bin')}:${process.env['PATH']}`;
      return { DATA_DIR: join(folder, 'redis'), REDIS_URL: undefined, PATH: path };
    },
  },
];

/** Every command refuses unknown arguments. */
const ARGUMENTS: WrongStart[] = [
  ...COMMANDS.map((command) => ({
    ...{ wrong: '--hepl', command, args: ['--hepl'], says: /Unknown option '--hepl'. See npm .* -- --help/ },
  })),
  ...([API, 'npm run migrate', 'npm start', 'npm run bench:batch'] as const).map((command) => ({
    ...{ wrong: 'a word', command, args: ['now'], says: /(Unexpected argument 'now'|not now).* See npm .* -- --help/ },
  })),
  ...(
    [
      [['--servers', 'embedded'], /--servers must be native or packaged, not embedded/],
      [['--node', process.cwd()], /--node must be a node binary, and .* cannot be run as one/],
      [['--node', '/bin/true'], /--node must be a node binary, and \/bin\/true cannot be run as one/],
      [['--only', 'peer'], /There is no section peer. There are .*peers/],
    ] as const
  ).map(([args, says]) => ({ wrong: args.join(' '), command: 'npm run bench' as const, args, says })),
];

const STARTS = [...SETTINGS, ...DATABASES, ...SURROUNDINGS, ...ARGUMENTS];

const LONGEST_MS = 30_000;
const AT_ONCE = 4;

const run = (command: Command, args: readonly string[], env: Readonly<Record<string, string | undefined>>) =>
  runProgram(PROGRAMS[command], args, env, LONGEST_MS);

let rig: WrongStartRig;
const runs = new Map<WrongStart, Promise<ProgramRun>>();
const helps = new Map<Command, Promise<ProgramRun>>();
beforeAll(async () => {
  rig = await openWrongStartRig();
  // In the order of the tests that look at them.
  const inTurn = createTurns(AT_ONCE);
  const sound = { DATABASE_URL: rig.database.good, REDIS_URL: rig.redisUrl };
  for (const start of STARTS) {
    const { command, args = [], env = () => ({}) } = start;
    runs.set(
      start,
      inTurn(() => run(command, args, { ...sound, ...env(rig) })),
    );
  }
  for (const command of COMMANDS)
    helps.set(
      command,
      inTurn(() => run(command, ['--help'], {})),
    );
}, 60_000);
afterAll(async () => {
  await Promise.all([...runs.values(), ...helps.values()]);
  await rig.stop();
});

const table: string[] = ['| wrong | started with | exit | printed |', '| --- | --- | --- | --- |'];
afterAll(() => {
  const file = process.env['TEST_WRONG_STARTS_TABLE'];
  if (file) writeFileSync(file, `${table.join('\n')}\n`);
});

it.each(STARTS.map((start) => [`${start.command}: ${start.wrong}`, start] as const))(
  '%s',
  async (_, start) => {
    const { code, out, err } = await runs.get(start)!;
    const printed = `${out}${err}`;
    const cells = [start.wrong, [start.command, ...(start.args ?? [])].join(' '), code, printed.trim()];
    table.push(`| ${cells.join(' | ').replaceAll('\n', '<br>')} |`);
    expect(printed).toMatch(start.says);
    expect(printed).not.toMatch(/^\s+at /m);
    expect(printed).not.toMatch(/secret@|not-the-secret|secret-of-a-stranger|Error:|undefined/);
    expect(code).toBe(2);
  },
  LONGEST_MS + 30_000,
);

it.each(COMMANDS)('%s -- --help prints its help and starts nothing', async (command) => {
  const { code, out, err } = await helps.get(command)!;
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(new RegExp(`^${command}( |\n)`));
});
