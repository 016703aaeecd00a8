import type { Client } from '../pool.ts';
import { LAST_ID } from './bounds.ts';
import type { Pieces, Violation } from './pieces.ts';

/**
 * P3: the held balance of a wallet is the sum of what remains of its holds. Wallets with few holds are examined several
 * at a time in one snapshot; one with more than fit into a piece, by itself.
 * @param from the wallet after which to begin.
 */
export async function* checkHeld(
  pieces: Pieces,
  tell: (violation: Violation) => void,
  from: string,
): AsyncGenerator<string> {
  let after = from;
  while (after < LAST_ID) {
    const piece = await pieces.read(async (client, rows) => {
      const upTo = (await readBound(client, after, rows)) ?? LAST_ID;
      // Those before it have fewer than `rows` open holds together; it may have any number.
      return { upTo, found: (await client.query<Violation>(HELD, [after, upTo])).rows };
    });
    piece.found.forEach(tell);
    if (piece.upTo !== LAST_ID) await checkWallet(pieces, piece.upTo, tell);
    after = piece.upTo;
    yield after;
  }
}

async function readBound(client: Client, after: string, rows: number): Promise<string | null> {
  const found = await client.query<{ id: string | null }>(
    `SELECT least((SELECT held_of FROM accounts WHERE held_of > $1 ORDER BY held_of OFFSET $2 LIMIT 1),
                  (SELECT wallet_id FROM holds WHERE wallet_id > $1 AND remaining > 0
                   ORDER BY wallet_id, operation_id OFFSET $2 LIMIT 1)) AS id`,
    [after, rows - 1],
  );
  return found.rows[0]?.id ?? null;
}

const WRONG = 'held_not_sum_of_holds';

const HELD = `SELECT '${WRONG}' AS violation, 'what is held of wallet ' || held_of AS subject,
         format('balance %s, %s remains of its holds', balance, open.remaining) AS detail
  FROM accounts CROSS JOIN LATERAL (
    SELECT coalesce(sum(remaining), 0) AS remaining FROM holds WHERE wallet_id = accounts.held_of AND remaining > 0
  ) AS open
  WHERE held_of > $1 AND held_of < $2 AND balance <> open.remaining`;

/** What remained of a wallet's holds up to one of them when its held account was at a version. */
interface Sum {
  readonly after: string;
  readonly version: string;
  readonly remaining: string;
}

/**
 * Adds up the remainders of a wallet's holds from several snapshots: each snapshot corrects the holds added up so far
 * by the movements since the previous one.
 */
async function checkWallet(pieces: Pieces, wallet: string, tell: (violation: Violation) => void): Promise<void> {
  let sum: Sum | null = null;
  do {
    const before: Sum | null = sum;
    const piece: Piece = await pieces.read((client, rows) => addHolds(client, { wallet, before, rows }));
    if (piece.wrong !== null) tell(piece.wrong);
    sum = piece.sum;
  } while (sum !== null);
}

interface Piece {
  /** Null when everything is added up; then `wrong` holds the problem. */
  readonly sum: Sum | null;
  readonly wrong: Violation | null;
}

async function addHolds(
  client: Client,
  { wallet, before, rows }: { wallet: string; before: Sum | null; rows: number },
): Promise<Piece> {
  const bound = await client.query<{ id: string }>(
    `SELECT operation_id AS id FROM holds WHERE wallet_id = $1 AND remaining > 0 AND ($2::uuid IS NULL OR operation_id > $2)
     ORDER BY operation_id OFFSET $3 LIMIT 1`,
    [wallet, before?.after, rows - 1],
  );
  const upTo = bound.rows[0]?.id ?? LAST_ID;
  const added = await client.query<{ version: string; balance: string; remaining: string }>(WALLET, [
    ...[wallet, before?.after, upTo],
    ...[before?.version, before?.remaining ?? 0],
  ]);
  const [reached] = added.rows;
  // It has no held account: the holds themselves are reported as not moved to one.
  if (reached === undefined) return { sum: null, wrong: null };
  const { version, balance, remaining } = reached;
  if (upTo !== LAST_ID) return { sum: { after: upTo, version, remaining }, wrong: null };
  const detail = `balance ${balance}, ${remaining} remains of its holds`;
  const subject = `what is held of wallet ${wallet}`;
  return { sum: null, wrong: balance === remaining ? null : { violation: WRONG, subject, detail } };
}

const WALLET = `SELECT account.version::text, account.balance::text, ($5::numeric + added.remaining + moved.amount)::text AS remaining
  FROM (SELECT id, version, balance FROM accounts WHERE held_of = $1) AS account
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(remaining), 0) AS remaining FROM holds
    WHERE wallet_id = $1 AND remaining > 0 AND ($2::uuid IS NULL OR operation_id > $2) AND operation_id <= $3
  ) AS added
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(side.amount), 0) AS amount
    FROM (
      SELECT operation_id, -amount AS amount FROM movements WHERE from_account_id = account.id AND from_version > $4::bigint
      UNION ALL
      SELECT operation_id, amount FROM movements WHERE to_account_id = account.id AND to_version > $4::bigint
    ) AS side
    LEFT JOIN LATERAL (SELECT target_id FROM operation_terms WHERE operation_id = side.operation_id OFFSET 0) AS terms ON true
    WHERE coalesce(terms.target_id, side.operation_id) <= $2::uuid
  ) AS moved`;
