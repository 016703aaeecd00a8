import { type WriteStream, createWriteStream } from 'node:fs';
import type { OperationType } from '@wallet/shared/words/operation';
import type { Move } from '../support/model.ts';

/** What is wanted of one operation. Amounts are minor units. What does not belong to the type is left out. */
export interface Wish {
  readonly type: OperationType;
  /** The one in whose queue it waits. */
  readonly wallet: string;
  /** The receiver of a transfer or a capture. */
  readonly to: string | null;
  /** Null where it is all that is left of what is named, and for a posting. */
  readonly amount: bigint | null;
  /** The hold of a capture or release, the operation that a reversal takes back. */
  readonly target?: string;
  /** The house account that a capture goes to. */
  readonly house?: string;
  readonly final?: boolean;
  /** Seconds until a hold expires. */
  readonly expiresIn?: number;
  /** What a posting moves, between wallets and house accounts. */
  readonly legs?: readonly Move[];
  /** For when it is scheduled; a line of a batch never is. */
  readonly executeAt?: Date;
  /** When a client will cancel it: milliseconds since 1970. */
  readonly cancelAt?: number;
}

/**
 * What a client set out to do: one operation, or a batch of several. It is written down before the first request leaves. Times are
 * milliseconds of one clock, that of the campaign.
 */
export interface Intent {
  readonly key: string;
  readonly kind: 'operation' | 'batch';
  readonly wishes: readonly Wish[];
  /** Whether each line of the batch sends an event; an operation always does. */
  readonly tells: boolean;
  readonly sentAt: number;
  /** When the first answer that accepts it had come; null as long as its outcome is unknown. */
  acknowledgedAt: number | null;
  /** Every id that an answer gave it: one. */
  readonly ids: Set<string>;
  /** An answer that nobody should have got. */
  refusal: string | null;
  /** Whether it was refused because its moment had passed. An API that stood still may have accepted it all the same. */
  isTooLate: boolean;
}

/** An operation as an answer of the API showed it. */
export interface Sighting {
  readonly id: string;
  readonly begunAt: number;
  readonly endedAt: number;
  readonly status: string;
  /** What it says besides: the amount, the result, the error and the time of the end, as text. */
  readonly outcome: string;
}

/** A wallet as an answer of the API showed it. */
export interface Reading {
  readonly wallet: string;
  readonly version: number;
  readonly balance: bigint;
  /** Null where the newest line of its history was read, which may come from a replica. */
  readonly held: bigint | null;
  readonly begunAt: number;
  readonly endedAt: number;
}

/** A request to cancel a scheduled operation. Its result is unknown if there was no answer. */
export interface Cancel {
  readonly id: string;
  readonly begunAt: number;
  readonly end: 'cancelled' | 'not_scheduled' | 'unknown' | 'refused';
}

/** A request that was not taken because too much was said to wait. */
export interface Refusal {
  readonly at: number;
  readonly detail: string;
}

/** All that clients saw. */
export interface History {
  readonly intents: ReadonlyMap<string, Intent>;
  readonly sightings: readonly Sighting[];
  readonly readings: readonly Reading[];
  readonly refusals: readonly Refusal[];
  readonly cancels: readonly Cancel[];
}

/** Writes the history down as it happens, in memory and as lines of JSON. */
export interface Recorder extends History {
  intend(intent: Omit<Intent, 'acknowledgedAt' | 'ids' | 'refusal' | 'isTooLate'>): Intent;
  /** What a request came to: an answer, or why there was none. */
  note(key: string, begunAt: number, outcome: string): void;
  see(sighting: Sighting): void;
  read(reading: Reading): void;
  refuse(refusal: Refusal): void;
  cancel(cancel: Cancel): void;
  /** Anything else that happened, such as a fault. */
  log(what: Record<string, unknown>): void;
  close(): Promise<void>;
}

export function createRecorder(file: string): Recorder {
  const intents = new Map<string, Intent>();
  const sightings: Sighting[] = [];
  const readings: Reading[] = [];
  const refusals: Refusal[] = [];
  const cancels: Cancel[] = [];
  const stream: WriteStream = createWriteStream(file);
  const write = (kind: string, what: object): void => {
    const at = Math.round(performance.now() * 1_000) / 1_000;
    stream.write(`${JSON.stringify({ at, kind, ...what }, (_name, value: unknown) => plain(value))}\n`);
  };
  return {
    intents,
    sightings,
    readings,
    refusals,
    cancels,
    intend(wanted) {
      const intent: Intent = { ...wanted, acknowledgedAt: null, ids: new Set(), refusal: null, isTooLate: false };
      intents.set(intent.key, intent);
      write('intent', wanted);
      return intent;
    },
    note: (key, begunAt, outcome) => write('answer', { key, begunAt, outcome }),
    see(sighting) {
      sightings.push(sighting);
      write('sighting', sighting);
    },
    read(reading) {
      readings.push(reading);
      write('reading', reading);
    },
    refuse(refusal) {
      refusals.push(refusal);
      write('refusal', refusal);
    },
    cancel(cancel) {
      cancels.push(cancel);
      write('cancel', cancel);
    },
    log: (what) => write('event', what),
    close: () => new Promise((resolve) => stream.end(resolve)),
  };
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** The intent that a key belongs to, if it is one of ours. */
export function intentOf({ intents }: Pick<History, 'intents'>, key: string | null): Intent | undefined {
  return key === null ? undefined : intents.get(key);
}

/** Minor units of an asset with two decimals from decimal text, and back. */
export function toMinorUnits(text: string): bigint {
  const [whole = '', decimals = ''] = text.split('.');
  return BigInt(`${whole}${decimals.padEnd(2, '0')}`);
}

export function toDecimal(amount: bigint): string {
  if (amount < 0n) return `-${toDecimal(-amount)}`;
  return `${amount / 100n}.${String(amount % 100n).padStart(2, '0')}`;
}
