import pg from 'pg';
import { z } from 'zod';

export const bodySchema = z.strictObject({
  operation_type: z.enum(['DEPOSIT', 'WITHDRAW']),
  amount: z.number().positive().max(1_000_000),
  description: z.string().max(500).optional(),
  reference_id: z.string().max(255).optional(),
});

/** Any uuid, as Postgres takes it. */
export const walletSchema = z.guid();

/** A validated request. */
export interface WalletOperation extends z.infer<typeof bodySchema> {
  readonly id: string;
  readonly walletId: string;
}

interface Applied {
  readonly balance: string;
  readonly version: string;
}

export type Answer = Applied | 'wallet_not_found' | 'insufficient_funds';

/**
 * Changes the balance under a row lock and writes the history, in one transaction: five round trips, each statement
 * prepared once per connection. The lock is held until the COMMIT is on disk, which limits the rate of a wallet.
 */
export async function applyOperation(pool: pg.Pool, operation: WalletOperation): Promise<Answer> {
  const change = (operation.operation_type === 'DEPOSIT' ? 1 : -1) * Math.round(operation.amount * 100);
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<Applied>({
      name: 'lock',
      text: 'SELECT balance, version FROM wallets WHERE id = $1 FOR UPDATE',
      values: [operation.walletId],
    });
    const [before] = rows;
    const after = BigInt(before?.balance ?? 0) + BigInt(change);
    if (before === undefined || after < 0n) {
      await client.query('ROLLBACK');
      return before === undefined ? 'wallet_not_found' : 'insufficient_funds';
    }
    const version = String(BigInt(before.version) + 1n);
    await client.query({
      name: 'change',
      text: 'UPDATE wallets SET balance = $2, version = $3, updated_at = now() WHERE id = $1',
      values: [operation.walletId, after, version],
    });
    await client.query({
      name: 'record',
      text: `INSERT INTO history (id, wallet_id, type, amount, balance_before, balance_after, description, reference_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      values: [
        ...[operation.id, operation.walletId, operation.operation_type, change, before.balance, after],
        ...[operation.description ?? null, operation.reference_id ?? null],
      ],
    });
    await client.query('COMMIT');
    return { balance: String(after), version };
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

export function createPool(url: string | undefined, size: number): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: size });
  pool.on('error', (error) => process.stderr.write(`${error.message}\n`));
  return pool;
}
