import {
  type Context,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
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
import type { NewSpan, Span, SpanAttributes, Tracing } from './tracing.ts';

const KINDS = {
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  internal: SpanKind.INTERNAL,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
} as const satisfies Record<NewSpan['kind'], SpanKind>;

const PARENT_BASED = 'parentbased_';
const SAMPLERS = /^(parentbased_)?(always_on|always_off|traceidratio)$/;

/**
 * How long spans that have ended are gathered for the SDK, which takes several in a row in less time; and how many at
 * most, since it exports 512 at a time and drops what exceeds 2,048.
 */
const HAND_OVER_MS = 500;
const HAND_OVER_MOST = 256;

/** How long a stop waits for a collector. */
const STOP_MS = 2_000;

interface EndedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: SpanContext | null;
  readonly kind: SpanKind;
  readonly name: string;
  readonly attributes: SpanAttributes;
  /** Since 1970; with fractions if a clock without steps has measured it. */
  readonly startedMs: number;
  readonly endedMs: number;
  readonly isError: boolean;
}

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
  const { sampler, rootRatio, isParentBased } = readSampler();
  const ids = new RandomIdGenerator();
  const drawTraceId = (): string => (rootRatio === null ? ids.generateTraceId() : drawSampledId(rootRatio));
  let ended: EndedSpan[] = [];
  let timer: NodeJS.Timeout | undefined;
  /** The span that is handed over. */
  let current = { traceId: '', spanId: '' };
  const provider = new BasicTracerProvider({
    // Decided when the span was started.
    sampler: new AlwaysOnSampler(),
    idGenerator: { generateTraceId: () => current.traceId, generateSpanId: () => current.spanId },
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': options.service }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('wallet');
  const handOver = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const spans = ended;
    ended = [];
    for (const each of spans) {
      current = each;
      const { name, kind, attributes, startedMs: startTime } = each;
      const span = tracer.startSpan(name, { kind, attributes, startTime }, contextOf(each.parent));
      if (each.isError) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(each.endedMs);
    }
  };
  return {
    start({ name, kind, parent: traceparent, startedAt, attributes }) {
      const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
      // Most requests: to draw an id that the sampler then turns down takes five times as long.
      if (parent === null && rootRatio !== null && Math.random() >= rootRatio) return null;
      const traceId = parent?.traceId ?? drawTraceId();
      if (parent !== null && isParentBased) {
        if ((parent.traceFlags & TraceFlags.SAMPLED) === 0) return null;
      } else {
        const { decision } = sampler.shouldSample(contextOf(parent), traceId, name, KINDS[kind], {}, []);
        if (decision === SamplingDecision.NOT_RECORD) return null;
      }
      const spanId = ids.generateSpanId();
      const [startedMs, startedTick] = [startedAt?.getTime() ?? Date.now(), performance.now()];
      const now = (): number => (startedAt ? Date.now() : startedMs + performance.now() - startedTick);
      const given = attributes();
      return {
        traceparent: `00-${traceId}-${spanId}-01`,
        end(result = {}) {
          timer ??= setTimeout(handOver, HAND_OVER_MS).unref();
          ended.push({
            ...{ traceId, spanId, parent, kind: KINDS[kind], name: result.name ?? name },
            ...{ startedMs, endedMs: result.endedAt?.getTime() ?? now(), isError: result.isError ?? false },
            attributes: { ...given, ...result.attributes },
          });
          if (ended.length >= HAND_OVER_MOST) handOver();
        },
      } satisfies Span;
    },
    async stop() {
      handOver();
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
  /** Whether a span is sampled if its parent is. */
  readonly isParentBased: boolean;
}

/** The sampler that `OTEL_TRACES_SAMPLER` names, as the SDK makes it where it is given none. */
function readSampler(): Sampling {
  const wanted = getStringFromEnv('OTEL_TRACES_SAMPLER') ?? '';
  const name = SAMPLERS.test(wanted) ? wanted : `${PARENT_BASED}always_on`;
  const rootName = name.replace(PARENT_BASED, '');
  const given = getNumberFromEnv('OTEL_TRACES_SAMPLER_ARG') ?? 1;
  const rootRatio = rootName === 'traceidratio' ? Math.min(Math.max(given, 0), 1) : null;
  const root = rootSampler(rootName, rootRatio ?? 1);
  const isParentBased = name.startsWith(PARENT_BASED);
  return { sampler: isParentBased ? new ParentBasedSampler({ root }) : root, rootRatio, isParentBased };
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

function contextOf(parent: SpanContext | null): Context {
  return parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
}
