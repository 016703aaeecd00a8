/** Why the API refused a request, in the words of its problem document (RFC 9457). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly title: string;
  readonly code: string;
  readonly requestId: string | null;
  readonly errors: readonly ProblemDetail[];

  constructor(status: number, body: Partial<ProblemBody>) {
    super(body.detail ?? body.title ?? `The API answered with status ${status}.`);
    this.status = status;
    this.title = body.title ?? 'The request failed';
    this.code = body.code ?? 'unknown';
    this.requestId = body.request_id ?? null;
    this.errors = body.errors ?? [];
  }
}

/** What is wrong with a field of a request, or of a line of a batch. */
export interface ProblemDetail {
  readonly path?: string;
  readonly line?: number;
  readonly field?: string;
  readonly message: string;
}

interface ProblemBody {
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly request_id: string;
  readonly errors: readonly ProblemDetail[];
}
