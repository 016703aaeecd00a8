import { firstIdOf } from '@wallet/shared/words/month';
import { refusalOf } from '../support/law-rig.ts';
import { type Lawful, lawfully } from '../support/lawful-terms.ts';
import { type TermsRig, ENDED, holdIs, reversedIs, startTermsRig } from '../support/terms-rig.ts';

/** What may be deleted of archived operations with terms; the rest of a hold or a reversal still adds up. */
let rig: TermsRig;
let lawful: Lawful;
beforeAll(async () => {
  rig = await startTermsRig();
  lawful = lawfully(rig);
});
afterAll(() => rig.service.stop());

const { open, part, closed, capture, transfer, reversal, posting } = ENDED;
const refused = (...statements: string[]): Promise<string> =>
  refusalOf(rig.service.database, ['RESET ROLE', ...statements].join('; '));

/** The month of what has ended in the rig is in the archives, for all accounts but `behind`. */
const archived = (...behind: readonly bigint[]): string =>
  `INSERT INTO archives (month, before_id, operations, movements, failures, manifest_hash)
   VALUES ('2024-10-01', '${firstIdOf('2024-11')}', 1, 1, 1, sha256(''));
   INSERT INTO archive_checkpoints (account_id, version, balance, operation_id, moved_at)
   SELECT DISTINCT ON (account_id) account_id, version, balance, operation_id, created_at
   FROM entries WHERE operation_id = ANY ('{${Object.values(ENDED).join()}}') AND NOT account_id = ANY ('{${behind.join()}}')
   ORDER BY account_id, version DESC`;

const drop = (table: string, ...ids: readonly string[]): string =>
  `DELETE FROM ${table} WHERE ${table === 'operations' ? 'id' : 'operation_id'} = ANY ('{${ids.join()}}')`;

it('archived operations may be deleted, with everything that belongs to them', async () => {
  const ids = [closed, capture, transfer, reversal, posting];
  const others = ['movements', 'operation_terms', 'operation_legs', 'holds', 'reversed_operations'];
  expect(await refused(archived(), ...['operations', ...others].map((table) => drop(table, ...ids)))).toBe('accepted');
});

it('a hold adds up with its archived part', async () => {
  const removed = [archived(), ...['operations', 'movements', 'operation_terms'].map((table) => drop(table, part))];
  expect(await refused(...removed, lawful.capture())).toBe('accepted');
  expect(await refused(...removed, lawful.capture({ also: [holdIs(rig, open, 500, 150, 250)] }))).toBe(
    'holds_follow_movements',
  );
});

it('reversals add up with their archived part', async () => {
  const removed = [archived(), ...['operations', 'movements', 'operation_terms'].map((table) => drop(table, reversal))];
  expect(await refused(...removed, lawful['reversal of a part']())).toBe('accepted');
  expect(await refused(...removed, lawful['reversal of a part']({ also: [reversedIs(transfer, 100, 30)] }))).toBe(
    'reversed_operations_follow_movements',
  );
});

describe('the database refuses to delete', () => {
  it.each<[string, () => string[], string]>([
    ['a hold that is open', () => [archived(), drop('operations', open)], 'operations_kept_until_archived'],
    [
      'an operation of which one leg is not in the archives',
      () => [archived(rig.accounts.fees), drop('operations', posting)],
      'operations_kept_until_archived',
    ],
    [
      'an operation at once with its terms',
      () => [archived(), `WITH gone AS (${drop('operation_terms', capture)}) ${drop('operations', capture)}`],
      'operations_kept_until_archived',
    ],
    [
      'a leg that is not in the archives',
      () => [
        archived(),
        drop('operations', posting),
        'SET LOCAL session_replication_role = replica',
        `DELETE FROM archive_checkpoints WHERE account_id = ${rig.accounts.fees}`,
        'SET LOCAL session_replication_role = origin',
        drop('movements', posting),
      ],
      'movements_kept_until_archived',
    ],
    [
      'terms before their operation',
      () => [archived(), drop('operation_terms', capture)],
      'operation_terms_kept_until_archived',
    ],
    [
      'legs before their operation',
      () => [archived(), drop('operation_legs', posting)],
      'operation_legs_kept_until_archived',
    ],
    [
      'what is written of a hold before its operation',
      () => [archived(), drop('holds', closed)],
      'holds_kept_until_archived',
    ],
    [
      'what is written of a reversal before its original',
      () => [archived(), drop('reversed_operations', transfer)],
      'reversed_operations_kept_until_archived',
    ],
  ])('%s', async (_what, sql, refusal) => {
    expect(await refused(...sql())).toBe(refusal);
  });
});
