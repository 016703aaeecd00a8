import { setTimeout as delay } from 'node:timers/promises';
import { auditDatabase } from '@wallet/shared/database/audit';
import type { Database } from '@wallet/shared/database/pool';
import { countPending } from '../chaos/campaign.ts';
import { checkOrder } from '../chaos/check/check-order.ts';
import { checkReadings } from '../chaos/check/check-readings.ts';
import { checkRequests } from '../chaos/check/check-requests.ts';
import { readRecorded } from '../chaos/check/recorded.ts';
import { replay } from '../chaos/check/replay.ts';
import type { Law, Violation } from '../chaos/check/violation.ts';
import type { Recorder } from '../chaos/history.ts';
import { ask, readWallet } from '../chaos/load/ask.ts';
import { resolveUnknown, startLoad } from '../chaos/load/clients.ts';
import { makeWish } from '../chaos/load/wishes.ts';
import { randomFrom } from '../support/load.ts';

/** What clients of a service do, and how it is checked: the load and the model of `npm run chaos`, without its faults. */
interface Served {
  readonly recorder: Recorder;
  readonly urls: readonly string[];
  readonly wallets: readonly string[];
}

/** Clients that also look up and read, beside those that only send: 48 of them, by the surge. */
const CLIENTS = 8;
const SURGE = 2_000;
const BATCH_SHARE = 0.1;
const MOST_LINES = 2_000;
const SEED = 19;
const FINAL_MS = 60_000;

/** Sends about so many operations of all kinds, one large batch of simple ones among them. */
export async function sendOperations(served: Served, count: number): Promise<void> {
  const { recorder, urls, wallets } = served;
  const lines = Math.min(MOST_LINES, Math.ceil(count * BATCH_SHARE));
  const random = randomFrom(SEED);
  const batch = recorder.intend({
    ...{ key: 'the-batch', kind: 'batch', sentAt: performance.now(), tells: false },
    wishes: Array.from({ length: lines }, () => makeWish(random, wallets, null)),
  });
  const load = startLoad({
    ...served,
    clients: CLIENTS,
    seed: SEED,
    name: 'matrix',
    hasTerms: true,
    readsHistory: false,
  });
  await ask(recorder, urls[0] ?? '', batch);
  for (let left = count - countWishes(recorder); left > 0; left = count - countWishes(recorder))
    await load.surge(Math.min(SURGE, left));
  await load.stop();
}

/** How many operations clients know to be accepted, or have asked for. */
export function countWishes({ intents }: Pick<Recorder, 'intents'>, isAcknowledged = false): number {
  let count = 0;
  for (const { wishes, acknowledgedAt } of intents.values())
    if (!isAcknowledged || acknowledgedAt !== null) count += wishes.length;
  return count;
}

/** Asks about everything whose outcome is unknown, and waits until all is final. @returns how much was unknown. */
export async function comeToRest({ recorder, urls, wallets }: Served, database: Database): Promise<number> {
  const deadline = performance.now() + FINAL_MS;
  const unknown = await resolveUnknown(recorder, urls, deadline);
  while ((await countPending(database)) > 0) {
    if (performance.now() > deadline) throw new Error(`operations are pending after ${FINAL_MS} ms`);
    await delay(50);
  }
  for (const url of urls) for (const wallet of wallets) await readWallet(recorder, url, wallet);
  return unknown;
}

export interface Checked {
  readonly operations: number;
  /** Operations rejected by a rule, such as for insufficient funds. */
  readonly failed: number;
  readonly violations: readonly Violation[];
}

/**
 * Everything acknowledged exists once, as it was meant, and nothing else does; outcomes and balances match a model that
 * runs the same operations; and the audit is clean.
 */
export async function checkAll(recorder: Recorder, database: Database): Promise<Checked> {
  const recorded = await readRecorded(database);
  const replayed = replay(recorded);
  const violations = [
    ...checkRequests(recorder, recorded),
    ...replayed.violations,
    ...checkOrder(recorder, recorded, replayed),
    ...checkReadings(recorder, recorded, replayed),
  ];
  await auditDatabase(database, ({ violation, subject, detail }) =>
    violations.push(violate('audit', `${violation}: ${subject}: ${detail}`)),
  );
  const failed = recorded.operations.filter(({ status }) => status === 'failed').length;
  return { operations: recorded.operations.length, failed, violations };
}

export function violate(law: Law, detail: string): Violation {
  return { law, at: null, detail };
}
