import type { Database } from '@wallet/shared/database/pool';
import type { Doorbell } from '@wallet/shared/queue/doorbell';
import type { AcceptOperation } from './accept-operation.ts';
import type { Assets } from './assets.ts';
import type { OperationWaiter } from './await-operation.ts';
import type { FindWallet } from './find-wallet.ts';

/** What the routes work with. */
export interface Api {
  readonly database: Database;
  readonly partitions: number;
  readonly assets: Assets;
  readonly doorbell: Doorbell;
  readonly accept: AcceptOperation;
  readonly findWallet: FindWallet;
  readonly waiter: OperationWaiter;
  isStopping(): boolean;
}
