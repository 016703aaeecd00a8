import { urlFor } from '@wallet/local/embedded-postgres';
import { type AuditOrder, type AuditReport, runAudit } from '@wallet/shared/database/audit';
import { mayKeepCheckpoints } from '@wallet/shared/database/audit/checkpoints';
import { type Database, createPool } from '@wallet/shared/database/pool';
import request from 'supertest';
import { breakTheLaw } from '../support/break-the-law.ts';
import { setDefaults } from '../support/test-database.ts';
import { type Service, startService } from '../support/service.ts';
import { startWireTrap } from '../support/wire-trap.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/** The audit runs in pieces: it holds no snapshot between them, can be continued, and starts from checkpoints. */

const NAME = 'test-auditor';
let service: Service;
let auditor: Database;
beforeEach(async () => {
  service = await startService();
  auditor = connectAuditor();
});
afterEach(async () => {
  await auditor.end();
  await service.stop();
});

/** A user who may read everything, and record the progress of the audit. */
function connectAuditor(url = service.databaseUrl): Database {
  return createPool({ url: urlFor('auditor', url), name: NAME, size: 1, onError: () => undefined });
}

/** Runs an audit with small pieces. @returns the names of its violations. */
async function audit(order: Omit<AuditOrder, 'tell'> = {}): Promise<AuditReport & { found: string[] }> {
  const found: string[] = [];
  const report = await runAudit(auditor, { mostRows: 5, ...order, tell: ({ violation }) => found.push(violation) });
  return { ...report, found };
}

const post = (wallet: string, type = 'DEPOSIT', amount = 1) =>
  request(service.url).post(`/wallets/${wallet}/operation`).send({ operation_type: type, amount }).expect(202);

async function postMany(wallet: string, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, n) => post(wallet, n % 3 === 2 ? 'WITHDRAW' : 'DEPOSIT', 100)));
}

async function postBatch(wallets: readonly string[], lines: number, atomic = false): Promise<string> {
  const operations = Array.from({ length: lines }, (_, n) => ({
    type: n % 3 === 2 ? 'withdraw' : 'deposit',
    wallet_id: wallets[n % wallets.length],
    amount: n % 11 === 2 ? 1_000_000 : 2,
  }));
  const { body } = await request(service.url).post('/batches').send({ operations, atomic }).expect(202);
  return body.id as string;
}

const breakBalance = (wallet: string, version: number) =>
  breakTheLaw(
    service.database,
    `UPDATE movements SET to_balance = to_balance + 1
     WHERE to_account_id = (SELECT id FROM accounts WHERE wallet_id = '${wallet}') AND to_version = ${version}`,
  );

it('finds no violation while operations and batches are accepted and applied', async () => {
  const wallets = await Promise.all([1, 2, 3].map(() => createFundedWallet(service.url, '100.00')));
  const load = { ends: false };
  const work = (async () => {
    for (let round = 0; !load.ends && round < 100; round += 1) {
      await Promise.all([
        ...wallets.map((wallet) => postMany(wallet, 10)),
        postBatch(wallets, 40),
        postBatch(wallets, 6, round % 2 === 0),
      ]);
    }
  })();
  const reports: unknown[] = [];
  for (let run = 0; run < 4; run += 1) {
    const { found } = await audit({ mostRows: 10 + 10 * run, keep: true, sinceCheckpoint: run % 2 === 1 });
    reports.push(found);
  }
  load.ends = true;
  await work;
  await service.drained();
  expect(reports).toEqual([[], [], [], []]);
  expect((await audit()).found).toEqual([]);
}, 120_000);

// Changes between two statements of the audit, which would contradict each other if they did not share a snapshot.
it.each<[string, number, RegExp]>([
  ['between what its lines say and what its totals say', 1_000, /FROM batch_totals/],
  ['while it is looked at in pieces', 5, /FROM movements AS ended/],
  ['while its accounts are walked', 5, /WITH walk AS/],
])('finds no violation in a batch that is applied %s', async (_when, mostRows, statement) => {
  await service.stop();
  service = await startService({ worker: false });
  await postBatch([await createFundedWallet(service.url)], 40);
  const trap = await startWireTrap();
  await auditor.end();
  auditor = connectAuditor(trap.through(service.databaseUrl));
  let applied = 0;
  trap.onStatement(statement, async () => {
    if (applied > 0) return;
    applied += 1;
    service.startWorker();
    await service.drained();
  });
  const { found } = await audit({ mostRows });
  await auditor.end();
  auditor = connectAuditor();
  await trap.stop();
  expect([applied, found]).toEqual([1, []]);
  expect((await audit()).found).toEqual([]);
});

it('holds no snapshot between its pieces, however long an account and a batch are', async () => {
  const wallet = await createFundedWallet(service.url, '1.00');
  await postMany(wallet, 60);
  await postBatch([wallet], 40);
  await service.drained();
  const trap = await startWireTrap();
  await auditor.end();
  auditor = connectAuditor(trap.through(service.databaseUrl));
  const states: unknown[] = [];
  // Before each piece begins: then the previous one has ended.
  trap.onStatement(/^BEGIN$/, async () => {
    const { rows } = await service.database.query<{ state: string; held: boolean }>(
      `SELECT state, backend_xmin IS NOT NULL AS held FROM pg_stat_activity WHERE split_part(application_name, '/', 1) = $1 AND datname = current_database()`,
      [NAME],
    );
    states.push(...rows);
  });
  const phases: string[] = [];
  const { pieces, found } = await audit({ onPiece: ({ phase }) => phases.push(phase) });
  await auditor.end();
  auditor = connectAuditor();
  await trap.stop();
  expect(found).toEqual([]);
  expect(states).toEqual(Array.from({ length: pieces }, () => ({ state: 'idle', held: false })));
  // About 100 movements of the wallet and of its treasury, 101 operations, and the batch, five at a time.
  expect(phases.filter((phase) => phase === 'accounts').length).toBeGreaterThanOrEqual(40);
  expect(phases.filter((phase) => phase === 'operations').length).toBeGreaterThanOrEqual(20);
  expect(pieces).toBeGreaterThan(phases.length + 20);
});

it('continues an interrupted audit with its earlier findings', async () => {
  const wallet = await createFundedWallet(service.url, '1.00');
  await postMany(wallet, 60);
  await service.drained();
  await breakBalance(wallet, 2);
  let steps = 0;
  const whole = await audit({ onPiece: () => (steps += 1) });
  expect(whole.found).toEqual(['running_balance_broken', 'running_balance_broken']);

  // After each number of pieces, wherever that is.
  for (const after of [1, 10, 20, 40, steps - 3]) {
    const told: string[] = [];
    let pieces = 0;
    const first = runAudit(auditor, {
      ...{ mostRows: 5, keep: true, tell: ({ violation }) => told.push(violation) },
      saveEveryMs: 0,
      onPiece: () => {
        pieces += 1;
        if (pieces === after) throw new Error('interrupted');
      },
    });
    await expect(first).rejects.toThrow('interrupted');
    const rest = await audit({ resume: true, keep: true });
    expect([after, rest.violations, new Set([...told, ...rest.found])]).toEqual([
      after,
      2,
      new Set(['running_balance_broken']),
    ]);
    expect(rest.pieces).toBeLessThan(whole.pieces - after + 5);
  }
  // The last one has finished: there is nothing to continue.
  expect((await audit({ resume: true, keep: true })).found).toEqual(whole.found);
}, 120_000);

it('begins from the checkpoints of the previous audit, and finds only later violations', async () => {
  const wallet = await createFundedWallet(service.url, '1.00');
  const other = await createFundedWallet(service.url, '1.00');
  await postMany(wallet, 30);
  await service.drained();
  const whole = await audit({ keep: true });
  expect(whole.found).toEqual([]);
  expect((await audit({ sinceCheckpoint: true })).pieces).toBeLessThan(whole.pieces);

  await breakBalance(wallet, 2);
  expect((await audit({ sinceCheckpoint: true, keep: true })).found).toEqual([]);
  expect((await audit()).found).toEqual(['running_balance_broken', 'running_balance_broken']);

  await operate(service.url, other, 'DEPOSIT', '1.00');
  await operate(service.url, other, 'DEPOSIT', '1.00');
  await breakBalance(other, 2);
  // It is examined again until it is repaired.
  for (let run = 0; run < 2; run += 1)
    expect((await audit({ sinceCheckpoint: true, keep: true })).found).toEqual([
      'running_balance_broken',
      'running_balance_broken',
    ]);
  await breakTheLaw(service.database, `UPDATE accounts SET balance = balance + 1 WHERE wallet_id = '${wallet}'`);
  expect((await audit({ sinceCheckpoint: true })).found).toContain('account_not_at_last_entry');
});

it('keeps checkpoints that match the balances, and skips no operation that is still to come', async () => {
  const wallet = await createFundedWallet(service.url, '1.00');
  await postMany(wallet, 10);
  await service.drained();
  await audit({ keep: true });
  const { rows } = await service.database.query<{ differing: bigint; kept: bigint; upTo: string }>(
    `SELECT count(*) FILTER (WHERE (kept.version, kept.balance) IS DISTINCT FROM (accounts.version, accounts.balance)) AS differing,
            count(kept.account_id) AS kept, (SELECT operations_up_to FROM audit_progress)::text AS "upTo"
     FROM accounts LEFT JOIN audit_checkpoints AS kept ON kept.account_id = accounts.id`,
  );
  expect(rows[0]).toMatchObject({ differing: 0n });
  // Ten minutes before the audit: a batch that is being stored has ids of when its storing began.
  const time = parseInt(String(rows[0]?.upTo).replaceAll('-', '').slice(0, 12), 16);
  expect(Math.abs(Date.now() - 600_000 - time)).toBeLessThan(60_000);
});

it('names the violations of a batch that is longer than a piece', async () => {
  const wallet = await createFundedWallet(service.url, '1.00');
  const batch = await postBatch([wallet], 40);
  await service.drained();
  const change = (sql: string) => breakTheLaw(service.database, sql.replaceAll('$batch', `'${batch}'`));
  expect((await audit()).found).toEqual([]);
  for (const column of ['lines', 'amount', 'succeeded', 'succeeded_amount', 'failed', 'failed_amount']) {
    await change(
      `UPDATE batch_totals SET ${column} = ${column} + 1, lines = lines + 1 WHERE batch_id = $batch`.replace(
        'lines = lines + 1, lines = lines + 1',
        'lines = lines + 1',
      ),
    );
    expect([column, (await audit()).found]).toEqual([column, ['batch_totals_wrong']]);
    await change(
      `UPDATE batch_totals SET ${column} = ${column} - 1, lines = lines - 1 WHERE batch_id = $batch`.replace(
        'lines = lines - 1, lines = lines - 1',
        'lines = lines - 1',
      ),
    );
  }
  await change('UPDATE batches SET open_parts = 1, finished_at = NULL WHERE id = $batch');
  expect((await audit()).found).toEqual(['batch_parts_wrong']);
  await change('UPDATE operations SET batch_id = gen_random_uuid() WHERE batch_id = $batch AND line = 40');
  expect((await audit()).found.sort()).toEqual([
    'batch_lines_missing',
    'batch_parts_wrong',
    'batch_totals_wrong',
    'line_not_of_batch',
  ]);
}, 60_000);

it('audits a read-only database, without checkpoints', async () => {
  expect(await mayKeepCheckpoints(auditor)).toBe(true);
  await setDefaults(service.databaseUrl, { default_transaction_read_only: 'on' });
  await auditor.end();
  auditor = connectAuditor();
  expect(await mayKeepCheckpoints(auditor)).toBe(false);
  expect((await audit()).found).toEqual([]);
});
