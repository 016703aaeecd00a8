import { setTimeout as delay } from 'node:timers/promises';
import { isReversible } from '@wallet/shared/words/kinds';
import { OPERATION_TYPES, type OperationType } from '@wallet/shared/words/operation';
import { randomFrom } from '../support/load.ts';
import { type RaceRig, decimal, startRaceRig } from '../support/race-rig.ts';
import { createRacedSchedule } from '../support/raced-schedule.ts';
import type { Committed } from '../support/replay-commits.ts';

/**
 * All kinds of operations at once, through two APIs and three workers, from many clients that name what others have asked for. Some
 * are scheduled, and cancelled at about their moments. The outcome of each is what the model says. `TEST_MODEL_OPERATIONS=100000 npm test -- laws/model-through-http` tries more.
 */

const OPERATIONS = Number(process.env['TEST_MODEL_OPERATIONS'] ?? 3_000);
const CLIENTS = 48;
const SEED = 18;
/** Few enough that they meet, and as many of each asset. */
const WALLETS = 24;
const ASSETS = ['USD', 'GOLD'] as const;

let rig: RaceRig;
beforeAll(async () => {
  rig = await startRaceRig({ apis: 2, workers: 3, env: { WORKER_BATCH_LIMIT: '50' } });
}, 120_000);
afterAll(() => rig.stop(), 60_000);

/** What was asked for and can be named by others: where it is, and of which asset. */
interface Asked {
  readonly id: string;
  readonly type: OperationType;
  readonly wallet: string;
  readonly asset: string;
}

/** When a request was sent, and when its answer was known: milliseconds since 1970. */
interface Sent {
  readonly sentAt: number;
  readonly answeredAt: number;
}

it(
  `${OPERATIONS} operations of all kinds come out as the model says, in an order that agrees with the clocks of the clients`,
  async () => {
    const wallets = new Map<string, string[]>();
    for (const asset of ASSETS)
      wallets.set(asset, await Promise.all(Array.from({ length: WALLETS }, () => rig.createWallet({ asset }))));
    for (const ids of wallets.values())
      for (const [index, id] of ids.entries())
        if (index % 4 === 0) await rig.send('PATCH', `/wallets/${id}`, { credit_limit: '25.00' });
    const draws = createDraws(wallets);
    const schedule = createRacedSchedule(rig, randomFrom(SEED + 1));
    const sent = new Map<string, Sent>();
    let asked = 0;
    async function beClient(): Promise<void> {
      while (asked < OPERATIONS) {
        asked += 1;
        const [number, key] = [asked, `asked-${asked}`];
        await schedule.cancelNext();
        const { body, ...named } = draws.next();
        const sentAt = now();
        if (number % 16 === 3) {
          const { id, executeAt } = await scheduleUnderKey(body, key, () => schedule.draw());
          schedule.add({ id, executeAt, answeredAt: now() });
          draws.remember({ id, ...named });
          continue;
        }
        // One in 20 is sent twice at once, to both APIs, under its key.
        const copies = number % 20 === 0 ? 2 : 1;
        const ids = await Promise.all(Array.from({ length: copies }, () => acceptUnderKey(body, key)));
        const [id, ...others] = ids;
        expect(others.filter((other) => other !== id)).toEqual([]);
        sent.set(id!, { sentAt, answeredAt: now() });
        draws.remember({ id: id!, ...named });
      }
    }
    const begunAt = performance.now();
    await Promise.all(Array.from({ length: CLIENTS }, beClient));
    const seconds = (performance.now() - begunAt) / 1_000;
    await schedule.over();
    const operations = await rig.expectLawful(60_000 + 5 * OPERATIONS);
    expect(operations).toHaveLength(OPERATIONS);
    for (const [id, placed] of schedule.check(operations)) sent.set(id, placed);
    expectRealTime(operations, sent);
    expectVariety(operations);
    if (process.env['TEST_MODEL_OPERATIONS'] !== undefined) printEnds(operations, seconds);
  },
  120_000 + 20 * OPERATIONS,
);

/** On the clock that moments are of. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Again, while there is too much to do. @returns its id. */
async function acceptUnderKey(body: object, key: string): Promise<string> {
  const id = await acceptInTime(body, key);
  if (id === null) throw new Error(`${JSON.stringify(body)} is not scheduled`);
  return id;
}

/** With another moment, if the one before has passed until it could be accepted. */
async function scheduleUnderKey(
  body: object,
  key: string,
  draw: () => string,
): Promise<{ id: string; executeAt: string }> {
  for (;;) {
    const executeAt = draw();
    const id = await acceptInTime({ ...body, execute_at: executeAt }, key);
    if (id !== null) return { id, executeAt };
  }
}

/** @returns null if that is refused because its moment has passed. */
async function acceptInTime(body: object, key: string): Promise<string | null> {
  for (;;) {
    const answer = await rig.send('POST', '/operations', body, key);
    if (answer.status === 202 || answer.status === 200) return answer.body['id'] as string;
    if (answer.status === 400 && answer.body['errors']?.[0]?.path === 'execute_at') return null;
    if (answer.status !== 429 && answer.status !== 503)
      throw new Error(`${JSON.stringify(body)}: ${JSON.stringify(answer)}`);
    await delay(200);
  }
}

/** Of each wallet, what was accepted before another was sent stands before it. */
function expectRealTime(operations: readonly Committed[], sent: ReadonlyMap<string, Sent>): void {
  const latest = new Map<string, number>();
  const placed = operations.filter(({ seq }) => seq !== null);
  for (const { id, wallet } of placed.toSorted((a, b) => (a.seq! < b.seq! ? -1 : 1))) {
    const { sentAt, answeredAt } = sent.get(id)!;
    const before = latest.get(wallet) ?? 0;
    if (answeredAt < before) throw new Error(`operation ${id} stands behind one that was sent after its answer`);
    latest.set(wallet, Math.max(before, sentAt));
  }
}

/** It says nothing unless every kind has succeeded and every reason was met that such operations can have. */
function expectVariety(operations: readonly Committed[]): void {
  const applied = new Set(operations.filter(({ rejection }) => rejection === null).map(({ type }) => type));
  expect(OPERATION_TYPES.filter((type) => !applied.has(type))).toEqual([]);
  const reasons = new Set(operations.map(({ rejection }) => rejection ?? 'none'));
  expect([...reasons].sort()).toEqual([
    ...['asset_not_transferable', 'cancelled', 'hold_closed', 'hold_exceeded', 'insufficient_funds', 'none'],
    ...['operation_not_succeeded', 'reversal_exceeds_operation'],
  ]);
}

function printEnds(operations: readonly Committed[], seconds: number): void {
  const ends = new Map<string, number>();
  for (const { type, rejection } of operations) {
    const end = `${type}: ${rejection ?? 'succeeded'}`;
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  const lines = [...ends].sort().map(([end, count]) => `${String(count).padStart(8)}  ${end}`);
  process.stdout.write(`${operations.length} operations, accepted in ${seconds.toFixed(0)} s:\n${lines.join('\n')}\n`);
}

interface Draw extends Omit<Asked, 'id'> {
  readonly body: object;
}

/** What clients ask for, one after the other; of what there is, they name the latest. */
function createDraws(wallets: ReadonlyMap<string, readonly string[]>): {
  next(): Draw;
  remember(asked: Asked): void;
} {
  const random = randomFrom(SEED);
  const holds: Asked[] = [];
  const reversible: Asked[] = [];
  const below = (most: number): number => Math.floor(random() * most);
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)]!;
  const latest = (items: readonly Asked[]): Asked | undefined => items.at(-1 - below(Math.min(60, items.length)));
  const amount = (): string => decimal(1 + below(20_00));
  const other = (asset: string, wallet: string): string => pick(wallets.get(asset)!.filter((each) => each !== wallet));

  function legsOf(asset: string, wallet: string): object[] {
    const ends = [{ wallet_id: wallet }, { account: pick(['treasury', 'fees', 'reserve']) }];
    const more = { wallet_id: other(asset, wallet) };
    const shapes = [
      [[ends[0], ends[1]]],
      [
        [ends[1], ends[0]],
        [ends[0], more],
      ],
      [
        [ends[0], more],
        [more, ends[1]],
        [ends[1], ends[0]],
      ],
    ];
    const legs = pick(shapes).map(([from, to]) => ({ from, to, asset, amount: amount() }));
    if (random() < 0.3) legs.push(...exchange(asset, wallet));
    return random() < 0.3 ? legs.reverse() : legs;
  }

  /** So much of the wallet's asset for so much of the other. */
  function exchange(asset: string, wallet: string) {
    const into = asset === 'USD' ? 'GOLD' : 'USD';
    const own = { wallet_id: wallet };
    return [
      { from: own, to: { account: 'fees' }, asset, amount: amount() },
      { from: { account: 'fees' }, to: { wallet_id: pick(wallets.get(into)!) }, asset: into, amount: amount() },
    ];
  }

  function bodyOf(type: OperationType, asset: string, wallet: string): object {
    if (type === 'posting') return { type, legs: legsOf(asset, wallet) };
    if (type !== 'transfer') return { type, wallet_id: wallet, amount: amount() };
    return { type, from_wallet_id: wallet, to_wallet_id: other(asset, wallet), amount: amount() };
  }

  /** Of a part or of all that is left. */
  function bodyOn(type: OperationType, { id, type: named, wallet, asset }: Asked): object {
    const part = random() < 0.4 || named === 'posting' ? {} : { amount: amount() };
    if (type === 'reversal') return { type, operation_id: id, ...part };
    if (type === 'release') return { type, hold_id: id, ...part };
    const to = pick([{}, { to_account: pick(['fees', 'reserve']) }, { to_wallet_id: other(asset, wallet) }]);
    return { type, hold_id: id, ...part, ...to, final: random() < 0.3 };
  }

  return {
    next() {
      const type = pick([...OPERATION_TYPES, 'deposit', 'hold', 'capture', 'reversal', 'posting'] as const);
      const target = type === 'reversal' ? latest(reversible) : latest(holds);
      if (type === 'capture' || type === 'release' || type === 'reversal') {
        if (target === undefined) return this.next();
        return { type, wallet: target.wallet, asset: target.asset, body: bodyOn(type, target) };
      }
      const asset = pick(ASSETS);
      const wallet = pick(wallets.get(asset)!);
      return { type, wallet, asset, body: bodyOf(type, asset, wallet) };
    },
    remember(asked) {
      if (asked.type === 'hold') holds.push(asked);
      if (isReversible(asked.type)) reversible.push(asked);
    },
  };
}
