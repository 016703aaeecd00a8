import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, isSpanContextValid, trace } from '@opentelemetry/api';
import { getNumberFromEnv, getStringFromEnv, parseTraceParent, setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  RandomIdGenerator,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import type { LogError } from './log-errors.ts';
import type { NewSpan, Span, Tracing } from './tracing.ts';

const KINDS = {
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  internal: SpanKind.INTERNAL,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
} as const satisfies Record<NewSpan['kind'], SpanKind>;

const PARENT_BASED = 'parentbased_';
const SAMPLERS = /^(parentbased_)?(always_on|always_off|traceidratio)$/;

/** How long a stop waits for a collector. */
const STOP_MS = 2_000;

/**
 * Exports spans as OTLP over HTTP, in JSON. OpenTelemetry's own variables configure sampling, limits, batches and
 * headers (`OTEL_TRACES_SAMPLER` and the others). Spans are passed explicitly: every request would pay for the
 * bookkeeping of a context manager. No span is created for a request that is not sampled, as the SDK would do.
 */
export function createTracing(options: {
  readonly endpoint: string;
  readonly service: string;
  readonly onError: LogError;
}): Tracing {
  setGlobalErrorHandler((error) => {
    options.onError(error);
  });
  const exporter = new OTLPTraceExporter({ url: `${options.endpoint.replace(/\/+$/, '')}/v1/traces` });
  const { sampler, rootRatio } = readSampler();
  const ids = new RandomIdGenerator();
  const drawTraceId = (): string => (rootRatio === null ? ids.generateTraceId() : drawSampledId(rootRatio));
  let traceId = drawTraceId();
  const provider = new BasicTracerProvider({
    sampler,
    // The span for which sampling was decided.
    idGenerator: { generateTraceId: () => traceId, generateSpanId: () => ids.generateSpanId() },
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': options.service }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('wallet');
  return {
    start({ name, kind, parent, startedAt, attributes }) {
      const context = contextOf(parent);
      // Most requests: to draw an id that the sampler then turns down takes five times as long.
      if (context === ROOT_CONTEXT && rootRatio !== null && Math.random() >= rootRatio) return null;
      traceId = trace.getSpanContext(context)?.traceId ?? drawTraceId();
      const { decision } = sampler.shouldSample(context, traceId, name, KINDS[kind], {}, []);
      if (decision === SamplingDecision.NOT_RECORD) return null;
      const options = { kind: KINDS[kind], attributes: attributes(), ...(startedAt && { startTime: startedAt }) };
      const span = tracer.startSpan(name, options, context);
      return {
        traceparent: `00-${span.spanContext().traceId}-${span.spanContext().spanId}-01`,
        end(result = {}) {
          if (result.name !== undefined) span.updateName(result.name);
          if (result.attributes !== undefined) span.setAttributes(result.attributes);
          if (result.isError) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end(result.endedAt);
        },
      } satisfies Span;
    },
    async stop() {
      const stopped = provider.shutdown().catch(options.onError);
      let late: NodeJS.Timeout | undefined;
      await Promise.race([
        stopped,
        new Promise((resolve) => {
          late = setTimeout(resolve, STOP_MS);
        }),
      ]);
      clearTimeout(late);
    },
  };
}

interface Sampling {
  readonly sampler: Sampler;
  /** The share of the traces begun here that the sampler keeps, if it goes by a share. */
  readonly rootRatio: number | null;
}

/** The sampler that `OTEL_TRACES_SAMPLER` names, as the SDK makes it where it is given none. */
function readSampler(): Sampling {
  const wanted = getStringFromEnv('OTEL_TRACES_SAMPLER') ?? '';
  const name = SAMPLERS.test(wanted) ? wanted : `${PARENT_BASED}always_on`;
  const rootName = name.replace(PARENT_BASED, '');
  const given = getNumberFromEnv('OTEL_TRACES_SAMPLER_ARG') ?? 1;
  const rootRatio = rootName === 'traceidratio' ? Math.min(Math.max(given, 0), 1) : null;
  const root = rootSampler(rootName, rootRatio ?? 1);
  return { sampler: name.startsWith(PARENT_BASED) ? new ParentBasedSampler({ root }) : root, rootRatio };
}

function rootSampler(name: string, ratio: number): Sampler {
  if (name === 'always_off') return new AlwaysOffSampler();
  if (name === 'traceidratio') return new TraceIdRatioBasedSampler(ratio);
  return new AlwaysOnSampler();
}

/**
 * A trace id that `TraceIdRatioBasedSampler` keeps, as do all services that sample by the same share: its four words, XORed, are
 * below that share of their range.
 */
function drawSampledId(ratio: number): string {
  const [first, second, third] = [drawWord(), drawWord(), drawWord()];
  const last = (first ^ second ^ third ^ drawWord(ratio)) >>> 0;
  return [first, second, third, last].map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** 32 random bits, of the lowest share of them. */
function drawWord(ratio = 1): number {
  return Math.floor(Math.random() * ratio * 0xffffffff);
}

function contextOf(traceparent: string | undefined): Context {
  const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
  if (parent === null || !isSpanContextValid(parent)) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
}
