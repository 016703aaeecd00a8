import { auditDatabase } from '@wallet/shared/database/audit';
import { constraintOf, sqlstateOf } from '@wallet/shared/database/sqlstate';
import request from 'supertest';
import { breakTheLaw } from '../support/break-the-law.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

/** What the database refuses about batches, and what the audit finds when it could not. */

let service: Service;
let wallet: string;
let batch: string;

/** No worker runs: 20 lines of one wallet are pending. */
beforeAll(async () => {
  service = await startService({ worker: false });
  wallet = await createFundedWallet(service.url);
  batch = await postBatch();
});
afterAll(() => service.stop());

async function postBatch(): Promise<string> {
  const operations = Array.from({ length: 20 }, (_, n) => ({ type: 'deposit', wallet_id: wallet, amount: n + 1 }));
  const { body } = await request(service.url).post('/batches').send({ operations }).expect(202);
  return body.id as string;
}

const id = '0192aaaa-0000-7000-8000-000000000001';
const opening = `INSERT INTO batches (id, total, replayed, priority, atomic, idempotency_key, request_hash, open_parts)
                 VALUES ('${id}', 0, 0, 'low', false, 'k', sha256(''), 0)`;
const line = (of: string) =>
  `INSERT INTO operations (id, batch_id, line, wallet_id, asset_id, type, amount, priority, created_at)
   VALUES ('${id}', '${of}', 9, '${wallet}', 4, 'deposit', 1, 'low', now())`;

describe('the database refuses', () => {
  it.each<[string, () => string, string]>([
    ['a line of a batch that has been accepted', () => line(batch), 'operations_join_open_batch'],
    ['a line of no batch', () => line(id), 'operations_join_open_batch'],
    ['a batch that is left open', () => opening, 'batches_are_accepted'],
    ['a second acceptance', () => `SELECT accept_batch('${batch}')`, 'batches_keep_facts'],
    [
      'a batch of another size',
      () => `UPDATE batches SET total = total - 1 WHERE id = '${batch}'`,
      'batches_keep_facts',
    ],
    [
      'a part that gets past a pending line',
      () => `UPDATE batch_parts SET after_id = last_id WHERE batch_id = '${batch}'`,
      'batch_parts_end_in_outcomes',
    ],
    [
      'a batch that is finished with open parts',
      () => `UPDATE batches SET finished_at = now() WHERE id = '${batch}'`,
      'batches_finished_when_closed',
    ],
    [
      'more results than lines',
      () => `UPDATE batch_totals SET succeeded = 15, failed = 6 WHERE batch_id = '${batch}'`,
      'batch_totals_add_up',
    ],
    ['the end of a part', () => `DELETE FROM batch_parts WHERE batch_id = '${batch}'`, '23001'],
    [
      'an operation with two places',
      () => `${opening}; ${line(id).replace('(id,', '(seq, id,').replace('VALUES (', 'VALUES (7, ')}`,
      'operations_single_or_line',
    ],
  ])('%s', async (_name, sql, refusal) => {
    let refused = 'nothing';
    await service.database.query(`BEGIN; ${sql()}; COMMIT`).catch(async (error: unknown) => {
      await service.database.query('ROLLBACK');
      refused = constraintOf(error) ?? sqlstateOf(error) ?? String(error);
    });
    expect(refused).toBe(refusal);
  });
});

const outcomeOf = (position: number, version: number) =>
  `INSERT INTO failures (operation_id, error_code, wallet_balance, wallet_version)
   SELECT id, 'wallet_frozen', 0, ${version} FROM operations WHERE batch_id = '${batch}' AND line = ${position};
   UPDATE batch_totals SET failed = failed + 1, failed_amount = failed_amount + ${position}00 WHERE batch_id = '${batch}'`;

// Each builds on the corruptions before it: the audit must name the new violations and those that are still there.
it('the audit names the violations of a batch', async () => {
  const found = async (): Promise<string[]> => {
    const names = new Set<string>();
    await auditDatabase(service.database, ({ violation }) => names.add(violation));
    return [...names].sort();
  };
  expect(await found()).toEqual([]);
  await breakTheLaw(service.database, outcomeOf(1, 0), outcomeOf(2, 0));
  expect(await found()).toEqual([]);

  await breakTheLaw(service.database, outcomeOf(4, 0));
  expect(await found()).toEqual(['pending_overtaken']);
  await breakTheLaw(service.database, outcomeOf(3, 0));
  expect(await found()).toEqual([]);

  const add = (column: string, n: number) =>
    breakTheLaw(service.database, `UPDATE batch_totals SET ${column} = ${column} + ${n} WHERE batch_id = '${batch}'`);
  for (const column of ['lines', 'succeeded', 'succeeded_amount', 'failed', 'failed_amount']) {
    await add(column, 1);
    expect([column, await found()]).toEqual([column, ['batch_totals_wrong']]);
    await add(column, -1);
  }
  await add('amount', 1);
  expect(await found()).toEqual(['batch_totals_wrong']);
  await breakTheLaw(service.database, `UPDATE batches SET open_parts = 2 WHERE id = '${batch}'`);
  expect(await found()).toEqual(['batch_parts_wrong', 'batch_totals_wrong']);
  await breakTheLaw(service.database, `DELETE FROM operations WHERE batch_id = '${batch}' AND line = 20`);
  expect(await found()).toEqual(['batch_lines_missing', 'batch_parts_wrong', 'batch_totals_wrong']);
  await breakTheLaw(service.database, `UPDATE batch_parts SET after_id = last_id WHERE batch_id = '${batch}'`);
  expect(await found()).toEqual(['batch_lines_missing', 'batch_parts_wrong', 'batch_totals_wrong', 'operation_lost']);
});
