import { setTimeout as delay } from 'node:timers/promises';
import { randomFrom } from '../../support/load.ts';
import type { Intent, Recorder, Wish } from '../history.ts';
import { ask, cancel, look, readHistory, readWallet } from './ask.ts';
import { type Names, makeNaming, makeWish, remember, schedule, takeDue } from './wishes.ts';

export interface Load {
  /** Sends the same request many times at once. */
  stormWithOneKey(): Promise<void>;
  /** From now on clients go away in the middle of their requests; until that is over. */
  setRestless(isRestless: boolean): void;
  /** Sends operations without pause from many clients at once, each as soon as its last one has ended, until `count` have. */
  surge(count: number, urls?: readonly string[]): Promise<void>;
  /** Resolves when every client has had its last answer. */
  stop(): Promise<void>;
}

const MOST_LINES = 20;
const STORM = 48;
const RACING = 4;
/** The most that cancel one operation at once. */
const CANCELLING = 3;
const SCHEDULED_SHARE = 0.1;
/** How many clients make a surge, and how long it lasts at most. */
const SURGING = 48;
const SURGE_MS = 15_000;
const PAUSE_MS = { least: 20, most: 120 };
/** A client that has no answer sometimes asks again at once, and otherwise leaves it for later. */
const RETRIES = 2;

/**
 * Clients that deposit, withdraw, transfer, hold, capture, release, reverse and post, schedule some of it and cancel that as it becomes
 * due, send small batches, look up what they sent and read balances, until they are stopped. Much of it is for more than there is. What they do follows from the seed; when, and so what
 * they have to capture or reverse, does not.
 */
export function startLoad(options: {
  recorder: Recorder;
  urls: readonly string[];
  wallets: readonly string[];
  clients: number;
  seed: number;
  /** Keeps the keys of different loads apart. */
  name: string;
  /** Whether clients use the kinds that say more than an amount. */
  hasTerms: boolean;
  /** Whether some of what clients read of wallets is their history, which may come from a replica. */
  readsHistory: boolean;
}): Load {
  const { recorder, urls, wallets, name } = options;
  let isOver = false;
  let isRestless = false;
  const names: Names | null = options.hasTerms ? { holds: [], originals: [], toCancel: [] } : null;
  let count = 0;

  function intend(random: () => number, kind: Intent['kind']): Intent {
    const lines = kind === 'batch' ? 2 + Math.floor(random() * (MOST_LINES - 1)) : 1;
    const tells = kind === 'operation' || random() < 0.5;
    const wishes = Array.from({ length: lines }, () => makeWish(random, wallets, names));
    const isScheduled = kind === 'operation' && names !== null && random() < SCHEDULED_SHARE;
    return note(kind, tells, isScheduled ? wishes.map((wish) => schedule(random, wish)) : wishes);
  }

  function note(kind: Intent['kind'], tells: boolean, wishes: readonly Wish[]): Intent {
    count += 1;
    return recorder.intend({ key: `${name}-${count}`, kind, sentAt: performance.now(), tells, wishes });
  }

  async function askFor(url: string, intent: Intent, how?: Parameters<typeof ask>[3]): Promise<boolean> {
    const isKnown = await ask(recorder, url, intent, how);
    if (names !== null) remember(names, intent);
    return isKnown;
  }

  async function insist(random: () => number, intent: Intent): Promise<void> {
    const first = Math.floor(random() * urls.length);
    for (let attempt = 0; attempt <= RETRIES; attempt += 1) {
      const url = pick(urls, first + attempt);
      const leaves = random() < (isRestless ? 0.8 : 0.02);
      const waits = random() < 0.2;
      const known = await askFor(url, intent, {
        ...(leaves ? { leaveAfterMs: 1 + random() * 15 } : {}),
        ...(waits ? { waitSeconds: 2 } : {}),
      });
      if (known || random() < 0.3) return;
      await delay(PAUSE_MS.most);
    }
  }

  async function act(random: () => number): Promise<void> {
    const due = names === null ? undefined : takeDue(names);
    if (due !== undefined) return cancelAtOnce(due, 1 + Math.floor(random() * CANCELLING));
    const choice = random();
    const url = pick(urls, Math.floor(random() * urls.length));
    const read = choice < 0.1 && options.readsHistory ? readHistory : readWallet;
    if (choice < 0.2) return read(recorder, url, pick(wallets, Math.floor(random() * wallets.length)));
    if (choice > 0.96) return race(random);
    const intent = intend(random, choice < 0.23 ? 'batch' : 'operation');
    if (choice < 0.26) await storm(intent, 4);
    else await insist(random, intent);
    const [id] = intent.ids;
    if (id !== undefined && intent.kind === 'operation' && random() < 0.4) {
      await look(recorder, url, id, random() < 0.5 ? 1 : 0);
    }
  }

  /** Several at once want what is left of one hold or operation, each with a request of its own. */
  async function race(random: () => number): Promise<void> {
    const type = random() < 0.5 ? 'reversal' : 'capture';
    const first = makeNaming(random, type, wallets, names);
    if (first === null) return;
    const { target, wallet } = first;
    const isWhole = names?.originals.some(({ id, isWhole }) => id === target && isWhole) ?? false;
    const others = Array.from({ length: RACING - 1 }, () => {
      const other = type === 'capture' && random() < 0.3 ? 'release' : type;
      return makeNaming(random, other, wallets, names, { id: target ?? '', wallet, isWhole });
    });
    const intents = [first, ...others].flatMap((wish) => (wish === null ? [] : [note('operation', true, [wish])]));
    await Promise.all(intents.map((intent, copy) => askFor(pick(urls, copy), intent)));
  }

  async function cancelAtOnce(id: string, copies: number): Promise<void> {
    await Promise.all(Array.from({ length: copies }, (_, copy) => cancel(recorder, pick(urls, copy), id)));
  }

  async function storm(intent: Intent, copies: number): Promise<void> {
    await Promise.all(Array.from({ length: copies }, (_, copy) => askFor(pick(urls, copy), intent)));
  }

  async function beClient(number: number): Promise<void> {
    const random = randomFrom(options.seed * 1_000 + number);
    while (!isOver) {
      await act(random);
      await delay(PAUSE_MS.least + random() * (PAUSE_MS.most - PAUSE_MS.least));
    }
  }

  /** Each waits for the end of its operation, so what the surge has pending at once is never more than its clients. */
  async function surge(total: number, at: readonly string[] = urls): Promise<void> {
    let left = total;
    const deadline = performance.now() + SURGE_MS;
    async function beSurging(number: number): Promise<void> {
      const random = randomFrom(options.seed * 1_000 + count + number);
      while (left > 0 && !isOver && performance.now() < deadline) {
        left -= 1;
        const intent = intend(random, 'operation');
        const isKnown = await askFor(pick(at, number), intent, { waitSeconds: 2 });
        if (!isKnown) await delay(PAUSE_MS.least);
      }
    }
    await Promise.all(Array.from({ length: SURGING }, (_, number) => beSurging(number)));
  }

  const clients = Array.from({ length: options.clients }, (_, number) => beClient(number));
  const stormRandom = randomFrom(options.seed);
  return {
    stormWithOneKey: () => storm(intend(stormRandom, 'operation'), STORM),
    setRestless(changed) {
      isRestless = changed;
    },
    surge,
    async stop() {
      isOver = true;
      await Promise.all(clients);
    },
  };
}

/** How many ask at once. */
const ASKING = 8;

/** Sends every request whose outcome is unknown again, under its key, until it is known. @returns how many there were. */
export async function resolveUnknown(recorder: Recorder, urls: readonly string[], deadline: number): Promise<number> {
  const unknown = [...recorder.intents.values()].filter(
    ({ acknowledgedAt, refusal, isTooLate }) => !acknowledgedAt && !refusal && !isTooLate,
  );
  const left = [...unknown];
  await Promise.all(
    Array.from({ length: ASKING }, (_, number) => pick(urls, number)).map(async (url) => {
      for (let intent = left.pop(); intent !== undefined; intent = left.pop()) {
        if (performance.now() > deadline) return;
        if (await ask(recorder, url, intent)) continue;
        left.unshift(intent);
        await delay(PAUSE_MS.most);
      }
    }),
  );
  return unknown.length;
}

function pick<Item>(items: readonly Item[], index: number): Item {
  return items[index % items.length]!;
}
