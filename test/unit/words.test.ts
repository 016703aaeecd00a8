import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { canonicalUuid, newId } from '@wallet/shared/ids';
import { partitionOf } from '@wallet/shared/partition';
import { REJECTION_CODES, describeRejection } from '@wallet/shared/rejection';
import { findPostgresFolders, findProgram } from '@wallet/local/find-program';
import { canonicalOperation } from '@wallet/api/operations/canonical-operation';
import { idempotencyKeyOf } from '@wallet/api/http/idempotency-key';
import { inGroups } from '@wallet/shared/process/in-groups';

describe('canonicalUuid', () => {
  const canonical = '0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000';

  it.each([
    canonical,
    '0192AAAA-BBBB-7CCC-8DDD-EEEEFFFF0000',
    '{0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000}',
    '0192aaaabbbb7ccc8dddeeeeffff0000',
    '0192-aaaa-bbbb-7ccc-8ddd-eeee-ffff-0000',
  ])('reads %s', (spelling) => {
    expect(canonicalUuid(spelling)).toBe(canonical);
  });

  it.each([
    '',
    'x',
    canonical.slice(1),
    `${canonical}0`,
    `{${canonical}`,
    `${canonical}-`,
    '019-2aaaabbbb7ccc8dddeeeeffff0000',
  ])('refuses %j', (text) => {
    expect(canonicalUuid(text)).toBeNull();
  });

  it('leaves fresh ids as they are', () => {
    const id = newId();
    expect(canonicalUuid(id)).toBe(id);
  });
});

describe('partitionOf', () => {
  it('is the same for ever', () => {
    expect(partitionOf('a11ce000-0000-4000-8002-000000000004', 16)).toBe(6);
    expect(partitionOf('b0b00000-0000-4000-8002-000000000001', 16)).toBe(
      partitionOf('b0b00000-0000-4000-8002-000000000001', 16),
    );
  });

  it('spreads wallets evenly, also those with consecutive ids', () => {
    for (const idOf of [newId, (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`]) {
      const counts = new Array<number>(16).fill(0);
      for (let n = 0; n < 16_000; n += 1) counts[partitionOf(idOf(n), 16)]! += 1;
      expect(Math.min(...counts)).toBeGreaterThan(800);
      expect(Math.max(...counts)).toBeLessThan(1_200);
    }
  });
});

it('every rejection has a sentence of its own', () => {
  expect(new Set(REJECTION_CODES.map(describeRejection)).size).toBe(REJECTION_CODES.length);
});

describe('idempotencyKeyOf', () => {
  it('takes the key bare or quoted, from one place or from several that agree', () => {
    expect(idempotencyKeyOf('k1')).toBe('k1');
    expect(idempotencyKeyOf(' "k1" ', 'k1', null)).toBe('k1');
    expect(idempotencyKeyOf(undefined, undefined, 'k2')).toBe('k2');
    expect(idempotencyKeyOf(undefined, null)).toBeNull();
  });

  it.each(['', '""', 'a b', '"a', 'é'])('refuses the header %j', (header) => {
    expect(idempotencyKeyOf(header)).toMatchObject({ code: 'invalid_request', field: 'Idempotency-Key' });
  });
});

it('canonicalOperation keeps fields apart', () => {
  const operation: Parameters<typeof canonicalOperation>[0] = {
    ...{ type: 'deposit' as const, walletId: 'w', toWalletId: null, amount: 1n },
    ...{ description: null, referenceId: null, metadata: null },
  };
  const texts = [
    operation,
    { ...operation, description: 'ab' },
    { ...operation, description: 'a', referenceId: 'b' },
    { ...operation, referenceId: 'ab' },
    { ...operation, metadata: '{"a":"b"}' },
    { ...operation, toWalletId: 'null' },
  ].map(canonicalOperation);
  expect(new Set(texts).size).toBe(texts.length);
});

it('canonicalOperation has what metadata says, in the order of its names', () => {
  const text = canonicalOperation({
    ...{ type: 'deposit', walletId: 'w', toWalletId: null, amount: 1n, description: null, referenceId: null },
    metadata: '{"b":1.50,"a":"\\u0078","10":-0,"2":1e-400}',
  });
  // Keys that were used before are held against the hash of this: it must not change.
  const metadata = '[["10",0],["2",0],["a","x"],["b",1.5]]';
  expect(text).toBe(`["deposit","w",null,"1",null,null,${JSON.stringify(metadata)}]`);
});

describe('inGroups', () => {
  it('works on calls in order, at most `limit` together, one group at a time', async () => {
    const groups: number[][] = [];
    let underWay = 0;
    const double = inGroups<number, number>(4, async (items) => {
      underWay += 1;
      expect(underWay).toBe(1);
      groups.push([...items]);
      await Promise.resolve();
      underWay -= 1;
      return items.map((item) => item * 2);
    });
    const answers = await Promise.all([1, 2, 3, 4, 5, 6, 7].map(double));
    expect(answers).toEqual([2, 4, 6, 8, 10, 12, 14]);
    expect(groups).toEqual([[1], [2, 3, 4, 5], [6, 7]]);
  });

  it('fails the group that failed and goes on with the next', async () => {
    const work = inGroups<number, number>(1, (items) =>
      items[0] === 2 ? Promise.reject(new Error('two')) : Promise.resolve(items),
    );
    const results = await Promise.allSettled([1, 2, 3].map(work));
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});

describe('programs of the machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-programs-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  /** An executable file, or, with `link`, a link to one. */
  const program = (file: string, link?: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    if (link === undefined) writeFileSync(join(folder, file), '#!/bin/sh\n', { mode: 0o755 });
    else symlinkSync(join(folder, link), join(folder, file));
  };

  it('are found under the name of a link, not of what it leads to', () => {
    program('bin/redis-check-rdb');
    program('bin/redis-server', 'bin/redis-check-rdb');
    expect(findProgram(join(folder, 'bin'), 'redis-server')).toBe(join(folder, 'bin/redis-server'));
  });

  it('are not folders of that name', () => {
    mkdirSync(join(folder, 'folders/setpriv'), { recursive: true });
    expect(findProgram(join(folder, 'folders'), 'setpriv')).toBeNull();
  });

  it('are every Postgres: linked with its initdb, linked alone, and each version of Debian, newest first', () => {
    for (const name of ['cellar/postgres', 'cellar/initdb', 'opt/postgres', 'opt/initdb']) program(name);
    for (const name of ['postgres', 'initdb']) program(`both/${name}`, `cellar/${name}`);
    program('alone/postgres', 'opt/postgres');
    for (const version of [9, 15, 17])
      for (const name of ['postgres', 'initdb']) program(`debian/${version}/bin/${name}`);
    program('client-only/bin/psql');
    const path = ['both', 'alone', 'client-only/bin'].map((name) => join(folder, name)).join(':');
    expect(findPostgresFolders(path, join(folder, 'debian'))).toEqual(
      ['both', 'opt', 'debian/17/bin', 'debian/15/bin', 'debian/9/bin'].map((name) => join(folder, name)),
    );
  });
});

it('finds nothing where there is nothing', () => {
  expect(findProgram('/nowhere:', 'node')).toBeNull();
  expect(findPostgresFolders('/nowhere', '/nowhere')).toEqual([]);
});
