import type { Problem, ProblemDetail } from './resources.ts';

/** Why the API refused a request, in the words of its problem document (RFC 9457). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly title: string;
  /** `unknown` where there was no answer, or a proxy answered. */
  readonly code: Problem['code'] | 'unknown';
  readonly requestId: string | null;
  readonly errors: readonly ProblemDetail[];

  constructor(status: number, body: Partial<Problem>) {
    super(body.detail ?? body.title ?? `The API answered with status ${status}.`);
    this.status = status;
    this.title = body.title ?? 'The request failed';
    this.code = body.code ?? 'unknown';
    this.requestId = body.request_id ?? null;
    this.errors = body.errors ?? [];
  }
}
