import { KINDS } from '../../words/kinds.ts';
import type { OperationStatus, OperationType } from '../../words/operation.ts';
import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';
import { type Texts, rowset } from '../rowset.ts';

/** What an operation specifies besides its amount, if it is a hold, capture, release, reversal or posting. */

/** Terms to accept. Fields that do not belong to the kind are null, and `legs` is empty. */
export interface NewTerms {
  /** The hold of a capture or a release; the operation that a reversal takes back. */
  readonly targetId: string | null;
  /** The house account that receives a capture. Without it and a receiving wallet, the treasury does. */
  readonly toAccountId: bigint | null;
  /** Whether a capture releases the rest of the hold. */
  readonly final: boolean | null;
  /** When a hold expires: at a time, or this many seconds after its acceptance. Not both. */
  readonly expiresAt: Date | null;
  readonly expiresInS: number | null;
  /** Why the service itself accepts it. */
  readonly reason: 'expired' | null;
  /** Of a posting, in their order. */
  readonly legs: readonly NewLeg[];
}

/** A movement that a posting requests: minor units of an asset, from one account to another. */
export interface NewLeg {
  readonly fromAccountId: bigint;
  readonly toAccountId: bigint;
  /**
   * The wallets, whose accounts are looked up by the statement whatever the process knows of them; null for a house
   * account.
   */
  readonly fromWalletId: string | null;
  readonly toWalletId: string | null;
  readonly amount: bigint;
  readonly assetId: number;
}

interface TermsRow {
  readonly operationId: string;
  readonly terms: NewTerms;
}
interface LegRow {
  readonly operationId: string;
  readonly number: number;
  readonly leg: NewLeg;
}

/** Terms and legs as the statements that accept operations take them. */
export const TERMS_ROWS = {
  terms: rowset<TermsRow>({
    operation_id: ['uuid', ({ operationId }) => operationId],
    target_id: ['uuid', ({ terms }) => terms.targetId],
    to_account_id: ['bigint', ({ terms }) => terms.toAccountId],
    final: ['boolean', ({ terms: { final } }) => (final === null ? null : String(final))],
    expires_at: ['timestamptz', ({ terms }) => terms.expiresAt?.toISOString() ?? null],
    expires_in_s: ['int', ({ terms }) => terms.expiresInS],
    reason: ['text', ({ terms }) => terms.reason],
    legs: ['smallint', ({ terms: { legs } }) => (legs.length > 0 ? legs.length : null)],
  }),
  legs: rowset<LegRow>({
    operation_id: ['uuid', ({ operationId }) => operationId],
    leg: ['smallint', ({ number }) => number],
    from_account_id: ['bigint', ({ leg }) => leg.fromAccountId],
    to_account_id: ['bigint', ({ leg }) => leg.toAccountId],
    from_wallet_id: ['uuid', ({ leg }) => leg.fromWalletId],
    to_wallet_id: ['uuid', ({ leg }) => leg.toWalletId],
    amount: ['bigint', ({ leg }) => leg.amount],
    asset_id: ['smallint', ({ leg }) => leg.assetId],
  }),
};

/** The rows of operations; those without terms have none. It copies no fields: that takes longer than all else here. */
export function rowsOfTerms(operations: readonly { readonly id: string; readonly terms: NewTerms | null }[]): {
  readonly terms: TermsRow[];
  readonly legs: LegRow[];
} {
  const rows: { terms: TermsRow[]; legs: LegRow[] } = { terms: [], legs: [] };
  for (const { id: operationId, terms } of operations) {
    if (terms === null) continue;
    rows.terms.push({ operationId, terms });
    for (const [number, leg] of terms.legs.entries()) rows.legs.push({ operationId, number, leg });
  }
  return rows;
}

/** A process may know the account of a wallet from before a promotion, after which it can belong to another wallet. */
const accountOf = (end: 'from' | 'to'): string => `CASE WHEN legs.${end}_wallet_id IS NULL THEN legs.${end}_account_id
                    ELSE (SELECT id FROM accounts WHERE accounts.wallet_id = legs.${end}_wallet_id) END`;

/** What of these an accepting statement has to write besides terms: it names no other table. */
export interface TermsNeeds {
  readonly legs: boolean;
  /** The held accounts of the wallets of holds. */
  readonly held: boolean;
}

/**
 * The parts of an accepting statement that insert terms, legs, and for holds the held accounts of their wallets. An
 * account is looked up first: a conflict would use up a number of the account sequence for each hold.
 * @param accepted the part with `id` and `created_at` of the accepted operations, and for held accounts `wallet_id`,
 * `asset_id` and `type`.
 * @param from its column from which `expires_in` counts.
 */
export function writeTerms(
  accepted: string,
  rows: Texts<typeof TERMS_ROWS>,
  needs: TermsNeeds = { legs: true, held: true },
  from = 'created_at',
): string {
  const terms = `, termed AS (
             INSERT INTO operation_terms (operation_id, target_id, to_account_id, final, expires_at, reason, legs)
             SELECT operation_id, target_id, to_account_id, final,
                    coalesce(expires_at, ${from} + expires_in_s * interval '1 second'), reason, legs
             FROM ${rows.terms.rows} JOIN ${accepted} AS accepted ON accepted.id = operation_id
           )`;
  const legs = (): string => `, divided AS (
             INSERT INTO operation_legs (operation_id, leg, from_account_id, to_account_id, amount, asset_id)
             SELECT operation_id, leg, ${accountOf('from')}, ${accountOf('to')}, amount, legs.asset_id
             FROM ${rows.legs.rows} JOIN ${accepted} AS accepted ON accepted.id = operation_id
           )`;
  const held = `, held AS (
             INSERT INTO accounts (held_of, asset_id)
             SELECT DISTINCT wallet_id, asset_id FROM ${accepted} AS accepted
             WHERE type = 'hold' AND NOT EXISTS (SELECT FROM accounts WHERE held_of = accepted.wallet_id)
             ORDER BY wallet_id
             ON CONFLICT (held_of) WHERE held_of IS NOT NULL DO NOTHING
           )`;
  return terms + (needs.legs ? legs() : '') + (needs.held ? held : '');
}

/** Terms as read: fields that do not belong to the kind are null. */
export interface OperationTerms {
  readonly targetId: string | null;
  /** The name of the house account that receives a capture. */
  readonly toAccount: string | null;
  readonly final: boolean | null;
  /** ISO 8601 with milliseconds. */
  readonly expiresAt: string | null;
  readonly reason: 'expired' | null;
  readonly legs: readonly OperationLeg[] | null;
}

/** Both ends are a wallet, by id, or a house account, by name. `amount` is minor units, as text. */
export interface OperationLeg {
  readonly from: LegEnd;
  readonly to: LegEnd;
  readonly assetId: number;
  readonly amount: string;
}
export type LegEnd = { readonly walletId: string } | { readonly account: string };

/** What operations with terms have besides their columns. */
interface Addition {
  readonly id: string;
  readonly terms: OperationTerms;
  readonly amount: bigint | null;
  readonly walletBalance: bigint | null;
  readonly walletVersion: bigint | null;
  readonly heldBalance: bigint | null;
}

/**
 * Adds to operations, in place, the fields of kinds with terms: one statement if there are any, and nothing otherwise.
 * (Inside the statement that reads operations, it would double the time even for operations without terms.)
 */
export async function addTerms<Row extends { id: string; type: OperationType; status: OperationStatus }>(
  database: Queryable,
  operations: Row[],
): Promise<Row[]> {
  const wanted = operations.filter(({ type }) => KINDS[type].hasTerms);
  if (wanted.length === 0) return operations;
  const found = await findTerms(database, wanted);
  const additions = new Map(found.map(({ id, ...addition }) => [id, addition]));
  for (const operation of wanted) {
    const addition = additions.get(operation.id);
    // An operation that was pending when it was read may have ended since.
    Object.assign(operation, operation.status === 'succeeded' ? addition : { terms: addition?.terms });
  }
  return operations;
}

async function findTerms(database: Queryable, operations: readonly { readonly id: string }[]): Promise<Addition[]> {
  const { rows } = await database.query<Addition>({
    name: 'findTerms',
    text: `SELECT operations.id, ${TERMS}, ${MOVED} AS amount, own.balance::bigint AS "walletBalance",
                  own.version AS "walletVersion", ${HELD}::bigint AS "heldBalance"
           FROM unnest($1::uuid[]) AS wanted (id)
           CROSS JOIN LATERAL (SELECT * FROM operations WHERE id = wanted.id OFFSET 0) AS operations
           CROSS JOIN LATERAL (SELECT * FROM operation_terms WHERE operation_id = wanted.id OFFSET 0) AS terms
           LEFT JOIN LATERAL (SELECT * FROM movements WHERE operation_id = wanted.id AND leg = 0 OFFSET 0) AS first ON true
           LEFT JOIN LATERAL (SELECT * FROM movements WHERE operation_id = wanted.id AND leg = 1 OFFSET 0) AS second ON true
           LEFT JOIN LATERAL (${LAST_OF_WALLET}) AS own ON true`,
    values: [arrayLiteral(operations.map(({ id }) => id))],
  });
  return rows;
}

/** The amount moved by an operation without an amount, if it was one movement. */
const MOVED = `coalesce(operations.amount, CASE operations.type WHEN 'capture' THEN first.amount WHEN 'release' THEN first.amount
                    WHEN 'reversal' THEN CASE WHEN second.operation_id IS NULL THEN first.amount END END)`;

/** The held balance of the wallet after the operation. */
const HELD = `(CASE operations.type WHEN 'hold' THEN first.to_balance WHEN 'release' THEN first.from_balance
                    WHEN 'capture' THEN coalesce(second.from_balance, first.from_balance) END)`;

/** The state of the wallet's main account after the operation's last movement on it. */
const LAST_OF_WALLET = `
             SELECT moved.balance, moved.version FROM accounts CROSS JOIN LATERAL (
               SELECT CASE WHEN to_account_id = accounts.id THEN to_balance ELSE from_balance END AS balance,
                      CASE WHEN to_account_id = accounts.id THEN to_version ELSE from_version END AS version
               FROM movements WHERE operation_id = wanted.id AND accounts.id IN (from_account_id, to_account_id) OFFSET 0
             ) AS moved
             WHERE accounts.wallet_id = operations.wallet_id ORDER BY moved.version DESC LIMIT 1`;

const nameOf = (
  account: string,
): string => `(SELECT CASE WHEN system IS NULL THEN json_build_object('walletId', wallet_id)
                    ELSE json_build_object('account', system) END FROM accounts WHERE accounts.id = ${account})`;

const TERMS = `json_build_object(
                    'targetId', target_id, 'final', final, 'reason', reason,
                    'toAccount', (SELECT system FROM accounts WHERE accounts.id = terms.to_account_id),
                    'expiresAt', to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                    'legs', CASE WHEN legs IS NOT NULL THEN (
                      SELECT json_agg(json_build_object(
                        'from', ${nameOf('each.from_account_id')}, 'to', ${nameOf('each.to_account_id')},
                        'assetId', each.asset_id, 'amount', each.amount::text
                      ) ORDER BY leg)
                      FROM operation_legs AS each WHERE each.operation_id = terms.operation_id
                    ) END
                  ) AS terms`;

/** What another operation can name: a hold, or an operation to reverse. */
export interface TargetOperation {
  readonly id: string;
  readonly type: OperationType;
  readonly walletId: string;
  readonly assetId: number;
}

/** The operations that exist. */
export async function findTargets(database: Queryable, ids: readonly string[]): Promise<TargetOperation[]> {
  const { rows } = await database.query<TargetOperation>({
    name: 'findTargets',
    text: `SELECT id, type, wallet_id AS "walletId", asset_id AS "assetId" FROM operations WHERE id = ANY ($1::uuid[])`,
    values: [arrayLiteral(ids)],
  });
  return rows;
}
