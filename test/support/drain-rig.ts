import { urlFor } from '@wallet/local/embedded-postgres';
import { lineId, newBatchId } from '@wallet/shared/words/batch';
import { newId } from '@wallet/shared/words/ids';
import { partitionOf } from '@wallet/shared/words/partition';
import { loadAssets } from '@wallet/shared/database/assets';
import { type Client, type Database, createPool } from '@wallet/shared/database/pool';
import { closeBatch, openBatch } from '@wallet/shared/database/tables/batches';
import type { NewTerms } from '@wallet/shared/database/tables/operation-terms';
import { type NewOperation, acceptOperations } from '@wallet/shared/database/tables/operations';
import { readPartitions } from '@wallet/shared/database/tables/settings';
import { createWallets } from '@wallet/shared/database/tables/wallets';
import { inTransaction } from '@wallet/shared/database/transaction';
import { type Drain, drainPartitions } from '@wallet/worker/drain/drain-partitions';
import { DRAIN_PLANNER } from '@wallet/worker/drain/planner';
import { ASSETS_OF_TERMS, HOUSES, assetOf } from './any-terms.ts';
import { TREASURY } from './model.ts';
import type { NamedOperation } from './named-operations.ts';
import { createTestDatabase } from './test-database.ts';

type Applied = Drain['applied'][number];

/**
 * A database on which operations of all kinds are accepted and drained as the service does it, without its processes. What is
 * accepted goes by the names that the model knows; wallets are named as in `any-terms.ts`.
 */
export interface DrainRig {
  readonly database: Database;
  readonly partitions: number;
  /** Makes wallets under the names, which stood for others before. With what they hold, already applied. */
  createWallets(wallets: ReadonlyMap<string, { balance: bigint; partition?: number }>): Promise<void>;
  idOf(name: string): string;
  accept(operations: readonly NamedOperation[]): Promise<void>;
  acceptBatch(operations: readonly NamedOperation[], options: { atomic: boolean; partition: number }): Promise<string>;
  /** One transaction. @throws what is wrong with a partition. */
  drain(partitions: readonly number[], lane: 'high' | 'bulk', limit: number): Promise<Drain>;
  /** Until nothing waits. @returns what was applied, under its names, in that order. */
  drainAll(limit: number): Promise<{ readonly operation: NamedOperation; readonly outcome: Applied['outcome'] }[]>;
  stop(): Promise<void>;
}

export async function startDrainRig(): Promise<DrainRig> {
  const { databaseUrl: url } = await createTestDatabase();
  const pool = (as: string, settings?: Record<string, string>): Database =>
    createPool({ url: as, name: 'test', size: 6, onError: () => undefined, ...(settings ? { settings } : {}) });
  const [database, worker] = [pool(url), pool(urlFor('worker', url), DRAIN_PLANNER)];
  for (const house of HOUSES) await database.query('SELECT add_house_account($1, $2)', [house, house === 'fees']);
  const [assets, partitions] = [await loadAssets(database), await readPartitions(database, undefined)];
  const wallets = new Map<string, string>();
  const ids = new Map<string, string>();
  const named = new Map<string, NamedOperation>();
  const accounts = new Map<string, bigint>();

  const walletId = (name: string): string => wallets.get(name) ?? fail(`there is no wallet ${name}`);
  const assetIdOf = (name: string): number => assets.withCode(assetOf(name))!.id;
  const partitionOfWallet = (name: string): number => partitionOf(walletId(name), partitions);

  async function readAccounts(): Promise<void> {
    const { rows } = await database.query<{ key: string; id: bigint }>(
      `SELECT coalesce(wallet_id::text, concat_ws(' ', system, asset_id, partition)) AS key, id
       FROM accounts WHERE held_of IS NULL`,
    );
    for (const { key, id } of rows) accounts.set(key, id);
  }

  /** Of a wallet or house account; the treasury is that of a partition, and of the asset of the other end. */
  function accountOf(name: string, other: string, partition: number): bigint {
    if (wallets.has(name)) return accounts.get(walletId(name))!;
    const house = name === TREASURY ? TREASURY : name.split(' ').at(-1)!;
    const assetId = assetIdOf(name === TREASURY ? other : name);
    return accounts.get([house, assetId, ...(name === TREASURY ? [partition] : [])].join(' '))!;
  }

  function termsOf(operation: NamedOperation, partition: number): NewTerms | null {
    const { type, wallet, target, house, final = false, legs = [] } = operation;
    if (!['hold', 'capture', 'release', 'reversal', 'posting'].includes(type)) return null;
    return {
      targetId: target === undefined ? null : ids.get(target)!,
      toAccountId: house && house !== TREASURY ? accountOf(house, wallet, partition) : null,
      final: type === 'capture' ? final : null,
      expiresAt: null,
      expiresInS: null,
      reason: null,
      legs: legs.map(({ from, to, amount }) => ({
        fromAccountId: accountOf(from, to, partition),
        toAccountId: accountOf(to, from, partition),
        fromWalletId: wallets.get(from) ?? null,
        toWalletId: wallets.get(to) ?? null,
        amount,
        assetId: assetIdOf(from === TREASURY ? to : from),
      })),
    };
  }

  function toNew(operation: NamedOperation, id: string, partition: number): NewOperation {
    ids.set(operation.id, id);
    named.set(id, operation);
    return {
      ...{ id, partition, walletId: walletId(operation.wallet), assetId: assetIdOf(operation.wallet) },
      ...{ type: operation.type, amount: operation.amount, priority: 'high' },
      toWalletId: operation.to ? walletId(operation.to) : null,
      ...{ description: null, referenceId: null, idempotencyKey: null, requestHash: null, metadata: null },
      terms: termsOf(operation, partition),
      executeAt: null,
    };
  }

  const accept: DrainRig['accept'] = async (operations) => {
    const accepted = operations.map((each) => toNew(each, newId(), partitionOfWallet(each.wallet)));
    await acceptOperations(database, accepted, { again: false });
  };

  const drain: DrainRig['drain'] = async (wanted, lane, limit) => {
    const drained = await drainPartitions({ database: worker, assets }, wanted, lane, limit);
    for (const { error } of drained.faults) throw error;
    return drained;
  };

  const drainAll: DrainRig['drainAll'] = async (limit) => {
    const applied: Applied[] = [];
    const all = Array.from({ length: partitions }, (_each, number) => number);
    for (const lane of ['high', 'bulk'] as const) {
      for (let more = true; more;) {
        const done = await drain(all, lane, limit * partitions);
        applied.push(...done.applied);
        more = [...done.states.values()].some((state) => state !== 'empty');
      }
    }
    return applied.map(({ operation, outcome }) => ({ operation: named.get(operation.id)!, outcome }));
  };

  return {
    ...{ database, partitions, idOf: (name) => ids.get(name) ?? walletId(name), accept, drain, drainAll },
    async createWallets(wanted) {
      const made = [...wanted].map(([name, { partition }]) => {
        let id = newId();
        while (partition !== undefined && partitionOf(id, partitions) !== partition) id = newId();
        wallets.set(name, id);
        return { id, assetId: assetIdOf(name), clientId: newId() };
      });
      await database.query(
        `INSERT INTO clients (id, login, name) SELECT id, id, 'test' FROM unnest($1::uuid[]) AS id`,
        [made.map(({ clientId }) => clientId)],
      );
      await createWallets(database, made);
      await readAccounts();
      const funded = [...wanted].filter(([, { balance }]) => balance > 0n);
      await accept(funded.map(([wallet, { balance }]) => ({ id: newId(), type: 'deposit', wallet, amount: balance })));
      await drainAll(500);
    },
    async acceptBatch(operations, { atomic, partition }) {
      const id = newBatchId();
      const lines = operations.map((each, index) => toNew(each, lineId(id, partition, index + 1), partition));
      const facts = { id, priority: 'high', atomic, lineEvents: false, retryOf: null } as const;
      await inTransaction(database, async (client) => {
        await openBatch(client, facts);
        await insertLinesByHand(client, id, lines);
        await closeBatch(client, {
          ...{ ...facts, total: lines.length, replayed: 0, idempotencyKey: id, requestHash: '00'.repeat(32) },
          skippedLines: [],
          parts: [{ partition, afterId: lineId(id, partition, 0), lastId: lines.at(-1)!.id }],
          totals: ASSETS_OF_TERMS.flatMap((code) => {
            const assetId = assets.withCode(code)!.id;
            const amounts = lines.filter((line) => line.assetId === assetId).map(({ amount }) => amount ?? 0n);
            const amount = amounts.reduce((sum, each) => sum + each, 0n);
            return amounts.length > 0 ? { partition, assetId, lines: amounts.length, amount } : [];
          }),
        });
        await client.query('SELECT accept_batch($1)', [id]);
      });
      return id;
    },
    async stop() {
      await Promise.all([database.end(), worker.end()]);
    },
  };
}

/** Makes the wallets, each with what it holds, in a partition if that matters. */
export async function createFundedWallets(
  rig: DrainRig,
  balances: Readonly<Record<string, bigint>>,
  partition?: number,
): Promise<void> {
  const place = partition === undefined ? {} : { partition };
  await rig.createWallets(new Map(Object.entries(balances).map(([name, balance]) => [name, { balance, ...place }])));
}

/** Lines with what they say besides, in one statement. */
async function insertLinesByHand(client: Client, batchId: string, lines: readonly NewOperation[]): Promise<void> {
  const given = lines.map(({ terms, ...line }, index) => ({
    ...line,
    line: index + 1,
    ...terms,
    legs: terms?.legs ?? [],
  }));
  await client.query(
    `WITH given AS MATERIALIZED (
       SELECT each.*, type IN ('hold', 'capture', 'release', 'reversal', 'posting') AS has_terms
       FROM jsonb_to_recordset($2::jsonb) AS each
         (id uuid, line int, "walletId" uuid, "assetId" smallint, type text, amount bigint, "toWalletId" uuid, "targetId" uuid,
          "toAccountId" bigint, final boolean, legs jsonb)
     ), added AS (
       INSERT INTO operations (id, batch_id, line, wallet_id, asset_id, type, amount, priority, created_at, to_wallet_id)
       SELECT id, $1, line, "walletId", "assetId", type, amount, 'high', now(), "toWalletId" FROM given
     ), held AS (
       INSERT INTO accounts (held_of, asset_id) SELECT DISTINCT "walletId", "assetId" FROM given WHERE type = 'hold'
       ON CONFLICT DO NOTHING
     ), said AS (
       INSERT INTO operation_terms (operation_id, target_id, to_account_id, final, legs)
       SELECT id, "targetId", "toAccountId", final, CASE type WHEN 'posting' THEN jsonb_array_length(legs) END
       FROM given WHERE has_terms
     )
     INSERT INTO operation_legs (operation_id, leg, from_account_id, to_account_id, amount, asset_id)
     SELECT id, number - 1, (leg->>'fromAccountId')::bigint, (leg->>'toAccountId')::bigint, (leg->>'amount')::bigint,
            (leg->>'assetId')::smallint
     FROM given CROSS JOIN LATERAL jsonb_array_elements(legs) WITH ORDINALITY AS legs (leg, number)`,
    [batchId, JSON.stringify(given, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))],
  );
}

function fail(message: string): never {
  throw new Error(message);
}
