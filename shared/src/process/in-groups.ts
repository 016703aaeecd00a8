import { gather } from './gather.ts';

interface Call<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes a function whose calls are processed in groups, in the order of calls: calls during a group form the next one.
 * @param work gets 1 to `limit` items and returns a result for each, in order; if it throws, every call of the group
 * does.
 */
export function inGroups<Item, Answer>(
  limit: number,
  work: (items: readonly Item[]) => Promise<readonly Answer[]>,
): (item: Item) => Promise<Answer> {
  const calls = gather<Call<Item, Answer>>(
    async (group) => {
      try {
        const answers = await work(group.map((call) => call.item));
        group.forEach((call, index) => {
          call.resolve(answers[index] as Answer);
        });
      } catch (error) {
        for (const call of group) call.reject(error);
      }
    },
    { limit },
  );
  return (item) =>
    new Promise((resolve, reject) => {
      calls.add([{ item, resolve, reject }]);
    });
}
