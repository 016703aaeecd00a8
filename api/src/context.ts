import type { Assets } from '@wallet/shared/assets';
import type { Database } from '@wallet/shared/database/pool';
import type { AcceptOperation } from './accept-operation.ts';
import type { OperationWaiter } from './await-operation.ts';
import type { FindOperation } from './find-operation.ts';
import type { FindWallet } from './find-wallet.ts';

/** What the routes of operations work with. */
export interface Api {
  readonly database: Database;
  readonly storing: Database;
  readonly partitions: number;
  readonly assets: Assets;
  readonly accept: AcceptOperation;
  readonly findWallet: FindWallet;
  readonly findOperation: FindOperation;
  readonly waiter: OperationWaiter;
}
