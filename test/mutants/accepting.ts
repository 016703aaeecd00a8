import type { Mutant } from './mutant.ts';

/** Bugs in making an operation durable, once: P1, P4, P6, P8. */
export const ACCEPTING: readonly Mutant[] = [
  {
    name: 'key-without-its-request',
    bug: 'a key that is used again for another request answers with the first operation',
    text: "if (first.requestHash !== requestHash) return { kind: 'key_reused', key };",
    instead: '',
    tests: ['stories/idempotency'],
  },
  {
    name: 'key-ignored',
    bug: 'a request that is repeated with its key is applied twice',
    text: 'return [...keys][0] ?? null;',
    instead: 'return null;',
    tests: ['unit/idempotency-key', 'stories/idempotency'],
  },
  {
    name: 'key-header-ignored',
    bug: 'a key counts in the body only, not in the header',
    text: 'new Set([written, ...fields]',
    instead: 'new Set([...fields]',
    tests: ['unit/idempotency-key', 'stories/idempotency'],
  },
  {
    name: 'metadata-not-hashed',
    bug: 'a request with other metadata counts as the same',
    text: ',${quote(canonicalJson(metadata))}${moment}`;',
    instead: '${moment}`;',
    tests: ['unit/canonical-operation', 'stories/idempotency'],
  },
  {
    name: 'metadata-written-anew',
    bug: 'metadata comes back with its names in another order and its numbers in other words',
    text: 'sources.get(metadata) ?? JSON.stringify(metadata)',
    instead: 'JSON.stringify(metadata)',
    tests: ['unit/json-text', 'stories/metadata'],
  },
  {
    name: 'amount-of-any-spelling',
    bug: 'an amount as a JSON number may be written in ways that one in quotes or in CSV may not',
    text: 'keepAmount(open, token);',
    instead: '',
    tests: ['unit/json-text', 'stories/amounts'],
  },
  {
    name: 'lost-holder-remembered',
    bug: 'a process keeps to a held account that a promotion has lost',
    text: 'holders.clear();\n        return acceptGroup(operations);',
    instead: '',
    tests: ['laws/acceptance > lost in a promotion'],
  },
  {
    name: 'answer-before-commit',
    bug: '202 is answered before the operation is committed',
    text: `const rows = await withRetries((again) => write(database, operations, { again, holdersKnown }), onError);
      inserted = new Map(rows.map((row) => [row.id, row.createdAt]));`,
    instead: `void withRetries((again) => write(database, operations, { again, holdersKnown }), onError).catch(() => undefined);
      inserted = new Map(operations.map(({ id }) => [id, new Date()]));`,
    tests: ['stories/idempotency'],
  },
  {
    name: 'ring-before-commit',
    bug: 'the doorbell rings before there is anything to find',
    text: `    try {
      const write = `,
    instead: `    ringFor(ring, operations);
    try {
      const write = `,
    tests: ['laws/acceptance > waits for the operation'],
  },
  {
    name: 'never-rung',
    bug: 'nobody rings for what was accepted: it waits for the sweeper',
    text: `    if (operations[0]?.executeAt == null) ringFor(ring, operations);
    const earlier`,
    instead: '    const earlier',
    tests: ['laws/acceptance > waits for the operation'],
  },
  {
    name: 'neighbours-refused',
    bug: 'one operation that the database refuses takes its whole group with it',
    text: 'return operations.length > 1 && isOnesFault(error) ?',
    instead: 'return isOnesFault(error) && operations.length > GROUP_LIMIT ?',
    tests: ['laws/acceptance > although the database refuses'],
  },
  {
    name: 'acceptance-lock-not-taken',
    bug: 'an operation gets its place in the order before an earlier one is visible',
    text: `SELECT pg_advisory_xact_lock(\${ADVISORY_LOCK.accept}, partition)
             FROM`,
    instead: `SELECT partition
             FROM`,
    tests: ['laws/acceptance > waits for the operation'],
  },
  {
    name: 'redis-needed',
    bug: 'without Redis, accepting fails',
    text: `.catch((error: unknown) => {
        log.debug({ err: error, partitions, lane }, 'ring failed');
        onFailed(lane);
      });`,
    instead: ';',
    tests: ['stories/health > health is degraded'],
  },
  {
    name: 'uuid-not-canonical',
    bug: 'a wallet id in capitals is another wallet, in another partition',
    text: "const hex = bare.replaceAll('-', '').toLowerCase();",
    instead: "const hex = bare.replaceAll('-', '');",
    tests: ['unit/ids', 'stories/operations'],
  },
  {
    name: 'decimals-cut-off',
    bug: 'an amount with too many decimals is cut instead of refused',
    text: "if (fraction.length > scale) return { ok: false, problem: 'too_many_decimals' };",
    instead: '',
    tests: ['unit/money', 'stories/refusals'],
  },
  {
    name: 'amount-overflow',
    bug: 'an amount that no account can hold is accepted',
    text: "if (minorUnits > MAX_MINOR_UNITS) return { ok: false, problem: 'too_large' };",
    instead: '',
    tests: ['unit/money', 'stories/refusals'],
  },
  {
    name: 'number-rounded',
    bug: 'a JSON number with more digits than a double holds is rounded',
    text: 'digits.length > DIGITS_LIMIT || ',
    instead: '',
    tests: ['stories/refusals'],
  },
  {
    name: 'name-twice',
    bug: 'of a field that is given twice, the second counts',
    text: "if (names.has(name)) throw malformed('An object in the body has the same name twice.');",
    instead: '',
    tests: ['stories/refusals'],
  },
  {
    name: 'receiver-of-another-asset',
    bug: 'a transfer between wallets of two assets is not refused',
    text: 'if (receiver.assetId !== wallet.assetId) return OTHER_ASSET;',
    instead: '',
    tests: ['unit/draft-operation', 'stories/transfers'],
  },
  {
    name: 'wallet-of-refused-request',
    bug: 'a refused request leaves a wallet behind',
    text: "      if (KINDS[asked.type].to !== 'wallet') return noWalletOfUser(asked.external_user_id, asset);\n",
    instead: '',
    tests: ['unit/draft-operation', 'stories/users'],
  },
  {
    name: 'page-skips-a-row',
    bug: 'between two pages of a list one row is missing',
    text: 'const last = items.at(-1);',
    instead: 'const last = found.at(-1);',
    tests: ['stories/users', 'stories/history'],
  },
  {
    name: 'asset-known-to-one-process',
    bug: 'an asset cannot be named at a process that was running when another added it',
    text: 'if (mayBeAdded(assets, choice)) await assets.readAnew();',
    instead: '',
    tests: ['stories/assets-by-api > in effect in every process'],
  },
  {
    name: 'asset-met-and-not-read',
    bug: 'a process that meets an asset which was added while it was running cannot answer',
    text: 'await (client === undefined ? readAnew() : read(client));',
    instead: '',
    tests: ['stories/assets-by-api > in effect in every process'],
  },
  {
    name: 'asset-given-another-meaning',
    bug: 'an asset that is added again with another scale is said to be there',
    text: 'const isSame = name === wanted.name && scale === wanted.scale && transferable === wanted.transferable;',
    instead: 'const isSame = name === wanted.name && transferable === wanted.transferable;',
    tests: ['stories/assets-by-api > refuses another asset'],
  },
];
