import { writeJson } from './json-text.ts';

/** A fact to tell. What it is about stands under `data` as the API answers it, with its place in the order of its wallet. */
export const EVENT_TYPES = [
  'operation.succeeded',
  'operation.failed',
  'batch.completed',
  'wallet.activated',
  'wallet.frozen',
  'wallet.closed',
  'webhook_endpoint.disabled',
  'webhook_endpoint.test',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Subscribes to every type, also to those that do not exist yet. */
export const EVERY_TYPE = '*';

/** An event as it is stored and told: `body` never changes, whatever is sent of it and how often. */
export interface Event {
  readonly id: string;
  readonly type: EventType;
  readonly createdAt: Date;
  readonly body: string;
}

/**
 * The body of an event: the payload of the Standard Webhooks specification. `sequence` orders the events of one wallet: of two
 * of them, that with the higher one happened later. It has gaps.
 */
export function eventBody(type: EventType, createdAt: Date, sequence: bigint, data: object): string {
  return writeJson({ type, timestamp: createdAt.toISOString(), data: { ...data, sequence: Number(sequence) } });
}
