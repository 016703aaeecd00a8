import type { components, webhooks } from './api.ts';
import type { Answer, Body } from './call.ts';

/** What the service takes and answers, by name. All of it comes from the document. */

type Schemas = components['schemas'];

/** What an operation is: `type` says which fields it has, `status` whether it has a `result` or an `error`. */
export type Operation = Schemas['Operation'];
export type OperationType = Operation['type'];
export type OperationOf<Type extends OperationType> = Operation & { readonly type: Type };
/** An operation that is asked for by itself: while it waits, also why. */
export type PolledOperation = Schemas['PolledOperation'];
/** What would come of an operation. Nothing was stored. */
export type DryRun = Schemas['DryRun'];
/** Why an operation failed: `operation.error.code`. */
export type RejectionCode = NonNullable<Operation['error']>['code'];

export type Wallet = Schemas['Wallet'];
export type WalletAt = Schemas['WalletAt'];
export type HistoryLine = Schemas['HistoryLine'];
export type Statistics = Answer<'/wallets/{id}/statistics', 'get'>;
export type Statement = Answer<'/wallets/{id}/statement', 'get'>;
export type Hold = Schemas['Hold'];
export type Client = Answer<'/clients/{id}', 'get'>;
export type ClientResults = Answer<'/clients/bulk', 'post'>;
export type Asset = Schemas['Asset'];
export type HouseAccount = Schemas['HouseAccount'];
export type HouseAccountWithBalances = Schemas['HouseAccountWithBalances'];
export type Batch = Schemas['Batch'];
/** A batch as it was accepted, with the lines that were left out of it. */
export type AcceptedBatch = Schemas['AcceptedBatch'];
/** A batch that is asked for by itself: until it has finished, also why it waits. */
export type PolledBatch = Schemas['PolledBatch'];
export type CheckedBatch = Schemas['CheckedBatch'];
/** What is wrong with a field of a line of a batch. */
export type LineError = Schemas['LineError'];
/** What a batch does on one line. */
export type BatchLine = Body<'/batches', 'post'>['operations'][number];
/** The operation of a line, and which line it was. */
export type BatchLineResult = Answer<'/batches/{id}/operations', 'get'>['data'][number];
export type WebhookEndpoint = Schemas['WebhookEndpoint'];
export type WebhookEndpointWithSecret = Schemas['WebhookEndpointWithSecret'];
export type Delivery = Schemas['Delivery'];
export type DeliveryWithAttempts = Schemas['DeliveryWithAttempts'];
export type ServiceStatus = Answer<'/status', 'get'>;
export type Event = Schemas['Event'];

type PayloadOf<Webhook> = Webhook extends {
  post: { requestBody?: { content: { 'application/json': infer Payload } } };
}
  ? Payload
  : never;
type Payload = string extends keyof webhooks ? Omit<Event, 'id'> : PayloadOf<webhooks[keyof webhooks]>;
/** What a webhook tells, with the id that is the same on every attempt. */
export type WebhookEvent = Payload & { readonly id: string };
