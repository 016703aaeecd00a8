import type { Flat, Schemas } from './document.ts';

/** What the API answers, by name. All of it comes from the document of the API. */

export type Me = Schemas['Me'];
export type Scope = Me['scopes'][number];
export type ApiKey = Schemas['ApiKey'];
export type Act = Schemas['Act'];

/** An operation of any type and status: `type` says which fields it has. */
export type Operation = Flat<Schemas['PolledOperation']>;
export type OperationType = Operation['type'];
export type Leg = NonNullable<Operation['legs']>[number];
export type Waiting = Schemas['Waiting'];
export type Hold = Schemas['Hold'];

export type Wallet = Schemas['Wallet'];
export type Client = Schemas['Client'];
export type HistoryLine = Schemas['HistoryLine'];
export type Asset = Schemas['Asset'];
export type HouseAccount = Schemas['HouseAccountWithBalances'];

export type Batch = Schemas['Batch'];
/** A batch that is asked for by itself: until it has finished, also why it waits. */
export type PolledBatch = Schemas['PolledBatch'];
export type CheckedBatch = Schemas['CheckedBatch'];
export type BatchLine = Flat<Schemas['BatchLine']>;

export type WebhookEndpoint = Schemas['WebhookEndpoint'];
export type EventType = Exclude<NonNullable<Schemas['CreateWebhookEndpointRequest']['event_types']>[number], '*'>;
export type Delivery = Schemas['Delivery'];
export type Attempt = Schemas['DeliveryWithAttempts']['attempts_log'][number];

export type Health = Schemas['Health'];
export type Status = Schemas['Status'];
export type Minute = Status['last_hour'][number];

export type Problem = Schemas['Problem'];
/** What is wrong with a field of a request, or of a line of a batch. */
export type ProblemDetail = Flat<NonNullable<Problem['errors']>[number]>;
