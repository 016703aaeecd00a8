// The entry of the package: what it offers, and nothing else. Inside, files import each other.
import { verify } from './webhooks.ts';

export { WalletApi, type WalletApiOptions } from './wallet-api.ts';
export {
  WalletError,
  WalletApiError,
  WalletConnectionError,
  WalletDeadlineError,
  type Problem,
  type ProblemCode,
  type ProblemDetail,
} from './errors.ts';
export { WebhookVerificationError, type VerificationCode, type WebhookHeaders } from './webhooks.ts';
export type { Duration } from './duration.ts';
export type { AnswerFacts, CallOptions, Retry } from './sender.ts';
export type { FileSource, LineSource } from './sent-body.ts';
export type { BatchOptions, FileOptions, FileType, FollowOptions, UploadType } from './batches.ts';
export type { Amount, Extras, Leg, OperationOptions, OperationRequest } from './operations.ts';
export type { StreamedEvent } from './events.ts';
export type { Pages } from './pages.ts';
export type { UserHandle } from './user-handle.ts';
export type { WalletHandle } from './wallet-handle.ts';
export type {
  AcceptedBatch,
  Asset,
  Batch,
  BatchLine,
  BatchLineResult,
  CheckedBatch,
  Client,
  ClientResults,
  Delivery,
  DeliveryWithAttempts,
  DryRun,
  Event,
  HistoryLine,
  Hold,
  HouseAccount,
  HouseAccountWithBalances,
  LineError,
  Operation,
  OperationOf,
  OperationType,
  PolledBatch,
  PolledOperation,
  RejectionCode,
  ServiceStatus,
  Statement,
  Statistics,
  Wallet,
  WalletAt,
  WebhookEndpoint,
  WebhookEndpointWithSecret,
  WebhookEvent,
} from './resources.ts';
export type { components, paths } from './api.ts';

/** Webhooks, on the receiving side. */
export const webhooks = { verify } as const;
