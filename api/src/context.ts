import type { Database } from '@wallet/shared/database/pool';
import type { Backlog } from '@wallet/shared/database/tables/pending-operations';
import type { Logger } from '@wallet/shared/logger';
import type { Doorbell } from '@wallet/shared/queue/doorbell';
import type { Sealer } from '@wallet/shared/seal';
import type { RequestHandler } from 'express';
import type { Admission } from './admission/admission.ts';
import type { AcceptOperation } from './accept-operation.ts';
import type { Assets } from '@wallet/shared/assets';
import type { OperationWaiter } from './await-operation.ts';
import type { FindOperation } from './find-operation.ts';
import type { FindWallet } from './find-wallet.ts';
import type { KeyRing } from './key-ring.ts';
import type { inTurn } from './in-turn.ts';
import type { ApiMetrics } from './metrics.ts';
import type { RingPartitions } from './ring-partitions.ts';

/** What the routes work with. */
export interface Api {
  /** For everything but storing operations: so that reading goes on however much there is to store. */
  readonly database: Database;
  /** For storing operations, and for what has to be looked up for that. */
  readonly storing: Database;
  readonly partitions: number;
  readonly assets: Assets;
  readonly doorbell: Doorbell;
  readonly admission: Admission;
  /** What waited when that was last looked at, by partition. */
  readonly backlog: () => readonly Backlog[];
  readonly metrics: ApiMetrics;
  readonly accept: AcceptOperation;
  readonly findWallet: FindWallet;
  readonly findOperation: FindOperation;
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
  /** How many requests wait for the end of a batch. */
  readonly batchWaiters: { count: number };
  /** How many whole results of batches are being sent. */
  readonly exports: { count: number };
  /** Whole results of batches are read one piece after the other: many exports share one connection. */
  readonly exportInTurn: ReturnType<typeof inTurn>;
  /** `sealer` is null where no key is set: then there are no webhooks. */
  readonly webhooks: { readonly sealer: Sealer | null; readonly allowPrivate: boolean };
  /** Tells the workers that these webhook endpoints have something to be sent now. Makes nobody wait. */
  readonly ringDeliveries: (endpointIds: readonly string[]) => void;
  isStopping(): boolean;
}
