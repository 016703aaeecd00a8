import type { Minute } from '../api/resources.ts';
import { showSeconds } from '../format/time.ts';
import { showCount, showRate } from '../format/words.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { Plot } from '../parts/plot.tsx';
import { failureShare, fillMinutes, perSecond } from './minutes.ts';

/** Rates, lag and failures, minute by minute. */
export function LastHour({ minutes }: { minutes: readonly Minute[] }) {
  if (minutes.length === 0) {
    return (
      <EmptyState title="There are no samples of the last hour.">
        <p>Workers record one each minute while they run. Plots appear with the first.</p>
      </EmptyState>
    );
  }
  const filled = fillMinutes(minutes);
  const times = filled.map(({ time }) => time);
  const column = (pick: (minute: Minute) => number | null): (number | null)[] =>
    filled.map(({ minute }) => (minute === null ? null : pick(minute)));
  const accepted = column((minute) => perSecond(minute.accepted));
  const lag = column((minute) => minute.oldest_age_seconds);
  const failures = column(failureShare);
  const waiting = column((minute) => minute.pending);
  return (
    <div className="plots">
      <Plot
        title="Operations"
        unit="per second"
        summary={`Accepted: at most ${showRate(highest(accepted))} a second.`}
        times={times}
        series={[
          { label: 'accepted', color: '--plot-1', values: accepted },
          { label: 'succeeded', color: '--plot-2', values: column((minute) => perSecond(minute.succeeded)) },
          { label: 'failed', color: '--plot-3', values: column((minute) => perSecond(minute.failed)) },
        ]}
      />
      <Plot
        title="Lag"
        unit="seconds, oldest pending operation"
        summary={`At most ${showSeconds(highest(lag))}.`}
        times={times}
        series={[{ label: 'lag', color: '--plot-4', values: lag, isFilled: true }]}
      />
      <Plot
        title="Failed"
        unit="% of completed operations"
        summary={`At most ${showRate(highest(failures))} percent.`}
        times={times}
        series={[{ label: 'failed', color: '--plot-3', values: failures, isFilled: true }]}
      />
      <Plot
        title="Waiting"
        unit="operations and lines"
        summary={`At most ${showCount(highest(waiting))}.`}
        times={times}
        series={[{ label: 'waiting', color: '--plot-1', values: waiting, isFilled: true }]}
      />
    </div>
  );
}

function highest(values: readonly (number | null)[]): number {
  return Math.max(0, ...values.filter((value) => value !== null));
}
