import { loadTracing } from '@wallet/shared/process/load-tracing';
import type { Tracing } from '@wallet/shared/process/tracing';
import { setImmediate as turn } from 'node:timers/promises';
import { startCollector } from '../support/collector.ts';

const DRAWN = 20_000;
const SPAN = { name: 'GET', kind: 'server', attributes: () => ({}) } as const;

async function withSampler<T>(sampler: string, share: string, use: (tracing: Tracing) => T): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: share });
  const tracing = await loadTracing({ endpoint: 'http://127.0.0.1:9', service: 'test', onError: () => undefined });
  if (tracing === null) throw new Error('there is no tracing');
  try {
    return use(tracing);
  } finally {
    process.env = before;
    await tracing.stop();
  }
}

function countSampled(tracing: Tracing, parent?: string): number {
  return Array.from({ length: DRAWN }, () => tracing.start({ ...SPAN, parent })).filter((span) => span !== null).length;
}

it.each([0, 0.02, 0.25, 1])('a share of %d of the traces that begin here is sampled', async (share) => {
  const sampled = await withSampler('parentbased_traceidratio', String(share), countSampled);
  // Six standard deviations: by chance, one run in a billion is further off.
  const allowed = 6 * Math.sqrt(DRAWN * share * (1 - share));
  expect(Math.abs(sampled - share * DRAWN)).toBeLessThanOrEqual(allowed);
});

it('what belongs to a trace follows its caller, whatever the share', async () => {
  const [id, span] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
  expect(
    await withSampler('parentbased_traceidratio', '0', (tracing) => countSampled(tracing, `00-${id}-${span}-01`)),
  ).toBe(DRAWN);
  expect(
    await withSampler('parentbased_traceidratio', '1', (tracing) => countSampled(tracing, `00-${id}-${span}-00`)),
  ).toBe(0);
});

it('many spans that end at once are exported without waiting for a timer', async () => {
  const collector = await startCollector();
  const { url: endpoint } = collector;
  const tracing = await loadTracing({ endpoint, service: 'test', onError: () => undefined });
  // Time stands still.
  const setTimeout = jest.spyOn(globalThis, 'setTimeout').mockImplementation(() => ({ unref: () => null }) as never);
  try {
    for (let count = 0; count < 600; count += 1) tracing!.start(SPAN)!.end();
    const deadline = Date.now() + 10_000;
    while (collector.spans.length < 512 && Date.now() < deadline) await turn();
    expect(collector.spans).toHaveLength(512);
  } finally {
    setTimeout.mockRestore();
    await tracing!.stop();
    await collector.stop();
  }
}, 20_000);
