import { withQuery } from '../url/query.ts';
import type { Answer, Method, PathOf, QueryValue, Request } from './document.ts';
import { ApiProblem } from './problem.ts';
import type { Problem } from './resources.ts';

export interface ApiClient {
  /** @returns the JSON of the answer, null where it has none. @throws ApiProblem if the API refuses. */
  ask<M extends Method, P extends PathOf<M>>(method: M, path: P, request: Request<P, M>): Promise<Answer<P, M>>;
  /** Saves what the API answers as a CSV file of that name. */
  saveCsv<P extends PathOf<'get'>>(path: P, request: Request<P, 'get'>, fileName: string): Promise<void>;
}

/** A request without what the document says about it. */
interface Sent {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly csv?: Blob;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** Where the API is, as seen from the page: whatever a proxy puts before `/console`, it puts before the API too. */
const API_BASE = new URL('../api/v1/', document.baseURI);

/** The key that requests are sent with; null while there are no keys. */
export interface Credentials {
  token(): string | null;
  /** Sends what follows with this key. */
  adopt(token: string): void;
}

export function createCredentials(initial: string | null): Credentials {
  let token = initial;
  return {
    token: () => token,
    adopt(next) {
      token = next;
    },
  };
}

/** Sends requests with the key of the credentials. `onUnauthorized` is called when the API does not accept the key. */
export function createClient(credentials: Credentials, onUnauthorized?: () => void): ApiClient {
  async function send(method: Method, path: string, sent: Sent, accept: string): Promise<Response> {
    const { body, csv, idempotencyKey, signal } = sent;
    const token = credentials.token();
    const response = await fetch(new URL(toPath(path, sent), API_BASE), {
      method: method.toUpperCase(),
      headers: {
        Accept: accept,
        ...(token !== null && { Authorization: `Bearer ${token}` }),
        ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
        ...(csv !== undefined && { 'Content-Type': 'text/csv' }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      body: csv ?? (body === undefined ? null : JSON.stringify(body)),
      signal: signal ?? null,
      // A key goes with each request; nothing else does.
      credentials: 'omit',
      redirect: 'error',
    }).catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw new ApiProblem(0, { title: 'The API cannot be reached', detail: 'Check that it runs, then try again.' });
    });
    if (response.ok) return response;
    if (response.status === 401) onUnauthorized?.();
    throw new ApiProblem(response.status, await readProblem(response));
  }

  return {
    // The document says what the JSON is; nothing at run time does.
    async ask(method: Method, path: string, sent: Sent) {
      const response = await send(method, path, sent, 'application/json');
      return (response.status === 204 ? null : await response.json()) as never;
    },
    async saveCsv(path: string, sent: Sent, fileName) {
      const response = await send('get', path, sent, 'text/csv');
      const url = URL.createObjectURL(await response.blob());
      const link = document.createElement('a');
      link.href = url;
      link.download = fileName;
      link.click();
      URL.revokeObjectURL(url);
    },
  };
}

/** The path of a request below the base of the API, with its parameters and its query. */
function toPath(path: string, { params, query }: Sent): string {
  const values = (params ?? {}) as Readonly<Record<string, string>>;
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
  return withQuery(filled.slice(1), (query ?? {}) as Readonly<Record<string, QueryValue>>);
}

/** A proxy in front of the API may answer with something other than a problem document. */
async function readProblem(response: Response): Promise<Partial<Problem>> {
  try {
    return (await response.json()) as Partial<Problem>;
  } catch {
    return { title: response.statusText };
  }
}
