import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, isSpanContextValid, trace } from '@opentelemetry/api';
import { parseTraceParent, setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { LogError } from './log-errors.ts';
import type { NewSpan, Span, Tracing } from './tracing.ts';

const KINDS = {
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  internal: SpanKind.INTERNAL,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
} as const satisfies Record<NewSpan['kind'], SpanKind>;

/** What a stop waits for a collector. */
const STOP_MS = 2_000;

/**
 * Exports spans as OTLP over HTTP, in JSON. Sampling, limits, batches and headers are set by OpenTelemetry's own variables
 * (`OTEL_TRACES_SAMPLER` and the others), which its SDK reads. Spans are handed on explicitly: there is no context manager, whose
 * bookkeeping every request would pay for.
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
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': options.service }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('wallet');
  return {
    start({ name, kind, parent, startedAt, attributes }) {
      const span = tracer.startSpan(
        name,
        { kind: KINDS[kind], attributes, ...(startedAt && { startTime: startedAt }) },
        contextOf(parent),
      );
      if (!span.isRecording()) return null;
      const { traceId, spanId } = span.spanContext();
      return {
        traceparent: `00-${traceId}-${spanId}-01`,
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

function contextOf(traceparent: string | undefined): Context {
  const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
  if (parent === null || !isSpanContextValid(parent)) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
}
