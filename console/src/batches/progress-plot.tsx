import { useEffect, useState } from 'react';
import type { Batch } from '../api/resources.ts';
import { showCount } from '../format/words.ts';
import { Plot } from '../parts/plot.tsx';
import { type Sample, addSample } from './progress.ts';

/** What ended of a batch over time: from its start, which is known, and since it has been looked at. */
export function ProgressPlot({ batch }: { batch: Batch }) {
  const samples = useSamples(batch);
  if (samples.length < 2) return null;
  return (
    <Plot
      title="Progress"
      unit="lines that ended"
      summary={`${showCount(batch.succeeded)} succeeded and ${showCount(batch.failed)} failed of ${showCount(batch.total)}.`}
      times={samples.map(({ time }) => time)}
      series={[
        { label: 'succeeded', color: '--plot-2', values: samples.map(({ succeeded }) => succeeded), isFilled: true },
        { label: 'failed', color: '--plot-3', values: samples.map(({ failed }) => failed) },
      ]}
    />
  );
}

function useSamples({ started_at, finished_at, succeeded, failed }: Batch): readonly Sample[] {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => {
    if (started_at === null) return;
    const time = finished_at === null ? Date.now() / 1_000 : Date.parse(finished_at) / 1_000;
    // A sample is taken of each answer, when it comes: it cannot be computed from the last one.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setSamples((before) => {
      const begun = before.length > 0 ? before : [{ time: Date.parse(started_at) / 1_000, succeeded: 0, failed: 0 }];
      return addSample(begun, { time, succeeded, failed });
    });
  }, [started_at, finished_at, succeeded, failed]);
  return samples;
}
