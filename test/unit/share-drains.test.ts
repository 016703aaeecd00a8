import { setImmediate as settle } from 'node:timers/promises';
import type { Lane } from '@wallet/shared/queue/doorbell';
import type { PartitionState } from '@wallet/worker/drain/drain-partitions';
import { shareDrains } from '@wallet/worker/drain/share-drains';

/** The started transactions, in order; each ends when it is told to. */
interface Begun {
  readonly partitions: readonly number[];
  readonly lane: Lane;
  end(): void;
}

function startSharing(): { begun: Begun[]; drains: ReturnType<typeof shareDrains> } {
  const begun: Begun[] = [];
  const drains = shareDrains({
    drain: (partitions, lane) =>
      new Promise((resolve) => {
        const end = () => resolve(new Map(partitions.map((each) => [each, 'empty' satisfies PartitionState])));
        begun.push({ partitions, lane, end });
      }),
    transactions: (lane) => (lane === 'high' ? 1 : 2),
    rest: () => 0,
  });
  return { begun, drains };
}

const seen = (begun: readonly Begun[]) => begun.map(({ lane, partitions }) => [lane, ...partitions]);

describe('shareDrains', () => {
  it('combines requests that arrive at the same moment', async () => {
    const { begun, drains } = startSharing();
    const joined = [drains.join(1, 'high'), drains.join(2, 'high')];
    await settle();
    expect(seen(begun)).toEqual([['high', 1, 2]]);
    begun[0]!.end();
    await Promise.all(joined);
    await drains.stop();
  });

  it('makes the high lane wait for no transaction of the bulk lane but that in its partition', async () => {
    const { begun, drains } = startSharing();
    const joined = [drains.join(1, 'bulk'), drains.join(2, 'bulk')];
    await settle();
    joined.push(drains.join(3, 'high'), drains.join(1, 'high'));
    await settle();
    expect(seen(begun)).toEqual([
      ['bulk', 1],
      ['bulk', 2],
      ['high', 3],
    ]);
    for (const each of begun) each.end();
    await Promise.all(joined.slice(0, 3));
    await settle();
    expect(seen(begun).slice(3)).toEqual([['high', 1]]);
    begun[3]!.end();
    expect(await Promise.all(joined)).toEqual(['empty', 'empty', 'empty', 'empty']);
    await drains.stop();
  });

  it('combines requests that arrive meanwhile, the high lane first in a partition', async () => {
    const { begun, drains } = startSharing();
    const first = drains.join(1, 'high');
    await settle();
    const joined = [drains.join(2, 'high'), drains.join(3, 'high'), drains.join(2, 'high'), drains.join(2, 'bulk')];
    begun[0]!.end();
    await first;
    await settle();
    expect(seen(begun)).toEqual([
      ['high', 1],
      ['high', 2, 3],
    ]);
    begun[1]!.end();
    await joined[0];
    await settle();
    expect(seen(begun).at(-1)).toEqual(['bulk', 2]);
    begun[2]!.end();
    await Promise.all(joined);
    await drains.stop();
    expect(await drains.join(1, 'high')).toBe('busy');
  });
});
