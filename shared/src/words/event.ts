import { writeJson } from './json-text.ts';

/**
 * Something that happened. Its subject is in `data`, as the API answers it, with a number in the order of its wallet's
 * events.
 */
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

/** Subscribes to every type, including future ones. */
export const EVERY_TYPE = '*';

/** An event as it is stored and sent: `body` never changes, however often it is sent. */
export interface Event {
  readonly id: string;
  readonly type: EventType;
  readonly createdAt: Date;
  readonly body: string;
}

/**
 * The body of an event: the payload of the Standard Webhooks specification. `sequence` orders the events of one wallet:
 * of two of them, the one with the higher number happened later. It has gaps.
 */
export function eventBody(type: EventType, createdAt: Date, sequence: bigint, data: object): string {
  return writeJson({ type, timestamp: createdAt.toISOString(), data: { ...data, sequence: Number(sequence) } });
}
