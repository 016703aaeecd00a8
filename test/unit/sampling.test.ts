import { loadTracing } from '@wallet/shared/process/load-tracing';
import type { Span, Tracing } from '@wallet/shared/process/tracing';

/** Tracing follows OpenTelemetry's variables, and an untraced span costs nothing to describe. */
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const TRACED = `00-${TRACE}-b7ad6b7169203331-01`;
const UNTRACED = `00-${TRACE}-b7ad6b7169203331-00`;

afterEach(() => {
  delete process.env['OTEL_TRACES_SAMPLER'];
  delete process.env['OTEL_TRACES_SAMPLER_ARG'];
});

const trace = async (): Promise<Tracing> =>
  (await loadTracing({ endpoint: 'http://127.0.0.1:1', service: 'test', onError: () => undefined }))!;

/** Starts a span that is never ended, and so not exported. */
async function begin(parent: string | undefined, sampler: string, ratio?: string): Promise<Span | null> {
  process.env['OTEL_TRACES_SAMPLER'] = sampler;
  if (ratio !== undefined) process.env['OTEL_TRACES_SAMPLER_ARG'] = ratio;
  const tracing = await trace();
  let described = 0;
  const span = tracing.start({ name: 'test', kind: 'server', parent, attributes: () => ({ described: ++described }) });
  expect(described).toBe(span === null ? 0 : 1);
  await tracing.stop();
  return span;
}

it.each<[sampler: string, ratio: string | undefined, alone: boolean, traced: boolean, untraced: boolean]>([
  ['', undefined, true, true, false],
  ['of no kind', undefined, true, true, false],
  ['always_on', undefined, true, true, true],
  ['always_off', undefined, false, false, false],
  ['traceidratio', '0', false, false, false],
  ['traceidratio', '1', true, true, true],
  ['traceidratio', undefined, true, true, true],
  ['parentbased_always_on', undefined, true, true, false],
  ['parentbased_always_off', undefined, false, true, false],
  ['parentbased_traceidratio', '0', false, true, false],
])(
  '%s %s: a request without a trace, of a sampled one, and of one that is not',
  async (sampler, ratio, ...expected) => {
    const spans = [];
    for (const parent of [undefined, TRACED, UNTRACED]) spans.push(await begin(parent, sampler, ratio));
    expect(spans.map((span) => span !== null)).toEqual(expected);
  },
);

it('a span is part of the trace that its caller names, or of one of its own', async () => {
  const tracing = await trace();
  const ids = [TRACED, undefined, undefined].map((parent) => {
    const span = tracing.start({ name: 'test', kind: 'server', parent, attributes: () => ({}) });
    return span?.traceparent.split('-')[1];
  });
  await tracing.stop();
  expect(ids[0]).toBe(TRACE);
  expect(new Set(ids).size).toBe(3);
});
