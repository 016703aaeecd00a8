/** The most calls that wait for a group at once. */
const WAITING_LIMIT = 10_000;

/** Too many calls wait already. Nothing was done for this one. */
export class Overloaded extends Error {}

/**
 * Collects calls that come while an earlier group is under way, and hands them over as the next group. No timer: alone, a
 * call goes at once; under load, groups grow with it. Groups are worked on one after the other, in the order of calls.
 *
 * @param work gets 1 to `limit` items and answers for each, in their order; if it throws, every call of the group does.
 * The function made rejects with `Overloaded` when 10,000 calls wait.
 */
export function inGroups<Item, Answer>(
  limit: number,
  work: (items: readonly Item[]) => Promise<readonly Answer[]>,
): (item: Item) => Promise<Answer> {
  let waiting: { item: Item; resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] = [];
  let busy = false;

  async function run(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const group = waiting.slice(0, limit);
      waiting = waiting.slice(limit);
      try {
        const answers = await work(group.map((call) => call.item));
        group.forEach((call, index) => {
          call.resolve(answers[index] as Answer);
        });
      } catch (error) {
        for (const call of group) call.reject(error);
      }
    }
    busy = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= WAITING_LIMIT) throw new Overloaded('too many requests wait already');
      waiting.push({ item, resolve, reject });
      if (!busy) void run();
    });
}
