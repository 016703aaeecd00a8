import { newId } from '@wallet/shared/words/ids';
import { partitionOf } from '@wallet/shared/words/partition';

describe('partitionOf', () => {
  it('never changes for a wallet', () => {
    expect(partitionOf('a11ce000-0000-4000-8002-000000000004', 16)).toBe(6);
    expect(partitionOf('b0b00000-0000-4000-8002-000000000001', 16)).toBe(
      partitionOf('b0b00000-0000-4000-8002-000000000001', 16),
    );
  });

  it('spreads wallets evenly, also those with consecutive ids', () => {
    for (const idOf of [newId, (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`]) {
      const counts = new Array<number>(16).fill(0);
      for (let n = 0; n < 16_000; n += 1) counts[partitionOf(idOf(n), 16)]! += 1;
      expect(Math.min(...counts)).toBeGreaterThan(800);
      expect(Math.max(...counts)).toBeLessThan(1_200);
    }
  });
});
