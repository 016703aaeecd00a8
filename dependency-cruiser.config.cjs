/** The direction of dependency: commands, processes → features → {access, events} → {queue, database} → ledger → words. */
const packageOf = (names) => `node_modules/(${names})/`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: ['main\\.tsx?$', 'valkey-process\\.ts$', '^test/(support/give-jest|chaos/shift-clock)\\.js$'],
      },
      to: {},
    },
    { name: 'api-and-worker-apart', severity: 'error', from: { path: '^api/' }, to: { path: '^(worker|local)/' } },
    { name: 'worker-and-api-apart', severity: 'error', from: { path: '^worker/' }, to: { path: '^(api|local)/' } },
    {
      name: 'http-is-the-bottom',
      comment: 'What every feature is made with knows none of them.',
      severity: 'error',
      from: { path: '^api/src/http/' },
      to: { path: '^api/src/', pathNot: '^api/src/http/' },
    },
    {
      name: 'features-apart',
      comment:
        'A feature is given what it needs of others, by api.ts. A line of a batch is an operation: it has the fields, the rules ' +
        'and the looks of one.',
      severity: 'error',
      from: { path: '^api/src/([^/]+)/', pathNot: '^api/src/http/' },
      to: {
        path: '^api/src/',
        pathNot: [
          '^api/src/($1|http)/',
          '^api/src/operations/(general-operation|draft-operation|draft-terms|find-facts-of-terms|canonical-operation|operation-schema)\\.ts$',
        ],
      },
    },
    {
      name: 'only-batches-know-operations',
      severity: 'error',
      from: { path: '^api/src/[^/]+/', pathNot: '^api/src/(batches|operations)/' },
      to: { path: '^api/src/operations/' },
    },
    {
      name: 'drain-not-webhooks',
      comment: 'Applying operations and sending webhooks share a process and the database, and nothing else.',
      severity: 'error',
      from: { path: '^worker/src/drain/' },
      to: { path: '^worker/src/webhooks/' },
    },
    {
      name: 'webhooks-not-drain',
      severity: 'error',
      from: { path: '^worker/src/webhooks/' },
      to: { path: '^worker/src/drain/' },
    },
    {
      name: 'only-main-starts-the-worker',
      severity: 'error',
      from: { path: '^worker/src/', pathNot: '^worker/src/main\\.ts$' },
      to: { path: '^worker/src/(main|worker)\\.ts$' },
    },
    {
      name: 'shared-knows-nobody',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(api|worker|local)/' },
    },
    { name: 'local-starts-processes', severity: 'error', from: { path: '^local/' }, to: { path: '^(api|worker)/' } },
    {
      name: 'console-only-speaks-http',
      comment: 'It runs in a browser, and knows the service as any other client does.',
      severity: 'error',
      from: { path: '^console/' },
      to: { path: '^(api|worker|local|shared|csv|client|bench|test)/' },
    },
    {
      name: 'parts-serve-pages',
      comment: 'What pages share knows none of them.',
      severity: 'error',
      from: { path: '^console/src/(api|format|parts|url)/' },
      to: { path: '^console/src/(access|batches|operations|overview|search|shell|wallets|webhooks)/' },
    },
    {
      name: 'console-pages-apart',
      severity: 'error',
      from: { path: '^console/src/(access|batches|operations|wallets|webhooks)/' },
      to: {
        path: '^console/src/(access|batches|operations|overview|search|shell|wallets|webhooks)/',
        pathNot: '^console/src/$1/',
      },
    },
    {
      name: 'client-only-speaks-http',
      comment: 'The command knows the service as any other client does: by its document.',
      severity: 'error',
      from: { path: '^client/' },
      to: { path: '^(api|worker|local|shared|bench|test)/' },
    },
    {
      name: 'csv-stands-alone',
      comment: 'How a table is written is the same for the service and its command, and is known to neither of them.',
      severity: 'error',
      from: { path: '^csv/' },
      to: { path: '^(api|worker|local|shared|client|bench|test)/' },
    },
    {
      name: 'only-csv-knows-its-library',
      severity: 'error',
      from: { pathNot: '^(csv|test)/' },
      to: { path: packageOf('papaparse') },
    },
    {
      name: 'words-are-at-the-bottom',
      comment: 'The vocabulary knows nothing of ours, and no server.',
      severity: 'error',
      from: { path: '^shared/src/words/' },
      to: { path: '^shared/src/', pathNot: '^shared/src/words/' },
    },
    {
      name: 'ledger-is-pure',
      comment: 'The rules import words and nothing else: no package, no clock, no database.',
      severity: 'error',
      from: { path: '^shared/src/ledger/' },
      to: { pathNot: '^shared/src/(ledger|words)/' },
    },
    {
      name: 'servers-know-words-and-rules',
      comment:
        'Above words and rules stand the database and the queue, above these access and events, then the process.',
      severity: 'error',
      from: { path: '^shared/src/(database|queue)/' },
      to: { path: '^shared/src/(access|events|process|commands)/' },
    },
    {
      name: 'access-and-events-know-no-process',
      severity: 'error',
      from: { path: '^shared/src/(access|events)/' },
      to: { path: '^shared/src/(process|commands)/' },
    },
    {
      name: 'access-not-events',
      severity: 'error',
      from: { path: '^shared/src/access/' },
      to: { path: '^shared/src/events/' },
    },
    {
      name: 'events-not-access',
      severity: 'error',
      from: { path: '^shared/src/events/' },
      to: { path: '^shared/src/access/' },
    },
    {
      name: 'shared-has-rooms',
      comment: 'Every file of it stands in one, so that the rules above hold for it.',
      severity: 'error',
      from: {},
      to: { path: '^shared/src/[^/]+\\.ts$' },
    },
    {
      name: 'product-knows-no-test',
      severity: 'error',
      from: { path: '^(shared|csv|api|worker|local|client|bench)/' },
      to: { path: '^test/' },
    },
    {
      name: 'support-serves-tests',
      comment: 'What tests share knows none of them.',
      severity: 'error',
      from: { path: '^test/support/' },
      to: { path: '^test/(unit|laws|stories|mutants)/' },
    },
    {
      name: 'tests-apart',
      severity: 'error',
      from: { path: '^test/(unit|laws|stories)/' },
      to: { path: '\\.test\\.ts$' },
    },
    {
      name: 'only-database-knows-pg',
      severity: 'error',
      from: { pathNot: '^(shared/src/database|bench/(baselines|peers/src))/' },
      to: { path: packageOf('pg|postgres-migrations') },
    },
    {
      name: 'only-queue-knows-redis',
      severity: 'error',
      from: { pathNot: '^(shared/src/queue|bench/baselines)/' },
      to: { path: packageOf('bullmq|ioredis') },
    },
    {
      name: 'database-not-queue',
      severity: 'error',
      from: { path: '^shared/src/database/' },
      to: { path: '^shared/src/queue/' },
    },
    {
      name: 'queue-not-database',
      severity: 'error',
      from: { path: '^shared/src/queue/' },
      to: { path: '^shared/src/database/' },
    },
    {
      name: 'baselines-stand-alone',
      comment: 'What the service is compared with must not be made of it.',
      severity: 'error',
      from: { path: '^bench/(baselines|peers/src)/' },
      to: { path: '^(api|worker|local|bench/src|shared/src/(database|queue|ledger))/' },
    },
    {
      name: 'only-api-serves-http',
      severity: 'error',
      from: { pathNot: '^(api|bench/baselines)/' },
      to: { path: packageOf('express') },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { conditionNames: ['source', 'import', 'node', 'default'], exportsFields: ['exports'] },
  },
};
