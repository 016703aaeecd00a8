/**
 * Collects calls that come while an earlier group is under way, and hands them over as the next group. No timer: alone, a
 * call goes at once; under load, groups grow with it. Groups are worked on one after the other, in the order of calls. How many
 * may wait is for the caller to limit.
 *
 * @param work gets 1 to `limit` items and answers for each, in their order; if it throws, every call of the group does.
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
      waiting.push({ item, resolve, reject });
      if (!busy) void run();
    });
}
