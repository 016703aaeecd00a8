import { boundsOfBatch, lineId, newBatchId, positionOf } from '@wallet/shared/words/batch';
import { canonicalUuid } from '@wallet/shared/words/ids';

it('the ids of lines are uuids of version 7, in the order of partitions and lines', () => {
  const batch = newBatchId(Date.UTC(2026, 0, 1));
  const ids = [0, 7, 1022].flatMap((partition) =>
    [1, 2, 1_000_000].map((position) => lineId(batch, partition, position)),
  );
  const [first, last] = boundsOfBatch(batch);
  expect([first, ...ids, last].toSorted()).toEqual([first, ...ids, last]);
  for (const id of [batch, ...ids]) {
    expect(canonicalUuid(id)).toBe(id);
    expect(id).toMatch(/^019b76da-a800-7...-[89ab]/);
  }
  expect(positionOf(lineId(batch, 3, 1_000_000))).toBe(1_000_000);
});
