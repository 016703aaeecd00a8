import { type Problem, type Progress, type Refusal, WalletApiError, WalletConnectionError } from './errors.ts';

/** Why one attempt failed. `foreign`: something answered that is not the service, and will again. */
export type Failure =
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly retryAfterMs: number }
  | { readonly kind: 'lost'; readonly reason: string; readonly cause: unknown }
  | { readonly kind: 'foreign'; readonly reason: string; readonly cause: unknown; readonly status: number };

/** Refusals that come before anything is done. */
const NOTHING_DONE = new Set<string>(['overloaded', 'webhooks_not_configured', 'batch_in_progress']);
/** Node's codes of connections that were never made. Browsers do not say. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** Whether the same request may be answered otherwise soon. */
export function isPassing(failure: Failure): boolean {
  if (failure.kind !== 'refused') return failure.kind === 'lost';
  const { status, problem } = failure.refusal;
  if (problem?.code === 'webhooks_not_configured') return false;
  return status === 408 || status === 429 || status >= 500 || problem?.code === 'batch_in_progress';
}

/** Whether the service may have done what was asked. */
export function mayHaveHappened(failure: Failure): boolean {
  if (failure.kind === 'lost') return !NOT_CONNECTED.has(codeOf(failure.cause));
  if (failure.kind === 'foreign') return true;
  const { status, problem } = failure.refusal;
  return status >= 500 && !NOTHING_DONE.has(problem?.code ?? '');
}

function codeOf(error: unknown): string {
  const cause = causeOf(error);
  return isObject(cause) && 'code' in cause ? String(cause.code) : '';
}

/** Why `fetch` failed, which it says in the cause of its error. Errors can be of another realm, so their class says nothing. */
export function causeOf(error: unknown): unknown {
  return isObject(error) && 'cause' in error && isObject(error.cause) ? error.cause : error;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function toError(failure: Failure, progress: Progress): WalletApiError | WalletConnectionError {
  if (failure.kind === 'refused') return new WalletApiError(failure.refusal, progress);
  const { reason, cause } = failure;
  return new WalletConnectionError(reason, progress, {
    cause,
    status: failure.kind === 'foreign' ? failure.status : null,
  });
}

/** Reads an answer that says no. A proxy may answer in words of its own. */
export async function readRefusal(response: Response): Promise<Failure> {
  const text = await response.text();
  const requestId = response.headers.get('X-Request-Id');
  const retryAfterMs = readRetryAfter(response.headers.get('Retry-After'));
  return { kind: 'refused', refusal: { status: response.status, problem: readProblem(text), requestId }, retryAfterMs };
}

function readProblem(text: string): Problem | null {
  try {
    const said = JSON.parse(text) as Partial<Problem> | null;
    return typeof said?.code === 'string' && typeof said.detail === 'string' ? (said as Problem) : null;
  } catch {
    return null;
  }
}

/** Seconds, or a date (RFC 9110, section 10.2.3). */
function readRetryAfter(header: string | null): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
