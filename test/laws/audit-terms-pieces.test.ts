import { urlFor } from '@wallet/local/embedded-postgres';
import { type AuditOrder, runAudit } from '@wallet/shared/database/audit';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { breakTheLaw } from '../support/break-the-law.ts';
import { type TermsLedger, startTermsLedger } from '../support/terms-ledger.ts';
import { startWireTrap } from '../support/wire-trap.ts';

/** The audit of holds and reversals that are too many for one piece. */

let ledger: TermsLedger;
let auditor: Database;
beforeEach(async () => {
  ledger = await startTermsLedger();
  auditor = connectAuditor(ledger.databaseUrl);
});
afterEach(async () => {
  await auditor.end();
  await ledger.stop();
});

function connectAuditor(url: string): Database {
  return createPool({ url: urlFor('auditor', url), name: 'test-auditor', size: 1, onError: () => undefined });
}

/** @returns the names of the violations, each once. */
async function audit(order: Omit<AuditOrder, 'tell'> = {}): Promise<string[]> {
  const found = new Set<string>();
  await runAudit(auditor, { ...order, tell: ({ violation }) => found.add(violation) });
  return [...found].sort();
}

const damage = (change: string, name: string) =>
  breakTheLaw(ledger.database, `UPDATE holds SET ${change} WHERE operation_id = '${ledger.operation(name)}'`);

/** Runs a function before each of the first few matching statements. */
async function auditWhile(statement: RegExp, work: (time: number) => Promise<unknown>): Promise<string[]> {
  const trap = await startWireTrap();
  await auditor.end();
  auditor = connectAuditor(trap.through(ledger.databaseUrl));
  let times = 0;
  trap.onStatement(statement, async () => {
    if (times >= 5) return;
    times += 1;
    await work(times);
  });
  try {
    const found = await audit({ mostRows: 10 });
    expect(times).toBe(5);
    return found;
  } finally {
    await auditor.end();
    auditor = connectAuditor(ledger.databaseUrl);
    await trap.stop();
  }
}

const hold = (as: string, amount: number) =>
  ledger.apply('hold', 'A', { as, amount, moves: [['A', 'A.held', amount]] });
const capture = (target: string, amount: number) =>
  ledger.apply('capture', 'A', { target, amount, final: false, moves: [['A.held', 'A.treasury', amount]] });

it('adds up a hold of many captures in pieces, while more is captured', async () => {
  await ledger.apply('deposit', 'A', { amount: 10_000, moves: [['A.treasury', 'A', 10_000]] });
  await hold('hold', 1_000);
  for (let n = 0; n < 120; n += 1) await capture('hold', 1 + (n % 3));
  expect(await auditWhile(/^SELECT operation_id AS id FROM operation_terms/, (time) => capture('hold', time))).toEqual(
    [],
  );
  await damage('captured = captured + 1', 'hold');
  expect(await audit({ mostRows: 10 })).toEqual(['held_not_sum_of_holds', 'hold_sums_wrong']);
});

it('adds up many reversals of one operation in pieces, while more are applied', async () => {
  await ledger.apply('deposit', 'B', { as: 'deposit', amount: 10_000, moves: [['B.treasury', 'B', 10_000]] });
  const takeBack = (amount: number) =>
    ledger.apply('reversal', 'B', { target: 'deposit', amount, moves: [['B', 'B.treasury', amount]] });
  for (let n = 0; n < 120; n += 1) await takeBack(1 + (n % 3));
  expect(await auditWhile(/^SELECT operation_id AS id FROM operation_terms/, takeBack)).toEqual([]);
  await breakTheLaw(ledger.database, 'UPDATE reversed_operations SET reversed = reversed + 1');
  expect(await audit({ mostRows: 10 })).toEqual(['reversed_sums_wrong']);
});

it('adds up the many holds of a wallet in pieces, while they change', async () => {
  await ledger.apply('deposit', 'A', { amount: 10_000, moves: [['A.treasury', 'A', 10_000]] });
  for (let n = 0; n < 60; n += 1) await hold(`hold ${n}`, 10);
  const change = async (time: number): Promise<void> => {
    await capture('hold 0', 1);
    await capture('hold 59', 1);
    await capture(`hold ${time * 10}`, 10);
    await hold(`more ${time}`, time);
  };
  expect(await auditWhile(/^SELECT operation_id AS id FROM holds/, change)).toEqual([]);
  await damage('captured = captured - 1', 'hold 59');
  expect(await audit({ mostRows: 10 })).toEqual(['held_not_sum_of_holds', 'hold_sums_wrong']);
});

it('examines an older hold again if something was captured of it since the last audit', async () => {
  await ledger.apply('deposit', 'A', { amount: 10_000, moves: [['A.treasury', 'A', 10_000]] });
  await hold('hold', 100);
  await hold('untouched', 100);
  await ledger.database.query('UPDATE audit_progress SET operations_up_to = $1', [ledger.operation('untouched')]);
  await capture('hold', 5);
  await breakTheLaw(ledger.database, 'ALTER TABLE holds DROP CONSTRAINT holds_add_up');
  await damage('captured = captured + 1, released = released - 1', 'untouched');
  expect(await audit({ sinceCheckpoint: true })).toEqual([]);
  await damage('captured = captured + 1, released = released - 1', 'hold');
  expect(await audit({ sinceCheckpoint: true })).toEqual(['hold_sums_wrong']);
});
