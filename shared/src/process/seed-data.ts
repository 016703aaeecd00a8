import type { Database } from '../database/pool.ts';
import { listAssets } from '../database/tables/assets.ts';
import { createClient, findClientByLogin } from '../database/tables/clients.ts';
import { type NewOperation, acceptOperations } from '../database/tables/operations.ts';
import { createWallet } from '../database/tables/wallets.ts';
import { partitionOf } from '../words/partition.ts';
import type { Doorbell } from '../queue/doorbell.ts';

/** Two example clients. Their ids are fixed, so that examples can name them and seeding twice changes nothing. */
const CLIENTS = [
  {
    prefix: 'a11ce000-0000-4000',
    login: 'user_alice',
    name: 'Alice',
    balances: { GOLD: 1000_00n, DMND: 50_00n, PTS: 500_00n, USD: 100_00n },
  },
  {
    prefix: 'b0b00000-0000-4000',
    login: 'user_bob',
    name: 'Bob',
    balances: { GOLD: 500_00n, DMND: 25_00n, PTS: 250_00n, USD: 100_00n },
  },
] as const;

/** GOLD: the asset of each example client's first wallet. */
const FIRST_ASSET = 1;

/**
 * Creates the example clients with a wallet of each asset, and accepts one deposit for each, which a worker applies.
 * @returns how many operations were accepted now; 0 the second time.
 */
export async function seedDatabase(database: Database, doorbell: Doorbell, partitions: number): Promise<number> {
  const deposits: NewOperation[] = [];
  for (const client of CLIENTS) {
    const { login, name } = client;
    const owner = (await findClientByLogin(database, login)) ?? { id: idOf(client.prefix, 'client', 0) };
    const first = { id: idOf(client.prefix, 'wallet', FIRST_ASSET), assetId: FIRST_ASSET };
    await createClient(database, { id: owner.id, login, name }, first);
    for (const asset of await listAssets(database)) {
      const amount = Object.entries(client.balances).find(([code]) => code === asset.code)?.[1];
      if (amount === undefined) continue;
      const walletId = idOf(client.prefix, 'wallet', asset.id);
      await createWallet(database, { id: walletId, clientId: owner.id, assetId: asset.id });
      deposits.push({
        id: `01900000-0000-7000-8003-${client.prefix.slice(0, 8)}000${asset.id}`,
        partition: partitionOf(walletId, partitions),
        walletId,
        toWalletId: null,
        assetId: asset.id,
        type: 'deposit',
        amount,
        priority: 'high',
        description: 'Opening balance',
        referenceId: null,
        idempotencyKey: null,
        requestHash: null,
        metadata: null,
        terms: null,
        executeAt: null,
      });
    }
  }
  const accepted = await acceptOperations(database, deposits, { again: true });
  const waiting = new Set(deposits.map((deposit) => deposit.partition));
  // Without Redis the workers find the operations themselves, a little later.
  if (accepted.length > 0) await doorbell.ring([...waiting], 'high', 'accept').catch(() => undefined);
  return accepted.length;
}

function idOf(prefix: string, kind: 'client' | 'wallet', number: number): string {
  const variant = { client: '8001', wallet: '8002' }[kind];
  return `${prefix}-${variant}-${number.toString(16).padStart(12, '0')}`;
}
