import type { RaceRig } from './race-rig.ts';
import type { Committed } from './replay-commits.ts';

/** Operations that clients schedule, many of which they cancel at about the moment when they are queued. */
export interface RacedSchedule {
  /** A moment a little ahead, as a request has it. */
  draw(): string;
  add(scheduled: Scheduled): void;
  /** Cancels one that it is time for, if there is one. */
  cancelNext(): Promise<void>;
  /** Resolves when none is scheduled any longer. */
  over(): Promise<void>;
  /**
   * Each was cancelled if an answer said so and only then, and the others have their places in the order of their moments, as far
   * as they were there by then. When each was sent and answered in terms of its place: what is due stands behind what was answered
   * before, and before what was sent when it was applied.
   */
  check(operations: readonly Committed[]): Map<string, { sentAt: number; answeredAt: number }>;
}

interface Scheduled {
  readonly id: string;
  /** As it was asked for. */
  readonly executeAt: string;
  /** When its acceptance was known: milliseconds since 1970. */
  readonly answeredAt: number;
}

const AHEAD_MS = { least: 600, most: 3_000 };
/** Workers look twice a second for what is due. */
const CANCEL_MS = { before: 200, after: 500 };
const CANCELLED_SHARE = 0.7;
/** The clock of the test and that of the database may differ by so much. */
const CLOCKS_MS = 50;
const WITHIN_MS = 60_000;

export function createRacedSchedule(rig: Pick<RaceRig, 'send' | 'database'>, random: () => number): RacedSchedule {
  const all = new Map<string, Scheduled>();
  const toCancel: { readonly id: string; readonly at: number }[] = [];
  /** How often each operation that a client tried to cancel was answered as cancelled. */
  const cancels = new Map<string, number>();

  /** Again, while there is too much to do. @returns whether it is cancelled now. */
  async function cancel(id: string): Promise<boolean> {
    for (;;) {
      const { status, body } = await rig.send('POST', `/operations/${id}/cancel`, {});
      if (status === 200 || status === 409) return status === 200;
      if (status !== 429 && status !== 503) throw new Error(`cancelling ${id}: ${status} ${JSON.stringify(body)}`);
    }
  }

  return {
    draw: () => new Date(Date.now() + AHEAD_MS.least + random() * (AHEAD_MS.most - AHEAD_MS.least)).toISOString(),
    add(scheduled) {
      all.set(scheduled.id, scheduled);
      if (random() > CANCELLED_SHARE) return;
      const due = Date.parse(scheduled.executeAt);
      const at = due - CANCEL_MS.before + random() * (CANCEL_MS.before + CANCEL_MS.after);
      toCancel.push({ id: scheduled.id, at });
    },
    async cancelNext() {
      const index = toCancel.findIndex(({ at }) => at <= Date.now());
      const [next] = index < 0 ? [] : toCancel.splice(index, 1);
      if (next === undefined) return;
      const answers = await Promise.all([cancel(next.id), cancel(next.id)]);
      cancels.set(next.id, answers.filter(Boolean).length);
    },
    async over() {
      const deadline = Date.now() + WITHIN_MS;
      for (;;) {
        const { rows } = await rig.database.query('SELECT operation_id FROM scheduled_operations LIMIT 1');
        if (rows.length === 0) return;
        if (Date.now() > deadline) throw new Error(`operations are still scheduled after ${WITHIN_MS} ms`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    check(operations) {
      const scheduled = operations.filter(({ executeAt }) => executeAt !== null);
      expect(scheduled.map(({ id }) => id).sort()).toEqual([...all.keys()].sort());
      for (const operation of scheduled) expectEnd(operation, all.get(operation.id)!, cancels.get(operation.id) ?? 0);
      const placed = scheduled.filter(({ seq }) => seq !== null);
      expectInOrder(placed, all);
      return new Map(
        placed.map(({ id, executeAt, committedAt }) => [
          id,
          {
            sentAt: Number(executeAt! / 1_000n) - CLOCKS_MS,
            answeredAt: Number(committedAt! / 1_000n) + CLOCKS_MS,
          },
        ]),
      );
    },
  };
}

function expectEnd(operation: Committed, { executeAt }: Scheduled, cancelled: number): void {
  const { id, rejection, seq, committedAt } = operation;
  const wasQueued = seq !== null;
  if (operation.executeAt !== BigInt(Date.parse(executeAt)) * 1_000n)
    throw new Error(`operation ${id} was scheduled for ${executeAt}, and is recorded for ${operation.executeAt}`);
  if (cancelled > 1) throw new Error(`operation ${id} was cancelled ${cancelled} times`);
  if ((cancelled === 1) !== (rejection === 'cancelled') || wasQueued === (rejection === 'cancelled'))
    throw new Error(`operation ${id} was answered as cancelled ${cancelled} times, its place is ${seq}: ${rejection}`);
  if (wasQueued && committedAt! < operation.executeAt)
    throw new Error(`operation ${id} was applied at ${committedAt}, before its moment ${operation.executeAt}`);
}

/** Of each wallet, by their places. */
function expectInOrder(placed: readonly Committed[], all: ReadonlyMap<string, Scheduled>): void {
  const latest = new Map<string, Committed>();
  for (const operation of placed.toSorted((a, b) => (a.seq! < b.seq! ? -1 : 1))) {
    const before = latest.get(operation.wallet);
    latest.set(operation.wallet, operation);
    if (before === undefined || before.executeAt! <= operation.executeAt!) continue;
    if (all.get(operation.id)!.answeredAt + CLOCKS_MS < Number(before.executeAt! / 1_000n))
      throw new Error(`operation ${operation.id} stands behind ${before.id}, which was due later`);
  }
}
