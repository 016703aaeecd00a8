import { auditDatabase } from '@wallet/shared/database/audit';
import request from 'supertest';
import { everyItem } from './every-item.ts';
import { type Service, startService } from './service.ts';
import { ask } from './terms.ts';
import { createFundedWallet } from './wallets.ts';

type Body = Record<string, any>;

/** One end of a leg of a posting. */
type End = { wallet_id: string } | { account: string };

/** A service for a published scenario: everything goes through HTTP, and the audit decides at the end. */
export interface Scenario {
  readonly service: Service;
  readonly wallet: (balance?: string, asset?: string) => Promise<string>;
  /** Adds house accounts that may not go below zero. */
  readonly addAccounts: (...names: string[]) => Promise<void>;
  /** Sends a request for an operation, waits for its end, and returns it; the operation must have succeeded. */
  readonly succeed: (path: string, body?: object) => Promise<Body>;
  /** The same for an operation that must fail: returns the code. */
  readonly fail: (path: string, body?: object) => Promise<string>;
  readonly read: (path: string) => Promise<Body>;
  readonly setWallet: (id: string, body: object) => Promise<void>;
  readonly balances: (...wallets: string[]) => Promise<string[]>;
  /** The balances of a house account, by asset. */
  readonly houseBalance: (name: string) => Promise<Record<string, string>>;
  /** Waits for pending operations, runs the audit, and stops the service. */
  readonly end: () => Promise<void>;
}

export async function startScenario(): Promise<Scenario> {
  const service = await startService();
  const { url } = service;
  const read = async (path: string): Promise<Body> => (await request(url).get(path).expect(200)).body;
  return {
    service,
    read,
    wallet: (balance, asset) => createFundedWallet(url, balance, asset),
    async addAccounts(...names) {
      for (const name of names) await request(url).post('/accounts').send({ name }).expect(201);
    },
    async succeed(path, body) {
      const operation = await ask(service, path, body);
      expect(operation).toMatchObject({ status: 'succeeded', error: null });
      return operation;
    },
    async fail(path, body) {
      const operation = await ask(service, path, body);
      expect(operation).toMatchObject({ status: 'failed', result: null });
      return operation['error'].code as string;
    },
    async setWallet(id, body) {
      await request(url).patch(`/wallets/${id}`).send(body).expect(200);
    },
    balances: (...wallets) => Promise.all(wallets.map(async (id) => (await read(`/wallets/${id}`))['balance'])),
    async houseBalance(name) {
      const account = (await everyItem(url, '/accounts')).find((each) => each['name'] === name);
      return Object.fromEntries(account!['balances'].map(({ asset, balance }: Body) => [asset, balance]));
    },
    async end() {
      await service.drained();
      const violations: unknown[] = [];
      await auditDatabase(service.database, (violation) => violations.push(violation));
      await service.stop();
      expect(violations).toEqual([]);
    },
  };
}

/** A leg of a posting. `asset` is only needed between two house accounts. */
export function leg(from: End, to: End, amount: string, asset?: string): object {
  return { from, to, amount, ...(asset === undefined ? {} : { asset }) };
}

export const wallet = (wallet_id: string): End => ({ wallet_id });
export const house = (account: string): End => ({ account });
