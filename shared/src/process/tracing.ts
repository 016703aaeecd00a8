import { z } from 'zod';

/**
 * Traces, as the rest of the program sees them. OpenTelemetry is behind this, and is loaded only where
 * `OTEL_EXPORTER_OTLP_ENDPOINT` is set: without it a process has no `Tracing`, and whatever would begin a span does nothing.
 */
export interface Tracing {
  /** Begins a span; null if it is not sampled. One that is never ended is not exported. */
  start(span: NewSpan): Span | null;
  /** Exports what has ended, for a few seconds at most. */
  stop(): Promise<void>;
}

export interface NewSpan {
  readonly name: string;
  readonly kind: 'server' | 'producer' | 'internal' | 'consumer' | 'client';
  /** The span that it is part of, as W3C Trace Context writes it. What is not of that form counts as none. */
  readonly parent?: string | undefined;
  readonly startedAt?: Date;
  /** By OpenTelemetry's semantic conventions where they have a name. Asked for only if the span is sampled. */
  readonly attributes: () => SpanAttributes;
}

export type SpanAttributes = Readonly<Record<string, string | number>>;

export interface Span {
  /** For what is part of this span: a W3C `traceparent`. */
  readonly traceparent: string;
  readonly end: (result?: {
    /** A better one than at the start. */
    readonly name?: string;
    readonly attributes?: SpanAttributes;
    /** Whether what the span is about failed: a business "no" did not. */
    readonly isError?: boolean;
    readonly endedAt?: Date;
  }) => void;
}

export const tracingSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, message: 'must be the http:// or https:// URL of a collector' })
    .optional(),
};

/** The trace that a span is part of, for the log. */
export function traceIdOf(traceparent: string): string {
  return traceparent.split('-')[1] ?? '';
}
