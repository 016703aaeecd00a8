import { setTimeout as delay } from 'node:timers/promises';
import { type HttpClient, createHttpClient } from './http-client.ts';

/** One request of a client, as the client saw it: its content, when it was first sent, when the answer arrived. */
export interface Request {
  readonly key: string;
  readonly wallet: string;
  readonly type: 'deposit' | 'withdraw';
  readonly amount: bigint;
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly operationId: string;
}

export interface LoadOptions {
  readonly urls: readonly string[];
  readonly wallets: readonly string[];
  readonly requests: number;
  readonly connections: number;
  /** A number in [0, 1) for each call; the same for the same seed. */
  readonly random: () => number;
  /** Keeps the keys of different loads apart. */
  readonly name: string;
  /** No further requests are started once it returns true. */
  readonly until?: () => boolean;
  /** How long a client pauses between two requests; by default not at all. */
  readonly restMs?: number | (() => number);
}

const TIMEOUT_MS = 5_000;
const GIVE_UP_MS = 60_000;
const RETRY_MS = 50;

/**
 * Sends deposits, withdrawals (about half of them too large for an empty wallet) and repeated keys from `connections`
 * clients. A client that gets no answer, or a 5xx, repeats its request under the same key until it knows the outcome, at
 * any API. One in ten requests is sent twice at once, to two APIs.
 */
export async function runLoad(options: LoadOptions): Promise<Request[]> {
  const client = createHttpClient(options.connections, TIMEOUT_MS);
  const requests: Request[] = [];
  let started = 0;

  async function beClient(): Promise<void> {
    while (started < options.requests && !options.until?.()) {
      started += 1;
      const { random } = options;
      const wallet = pick(options.wallets, random);
      const type = random() < 0.5 ? 'deposit' : 'withdraw';
      const amount = BigInt(1 + Math.floor(random() * 10_000));
      const key = `${options.name}-${started}`;
      const sentAt = performance.now();
      const copies = random() < 0.1 ? 2 : 1;
      const first = Math.floor(random() * options.urls.length);
      const ids = await Promise.all(
        Array.from({ length: copies }, (_, copy) =>
          sendUntilKnown(client, options.urls, first + copy, { wallet, type, amount, key }),
        ),
      );
      const [operationId] = ids;
      if (operationId === undefined || ids.some((id) => id !== operationId))
        throw new Error(`key ${key} got ${ids.join()}`);
      requests.push({ key, wallet, type, amount, sentAt, answeredAt: performance.now(), operationId });
      if (options.restMs !== undefined)
        await delay(typeof options.restMs === 'number' ? options.restMs : options.restMs());
    }
  }

  try {
    await Promise.all(Array.from({ length: options.connections }, beClient));
  } finally {
    client.close();
  }
  return requests;
}

async function sendUntilKnown(
  client: HttpClient,
  urls: readonly string[],
  first: number,
  intent: { wallet: string; type: string; amount: bigint; key: string },
): Promise<string> {
  const deadline = Date.now() + GIVE_UP_MS;
  for (let attempt = first; ; attempt += 1) {
    const url = `${urls[attempt % urls.length]}/wallets/${intent.wallet}/operation`;
    const body = {
      operation_type: intent.type.toUpperCase(),
      amount: `${intent.amount / 100n}.${String(intent.amount % 100n).padStart(2, '0')}`,
    };
    const answer = await client
      .send('POST', url, { 'idempotency-key': intent.key }, body)
      .catch((error: unknown) => error);
    if (!(answer instanceof Error)) {
      const { status, body: operation } = answer as Awaited<ReturnType<HttpClient['send']>>;
      if (status === 202) return operation['id'] as string;
      if (status < 500) throw new Error(`${status} for ${intent.key}: ${JSON.stringify(operation)}`);
    }
    if (Date.now() > deadline)
      throw new Error(`no answer for ${intent.key} within ${GIVE_UP_MS} ms: ${String(answer)}`);
    await delay(RETRY_MS);
  }
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  return items[Math.floor(random() * items.length)]!;
}

/** Numbers in [0, 1) from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
