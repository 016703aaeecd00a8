import { newId } from '@wallet/shared/words/ids';
import { type LawRig, accept, fail, move, post, refusalOf, startLawRig, together } from '../support/law-rig.ts';
import { acceptScheduled, schedule } from '../support/schedule.ts';

/** What the database refuses to do with scheduled operations, whatever the code does. */
let rig: LawRig;
let scheduled: string;
let cancelled: string;
beforeAll(async () => {
  rig = await startLawRig();
  const { service, wallet } = rig;
  scheduled = await schedule(service.database, { wallet, inS: 3_600 });
  cancelled = await schedule(service.database, { wallet, inS: 3_600 });
  await service.database.query('SELECT cancel_scheduled($1)', [cancelled]);
});
afterAll(() => rig.service.stop());

const id = newId();
const accepted = (more: Partial<Parameters<typeof acceptScheduled>[0]> = {}): string =>
  acceptScheduled({ id, wallet: rig.wallet, inS: 60, ...more });

/** What `queue_due_operations` does for an operation, with omissions or other values. */
function queue(
  of: string,
  { seq = '1000', partition = rig.partition, leave = [] }: { seq?: string; partition?: number; leave?: string[] } = {},
): string {
  const parts: Record<string, string> = {
    schedule: `DELETE FROM scheduled_operations WHERE operation_id = '${of}'`,
    place: `UPDATE operations SET seq = 1000 WHERE id = '${of}'`,
    queue: `INSERT INTO pending_operations (partition, seq, operation_id, wallet_id, accepted_at)
            VALUES (${partition}, ${seq}, '${of}', '${rig.wallet}', now())`,
  };
  const kept = Object.entries(parts).filter(([name]) => !leave.includes(name));
  return `WITH ${kept.map(([name, sql]) => `"${name}" AS (${sql})`).join(', ')} SELECT 1`;
}

// Otherwise the refusals below could have other reasons.
it.each<[string, () => string]>([
  ['an operation that is scheduled', () => accepted()],
  ['a scheduled operation that is queued', () => queue(scheduled)],
  ['a scheduled operation that is cancelled', () => `SELECT cancel_scheduled('${scheduled}')`],
])('the database accepts %s', async (_what, sql) => {
  expect(await refusalOf(rig.service.database, sql())).toBe('accepted');
});

it.each<[string, () => string, string]>([
  [
    'an operation without a place that is not scheduled',
    () => `INSERT INTO operations (id, wallet_id, asset_id, type, amount, priority, created_at, execute_at)
           VALUES ('${id}', '${rig.wallet}', 4, 'deposit', 1, 'high', now(), now())`,
    'operations_begin_pending',
  ],
  [
    'an operation without a place and without a moment',
    () => `INSERT INTO operations (id, wallet_id, asset_id, type, amount, priority, created_at)
           VALUES ('${id}', '${rig.wallet}', 4, 'deposit', 1, 'high', now())`,
    'operations_single_or_line',
  ],
  ['to schedule for another moment than was asked', () => accepted({ at: 'now()' }), 'operations_begin_pending'],
  [
    'to schedule in another partition',
    () => accepted({ partition: (rig.partition + 1) % 2 }),
    'scheduled_operations_fit',
  ],
  [
    'to schedule what was accepted before',
    () =>
      `INSERT INTO scheduled_operations SELECT id, now(), ${rig.partition} FROM operations WHERE id = '${rig.ended.applied}'`,
    'scheduled_operations_fit',
  ],
  [
    'to schedule again what was cancelled',
    () =>
      `INSERT INTO scheduled_operations SELECT id, execute_at, ${rig.partition} FROM operations WHERE id = '${cancelled}'`,
    'scheduled_operations_fit',
  ],
  [
    'to schedule what waits',
    () =>
      `${accept(rig)}; INSERT INTO scheduled_operations SELECT operation_id, now(), partition FROM pending_operations`,
    'scheduled_operations_fit',
  ],
  ['another moment of the schedule', () => 'UPDATE scheduled_operations SET execute_at = now()', '23001'],
  ['another moment of an operation', () => `UPDATE operations SET execute_at = now()`, '23001'],
  ['a truncated schedule', () => 'TRUNCATE scheduled_operations', '23001'],
  ['to forget what is scheduled', () => 'DELETE FROM scheduled_operations', 'scheduled_operations_end_in_queue'],
  ['to queue what stays scheduled', () => queue(scheduled, { leave: ['schedule'] }), 'operations_queue_when_due'],
  ['a place without a row in the queue', () => queue(scheduled, { leave: ['queue'] }), 'operations_queue_when_due'],
  [
    'a row in the queue without a place',
    () => queue(scheduled, { leave: ['place'] }),
    'pending_operations_wait_for_outcome',
  ],
  [
    'a row in the queue at another place',
    () => queue(scheduled, { seq: '1001' }),
    'pending_operations_wait_for_outcome',
  ],
  [
    'to queue in another partition',
    () => queue(scheduled, { partition: (rig.partition + 1) % 2 }),
    'operations_queue_when_due',
  ],
  ['to queue what was cancelled', () => queue(cancelled), 'operations_queue_when_due'],
  [
    'another place for what had one',
    () => `UPDATE operations SET seq = seq + 1 WHERE id = '${rig.ended.applied}'`,
    '23001',
  ],
  ['to take a place away', () => `UPDATE operations SET seq = NULL WHERE id = '${rig.ended.applied}'`, '23001'],
  ['another amount with the place', () => queue(scheduled).replace('SET seq', 'SET amount = 7, seq'), '23001'],
  ['the failure of what stays scheduled', () => fail(scheduled), 'outcomes_fit_entries'],
  [
    'to apply what is scheduled',
    () => {
      const moves = [move(rig.account, 100, scheduled), move(rig.treasury, -100, scheduled)];
      return together(...moves, post(rig, { of: scheduled }));
    },
    'outcomes_fit_entries',
  ],
])('the database refuses %s', async (_what, sql, refusal) => {
  expect(await refusalOf(rig.service.database, sql())).toBe(refusal);
});
