import { setTimeout as delay } from 'node:timers/promises';
import type { Lane } from '@wallet/shared/queue/doorbell';
import type { Flow } from './flow.ts';
import type { SharedDrains } from './share-drains.ts';

/** A ring is answered for at most this long, then rung again: so the partitions take turns. */
const TURN_MS = 1_000;
/** If another worker drains the partition, look again after this, because it may have read before our ring. */
const BUSY_MS = 10;

export interface Answers {
  /**
   * Drains the partition until nothing of the lane is pending, or its turn is over. @throws the error of a failed
   * drain.
   */
  readonly answer: (partition: number, lane: Lane) => Promise<void>;
  /** From now on a turn ends with its current drain. */
  stop(): void;
}

/** `ringAgain` is called for partitions that were not finished in one turn. */
export function answerRings(options: {
  drains: Pick<SharedDrains, 'join'>;
  flow: Flow;
  ringAgain: (partition: number, lane: Lane) => Promise<void>;
}): Answers {
  const { drains, flow, ringAgain } = options;
  let stopped = false;
  return {
    async answer(partition, lane) {
      const turnEnds = performance.now() + TURN_MS;
      const isOver = (): boolean => stopped || performance.now() > turnEnds;
      while (!stopped) {
        const state = await drains.join(partition, lane);
        if (state === 'broken') return;
        if (state === 'empty') {
          if (lane === 'bulk' || !flow.isOn() || isOver()) return;
          await flow.gather();
        } else {
          if (isOver()) break;
          if (state === 'busy') await delay(BUSY_MS);
        }
      }
      await ringAgain(partition, lane);
    },
    stop() {
      stopped = true;
    },
  };
}
