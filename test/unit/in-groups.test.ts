import { inGroups } from '@wallet/shared/process/in-groups';

describe('inGroups', () => {
  it('works on calls in order, at most `limit` together, one group at a time', async () => {
    const groups: number[][] = [];
    let underWay = 0;
    const double = inGroups<number, number>(4, async (items) => {
      underWay += 1;
      expect(underWay).toBe(1);
      groups.push([...items]);
      await Promise.resolve();
      underWay -= 1;
      return items.map((item) => item * 2);
    });
    const answers = await Promise.all([1, 2, 3, 4, 5, 6, 7].map(double));
    expect(answers).toEqual([2, 4, 6, 8, 10, 12, 14]);
    expect(groups).toEqual([[1], [2, 3, 4, 5], [6, 7]]);
  });

  it('fails the group that failed and runs the next', async () => {
    const work = inGroups<number, number>(1, (items) =>
      items[0] === 2 ? Promise.reject(new Error('two')) : Promise.resolve(items),
    );
    const results = await Promise.allSettled([1, 2, 3].map(work));
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
