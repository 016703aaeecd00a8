import { z } from 'zod';

/**
 * The tracing interface of the program. OpenTelemetry is behind it, and is loaded only if `OTEL_EXPORTER_OTLP_ENDPOINT`
 * is set: without it a process has no `Tracing`, and starting a span does nothing.
 */
export interface Tracing {
  /** Starts a span; null if it is not sampled. A span that is never ended is not exported. */
  start(span: NewSpan): Span | null;
  /** Exports ended spans, for a few seconds at most. */
  stop(): Promise<void>;
}

export interface NewSpan {
  readonly name: string;
  readonly kind: 'server' | 'producer' | 'internal' | 'consumer' | 'client';
  /** The parent span, in W3C Trace Context form. Other text counts as none. */
  readonly parent?: string | undefined;
  readonly startedAt?: Date;
  /** Named after OpenTelemetry's semantic conventions if they have a name. Evaluated only if the span is sampled. */
  readonly attributes: () => SpanAttributes;
}

export type SpanAttributes = Readonly<Record<string, string | number>>;

export interface Span {
  /** The W3C `traceparent` for children of this span. */
  readonly traceparent: string;
  readonly end: (result?: {
    /** Replaces the name from the start. */
    readonly name?: string;
    readonly attributes?: SpanAttributes;
    /** Whether the traced work failed: a business "no" is not a failure. */
    readonly isError?: boolean;
    readonly endedAt?: Date;
  }) => void;
}

export const tracingSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, message: 'must be the http:// or https:// URL of a collector' })
    .optional(),
};

/** The trace of a span, for the log. */
export function traceIdOf(traceparent: string): string {
  return traceparent.split('-')[1] ?? '';
}
