import type { Database } from '@wallet/shared/database/pool';
import type { Logger } from '@wallet/shared/logger';
import type { Doorbell } from '@wallet/shared/queue/doorbell';
import type { Sealer } from '@wallet/shared/seal';
import type { RequestHandler } from 'express';
import type { AcceptOperation } from './accept-operation.ts';
import type { Assets } from '@wallet/shared/assets';
import type { OperationWaiter } from './await-operation.ts';
import type { FindWallet } from './find-wallet.ts';
import type { KeyRing } from './key-ring.ts';
import type { RingPartitions } from './ring-partitions.ts';

/** What the routes work with. */
export interface Api {
  readonly database: Database;
  readonly partitions: number;
  readonly assets: Assets;
  readonly doorbell: Doorbell;
  readonly accept: AcceptOperation;
  readonly findWallet: FindWallet;
  readonly waiter: OperationWaiter;
  readonly ring: RingPartitions;
  readonly log: Logger;
  /** Who may ask. */
  readonly keys: KeyRing;
  /** Refuses what a key asks beyond its rate limit. */
  readonly limitRate: RequestHandler;
  /** Where uploads are kept until they are accepted. */
  readonly spoolFolder: string;
  /** How many batches are being read at the moment. */
  readonly uploads: { count: number };
  /** `sealer` is null where no key is set: then there are no webhooks. */
  readonly webhooks: { readonly sealer: Sealer | null; readonly allowPrivate: boolean };
  /** Tells the workers that these webhook endpoints have something to be sent now. Makes nobody wait. */
  readonly ringDeliveries: (endpointIds: readonly string[]) => void;
  isStopping(): boolean;
}
