import type { LogError } from './log-errors.ts';
import type { Tracing } from './tracing.ts';

/** Loads the tracing code if there is an endpoint to export to; otherwise this costs nothing. */
export async function loadTracing(options: {
  readonly endpoint: string | undefined;
  /** The name of the process, unless `OTEL_SERVICE_NAME` sets another. */
  readonly service: string;
  readonly onError: LogError;
}): Promise<Tracing | null> {
  const { endpoint, ...others } = options;
  if (endpoint === undefined) return null;
  const { createTracing } = await import('./open-telemetry.ts');
  return createTracing({ ...others, endpoint });
}
