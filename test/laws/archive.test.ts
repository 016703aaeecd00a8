import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { runAudit } from '@wallet/shared/database/audit';
import { FILES } from '@wallet/shared/database/archive/files';
import { type Month, startOf } from '@wallet/shared/words/month';
import { partitionOf } from '@wallet/shared/words/partition';
import request from 'supertest';
import * as rig from '../support/archive-rig.ts';
import { age } from '../support/aged-history.ts';
import { breakTheLaw } from '../support/break-the-law.ts';
import { killAfter } from '../support/kill-after.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/**
 * Months are written to files and deleted while everything else keeps running: nothing is lost, and nothing is in two
 * months.
 */

let service: Service;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wallet-archive-'));
  service = await startService();
});
afterEach(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

const archive = (before: Month): Promise<number> => rig.archive(service, folder, before);
const audit = (): Promise<unknown[]> => rig.audit(service);
const verify = (): Promise<string[]> => rig.verify(service, folder);
const work = (wallets: readonly string[]): Promise<void> => rig.work(service, wallets);
const inMonth = (month: Month, done: () => Promise<unknown>): Promise<void> => rig.inMonth(service, month, done);

/** An operation with its movements or failure, by id; from the database and from the files. */
const FACTS = `SELECT id::text, coalesce(operations.amount::text, '') AS amount,
    coalesce((SELECT string_agg(from_version::text, ' ' ORDER BY leg) FROM movements WHERE operation_id = id),
             (SELECT wallet_version::text FROM failures WHERE operation_id = id)) AS version,
    coalesce((SELECT target_id::text FROM operation_terms WHERE operation_id = id), '') AS target,
    coalesce((SELECT string_agg(amount::text, ' ' ORDER BY leg) FROM operation_legs WHERE operation_id = id), '') AS legs
  FROM operations`;
interface Fact {
  id: string;
  amount: string;
  /** Of several movements, that of each. */
  version: string;
  target: string;
  legs: string;
}

async function factsHere(): Promise<Fact[]> {
  return (await service.database.query<Fact>(`${FACTS} ORDER BY id`)).rows;
}

const cells = (month: Month, kind: keyof typeof FILES): Record<string, string>[] =>
  gunzipSync(readFileSync(join(folder, month, `${kind}.csv.gz`)))
    .toString()
    // Our texts have a line break only between quotes that begin in the row.
    .split(/\n(?=[0-9a-f]{8}-|\d+,|$)/)
    .slice(1, -1)
    .map((row) => {
      const values = [...row.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g)].map(([, value]) => value!);
      return Object.fromEntries(FILES[kind].map((column, index) => [column, values[index]!]));
    });

function factsIn(month: Month): Fact[] {
  const byOperation = (kind: keyof typeof FILES, column: string): Map<string, string> => {
    const found = new Map<string, string[]>();
    const rows = cells(month, kind).toSorted((one, other) => Number(one['leg'] ?? 0) - Number(other['leg'] ?? 0));
    for (const row of rows) {
      const id = row['operation_id']!;
      found.set(id, [...(found.get(id) ?? []), row[column]!]);
    }
    return new Map([...found].map(([id, values]) => [id, values.join(' ')]));
  };
  const moved = byOperation('movements', 'from_version');
  const failed = byOperation('failures', 'wallet_version');
  const targets = byOperation('terms', 'target_id');
  const legs = byOperation('legs', 'amount');
  return cells(month, 'operations').map(({ id, amount }) => ({
    ...{ id: id!, amount: amount!, version: (moved.get(id!) ?? failed.get(id!))! },
    ...{ target: targets.get(id!) ?? '', legs: legs.get(id!) ?? '' },
  }));
}

const balances = async (): Promise<unknown[]> =>
  (await service.database.query('SELECT id, version, balance, last_operation_id FROM accounts ORDER BY id')).rows;

it('a file has every column of its table', async () => {
  for (const kind of ['operations', 'movements', 'failures'] as const) {
    const { rows } = await service.database.query<{ name: string }>(
      'SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1',
      [kind],
    );
    expect([...FILES[kind]].sort()).toEqual(rows.map(({ name }) => name).sort());
  }
});

it('months are written to the files unchanged, and nothing else is deleted', async () => {
  const wallets = [await createFundedWallet(service.url, '100.00'), await createFundedWallet(service.url, '100.00')];
  await age(
    service.database,
    Date.now() - startOf('2026-01').getTime() - 86_400_000,
    '00000000-0000-0000-0000-000000000000',
  );
  await inMonth('2026-01', () => work(wallets));
  await inMonth('2026-03', () => work(wallets));
  await inMonth('2026-04', () => work(wallets));
  await work(wallets);
  const [before, stood] = [await factsHere(), await balances()];
  expect(await audit()).toEqual([]);

  expect(await archive('2026-04')).toBe(94);
  expect(readdirSync(folder).sort()).toEqual(['2026-01', '2026-03']);
  const [first, second] = [factsIn('2026-01'), factsIn('2026-03')];
  expect([...first, ...second, ...(await factsHere())]).toEqual(before);
  expect([await balances(), await audit(), await verify()]).toEqual([stood, [], []]);
  const [described] = cells('2026-01', 'operations').filter(({ description }) => description !== '');
  expect(described).toMatchObject({ description: '"a ""quoted""\nline, and a comma"' });

  // More operations follow, and the next month continues the chain.
  await work(wallets);
  expect(await archive('2026-04')).toBe(0);
  expect(await archive('2026-05')).toBe(46);
  const checkpoints = await service.database.query<{ id: string }>(
    'SELECT wallet_id AS id FROM accounts JOIN archive_checkpoints ON account_id = id WHERE wallet_id IS NOT NULL',
  );
  expect(checkpoints.rows.map(({ id }) => id).sort()).toEqual([...wallets].sort());
  expect([await audit(), await verify()]).toEqual([[], []]);
  const { rows } = await service.database.query<Record<string, unknown>>(
    `SELECT to_char(month, 'YYYY-MM') AS month, operations, movements + failures AS ended, removed_at IS NOT NULL AS removed
     FROM archives ORDER BY archives.month`,
  );
  expect(rows).toEqual([
    { month: '2026-01', operations: 48n, ended: 52n, removed: true },
    { month: '2026-03', operations: 46n, ended: 50n, removed: true },
    { month: '2026-04', operations: 46n, ended: 50n, removed: true },
  ]);
}, 60_000);

/**
 * Makes the time of the operation or batch `of` the beginning of a month: everything accepted before it is of the
 * previous month.
 */
async function beginMonthAt(month: Month, of: string): Promise<void> {
  const moment = parseInt(of.slice(0, 8) + of.slice(9, 13), 16);
  await age(service.database, moment - startOf(month).getTime(), '00000000-0000-0000-0000-000000000000');
}

const send = async (wallet: string, type: string, amount: string): Promise<string> => {
  const operation = { operation_type: type, amount };
  const { body } = await request(service.url).post(`/wallets/${wallet}/operation`).send(operation).expect(202);
  return body.id as string;
};

async function withoutWorker(): Promise<void> {
  await service.stop();
  service = await startService({ worker: false });
}

it('an operation applied after one of the next month stays, and is archived with a later month', async () => {
  await withoutWorker();
  const one = await createFundedWallet(service.url);
  let other = one;
  while (other === one || partitionOf(other, service.partitions) !== partitionOf(one, service.partitions))
    other = await createFundedWallet(service.url);
  const first = await send(one, 'DEPOSIT', '5.00');
  // Of low priority: on their shared treasury it is applied after operations that are accepted later.
  const operations = [1, 2, 3].map((amount) => ({ type: 'deposit', wallet_id: other, amount }));
  await request(service.url).post('/batches').send({ operations }).expect(202);
  const march = [await send(one, 'DEPOSIT', '7.00'), await send(one, 'WITHDRAW', '100.00')];
  service.startWorker();
  await service.drained();
  await beginMonthAt('2026-03', march[0]!);
  const before = await factsHere();
  expect(before.length).toBe(6);

  expect(await archive('2026-03')).toBe(1);
  expect(factsIn('2026-02')).toEqual(before.slice(0, 1));
  expect(await factsHere()).toEqual(before.slice(1));
  expect([await audit(), await verify()]).toEqual([[], []]);
  expect(first.slice(-12)).toBe(before[0]!.id.slice(-12));

  expect(await archive('2026-04')).toBe(5);
  expect(factsIn('2026-03')).toEqual(before.slice(1));
  // An account whose last movement is in the archives moves on.
  await operate(service.url, other, 'DEPOSIT', '1.00');
  expect([await audit(), await verify()]).toEqual([[], []]);
});

it('pending operations stay', async () => {
  await withoutWorker();
  const wallet = await createFundedWallet(service.url);
  const operations = [1, 2].map((amount) => ({ type: 'deposit', wallet_id: wallet, amount }));
  await inMonth('2026-01', async () => {
    await send(wallet, 'DEPOSIT', '1.00');
    await request(service.url).post('/batches').send({ operations }).expect(202);
  });
  expect([await archive('2026-03'), (await factsHere()).length]).toEqual([0, 3]);
  service.startWorker();
  await service.drained();
  expect([await archive('2026-03'), (await factsHere()).length]).toEqual([3, 0]);
  expect([await audit(), await verify()]).toEqual([[], []]);
});

it('an archive that is killed at any moment resumes, while operations and batches are accepted and applied', async () => {
  const wallets: string[] = [];
  await inMonth('2026-01', async () => {
    for (let n = 0; n < 3; n += 1) wallets.push(await createFundedWallet(service.url, '1000.00'));
  });
  const many = Array.from({ length: 1_500 }, (_, n) => ({ type: 'deposit', wallet_id: wallets[n % 3], amount: n + 1 }));
  for (const month of ['2026-01', '2026-02']) {
    const ofMonth = many.map((line, n) => ({ ...line, reference_id: `${month}-${n}` }));
    await inMonth(month, async () => {
      await request(service.url).post('/batches').send({ operations: ofMonth }).expect(202);
      await work(wallets);
    });
  }
  const before = await factsHere();
  const ended = { load: false };
  const load = (async () => {
    while (!ended.load) await work(wallets);
  })();
  const archiving = {
    ...{ program: 'shared/src/commands/archive.ts', args: ['--before', '2026-03', '--to', folder] },
    env: { DATABASE_URL: service.databaseUrl },
  };
  const begun = async (): Promise<boolean> => {
    const { rows } = await service.database.query<{ begun: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 6
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS begun`,
    );
    return rows[0]!.begun;
  };
  let killed = 0;
  for (let wait = 20; ; wait = wait * 2) {
    const status = await killAfter(wait, archiving, begun);
    if (status !== null) {
      expect(status).toBe(0);
      break;
    }
    killed += 1;
    expect(await audit()).toEqual([]);
  }
  ended.load = true;
  await load;
  expect(killed).toBeGreaterThan(2);
  expect([await audit(), await verify()]).toEqual([[], []]);
  const written = [...factsIn('2026-01'), ...factsIn('2026-02')];
  const here = new Set((await factsHere()).map(({ id }) => id));
  expect(written).toEqual(before);
  expect(written.filter(({ id }) => here.has(id))).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(['2026-01', '2026-02']);
}, 240_000);

it('an audit that was interrupted within an account resumes after the movements archived meanwhile', async () => {
  const wallet = await createFundedWallet(service.url);
  const operations = Array.from({ length: 40 }, () => ({ type: 'deposit', wallet_id: wallet, amount: 1 }));
  await inMonth('2026-01', async () => {
    await request(service.url).post('/batches').send({ operations }).expect(202);
    await service.drained();
  });
  const found: unknown[] = [];
  const order = { tell: (violation: unknown) => found.push(violation), keep: true, mostRows: 5, saveEveryMs: 0 };
  const isWithin = async (): Promise<boolean> => {
    const { rows } = await service.database.query<{ within: boolean }>(
      `SELECT jsonb_typeof(place #> '{cursor,within}') = 'object' AS within FROM audit_progress`,
    );
    return rows[0]!.within;
  };
  const interrupt = (): never => {
    throw new Error('interrupted');
  };
  do await runAudit(service.database, { ...order, resume: true, onPiece: interrupt }).catch(() => undefined);
  while (!(await isWithin()));
  expect(await archive('2026-02')).toBe(40);
  expect((await runAudit(service.database, { ...order, resume: true })).violations).toBe(0);
  expect(found).toEqual([]);
});

it('a missing movement that is not archived is named, and so is a month with incomplete movements', async () => {
  const wallet = await createFundedWallet(service.url);
  await inMonth('2026-01', () => operate(service.url, wallet, 'DEPOSIT', '1.00'));
  await inMonth('2026-02', async () => {
    for (let n = 0; n < 3; n += 1) await operate(service.url, wallet, 'DEPOSIT', '1.00');
  });
  await breakTheLaw(service.database, `DELETE FROM movements WHERE to_version = 3 AND from_version = 3`);
  const names = (await audit()).map((found) => (found as { violation: string }).violation);
  expect(new Set(names)).toEqual(new Set(['version_gap', 'operation_lost', 'balance_not_sum_of_entries']));
  await expect(archive('2026-04')).rejects.toThrow(/cannot be archived: the movements of account \d+ .* incomplete/);
});
