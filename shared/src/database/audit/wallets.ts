import { LAST_ID } from './bounds.ts';
import type { Pieces, Violation } from './pieces.ts';

/**
 * P3: every wallet has its account, every house account one in each asset, and every partition its treasuries. @param
 * from the wallet after which to begin.
 */
export async function* checkWallets(
  pieces: Pieces,
  tell: (violation: Violation) => void,
  from: string,
): AsyncGenerator<string> {
  let after = from;
  while (after < LAST_ID) {
    const piece = await pieces.read(async (client, rows) => {
      const bound = await client.query<{ id: string }>(
        'SELECT id FROM wallets WHERE id > $1 ORDER BY id OFFSET $2 LIMIT 1',
        [after, rows - 1],
      );
      const upTo = bound.rows[0]?.id ?? LAST_ID;
      const { rows: found } = await client.query<Violation>(WALLETS, [after, upTo]);
      if (upTo === LAST_ID) found.push(...(await client.query<Violation>(HOUSE)).rows);
      return { upTo, found };
    });
    piece.found.forEach(tell);
    after = piece.upTo;
    yield after;
  }
}

const WALLETS = `SELECT 'wallet_without_account' AS violation, 'wallet ' || wallets.id AS subject,
         'asset ' || wallets.asset_id AS detail
  FROM wallets
  LEFT JOIN LATERAL (
    SELECT id FROM accounts WHERE wallet_id = wallets.id AND asset_id = wallets.asset_id OFFSET 0
  ) AS account ON true
  WHERE wallets.id > $1 AND wallets.id <= $2 AND account.id IS NULL`;

const HOUSE = `SELECT 'treasury_missing' AS violation, 'partition ' || number AS subject, 'asset ' || assets.code AS detail
  FROM settings CROSS JOIN assets CROSS JOIN LATERAL generate_series(0, partitions - 1) AS number
  WHERE NOT EXISTS (SELECT FROM accounts WHERE system = 'treasury' AND asset_id = assets.id AND accounts.partition = number)
  UNION ALL
  SELECT 'house_account_missing', 'house account ' || house_accounts.name, 'asset ' || assets.code
  FROM house_accounts CROSS JOIN assets
  WHERE house_accounts.name <> 'treasury'
    AND NOT EXISTS (
      SELECT FROM accounts WHERE system = house_accounts.name AND asset_id = assets.id AND accounts.partition IS NULL
    )`;
