import { ApiProblem } from './problem.ts';

/** How a request differs from a plain `GET`. */
interface Wish {
  readonly method?: 'POST' | 'PATCH' | 'DELETE';
  readonly json?: unknown;
  readonly body?: Blob;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface ApiClient {
  /** @returns the JSON of the answer, null where it has none. @throws ApiProblem if the API refuses. */
  ask<Answer>(path: string, wish?: Wish): Promise<Answer>;
  /** Saves what the API answers as a file of that name. */
  save(path: string, accept: string, fileName: string): Promise<void>;
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

/** Speaks with the API in the name of a key, and tells when that is not accepted. */
export function createClient(credentials: Credentials, onUnauthorized?: () => void): ApiClient {
  async function send(path: string, wish: Wish): Promise<Response> {
    const headers = new Headers(wish.headers);
    const token = credentials.token();
    if (token !== null) headers.set('Authorization', `Bearer ${token}`);
    if (wish.json !== undefined) headers.set('Content-Type', 'application/json');
    const response = await fetch(new URL(path.replace(/^\//, ''), API_BASE), {
      method: wish.method ?? 'GET',
      headers,
      body: wish.json === undefined ? (wish.body ?? null) : JSON.stringify(wish.json),
      signal: wish.signal ?? null,
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
    async ask<Answer>(path: string, wish: Wish = {}) {
      const response = await send(path, wish);
      return (response.status === 204 ? null : await response.json()) as Answer;
    },
    async save(path, accept, fileName) {
      const response = await send(path, { headers: { Accept: accept } });
      const url = URL.createObjectURL(await response.blob());
      const link = document.createElement('a');
      link.href = url;
      link.download = fileName;
      link.click();
      URL.revokeObjectURL(url);
    },
  };
}

/** A proxy in front of the API may answer with something other than a problem document. */
async function readProblem(response: Response): Promise<ConstructorParameters<typeof ApiProblem>[1]> {
  try {
    return (await response.json()) as ConstructorParameters<typeof ApiProblem>[1];
  } catch {
    return { title: response.statusText };
  }
}
