import type { Batch } from '../api/resources.ts';
import { showCount } from '../format/words.ts';
import { percentOf } from './progress.ts';

/** How far a batch is: what succeeded, what failed, and the rest. */
export function ProgressBar({ batch, isLarge = false }: { batch: Batch; isLarge?: boolean }) {
  const { id, total, succeeded, failed, pending } = batch;
  const percent = percentOf(batch);
  const share = (count: number): number => (total === 0 ? 0 : (100 * count) / total);
  return (
    <div className={isLarge ? 'progress progress-large' : 'progress'}>
      <svg
        role="progressbar"
        aria-label={`Progress of batch ${id}`}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuetext={`${percent} %: ${showCount(succeeded)} succeeded, ${showCount(failed)} failed, ${showCount(pending)} pending`}
        viewBox="0 0 100 4"
        preserveAspectRatio="none"
      >
        <rect className="bar-rest" width="100" height="4" />
        <rect className="bar-good" width={share(succeeded)} height="4" />
        <rect className="bar-bad" x={share(succeeded)} width={share(failed)} height="4" />
      </svg>
      <span>{percent} %</span>
    </div>
  );
}
