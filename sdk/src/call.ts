import type { paths } from './api.ts';
import { newId } from './new-id.ts';
import { type Repeat, repeatOf } from './repeats.ts';
import type { CallOptions, Outgoing, Sender } from './sender.ts';
import { type SentBody, bodyOfText } from './sent-body.ts';

/** A typed call of any endpoint in the document. Its types are those of `openapi-typescript`. */

export type Path = keyof paths;
export type Method = 'get' | 'post' | 'patch' | 'delete';
type Endpoint<P extends Path, M extends Method> = NonNullable<paths[P][M]>;

/** `true` and `false`, however the document spells them. */
type Flags<Values> = {
  [Name in keyof Values]: Values[Name] extends 'true' | 'false' | undefined ? boolean | undefined : Values[Name];
};

export type Query<P extends Path, M extends Method> = Flags<
  Endpoint<P, M> extends { parameters: { query?: infer Values } } ? NonNullable<Values> : never
>;

export type Body<P extends Path, M extends Method> =
  Endpoint<P, M> extends { requestBody?: infer Sent }
    ? NonNullable<Sent> extends { content: { 'application/json': infer Json } }
      ? Json
      : never
    : never;

type Params<P extends Path, M extends Method> =
  Endpoint<P, M> extends { parameters: { path?: infer Values } } ? NonNullable<Values> : never;

type Success = 200 | 201 | 202 | 204;
type JsonOf<Response> = Response extends { content: { 'application/json': infer Json } } ? Json : null;
export type Answer<P extends Path, M extends Method> =
  Endpoint<P, M> extends { responses: infer Responses } ? JsonOf<Responses[keyof Responses & Success]> : never;

/** What a call of an endpoint sends. */
export interface Call<P extends Path, M extends Method> {
  readonly params?: Params<P, M>;
  readonly query?: Query<P, M> | undefined;
  readonly body?: Body<P, M>;
  /** Sent in place of `body`. */
  readonly upload?: { readonly type: string; readonly body: SentBody };
  readonly accept?: string;
  /** Where it is not as the endpoint alone would have it. */
  readonly repeat?: Repeat;
  /** For an endpoint that takes one; null sends none. */
  readonly idempotencyKey?: string | null | undefined;
  readonly waitMs?: number;
}

/** The longest that the service waits. */
const WAIT_MOST_S = 30;

/** @throws WalletError; what the signal is aborted with */
export async function call<P extends Path, M extends Method>(
  sender: Sender,
  method: M,
  path: P,
  sent: Call<P, M>,
  options: CallOptions = {},
): Promise<Answer<P, M>> {
  return (await sender.send(toOutgoing(method, path, sent), options)) as Answer<P, M>;
}

export function toOutgoing<P extends Path, M extends Method>(method: M, path: P, sent: Call<P, M>): Outgoing {
  const repeat = sent.repeat ?? repeatOf(method, path);
  const key = repeat === 'by_key' && sent.idempotencyKey !== null ? (sent.idempotencyKey ?? newId()) : null;
  const json: unknown = sent.body;
  const body = sent.upload?.body ?? (json === undefined ? null : bodyOfText(JSON.stringify(json)));
  const waitS = Math.min(Math.ceil((sent.waitMs ?? 0) / 1_000), WAIT_MOST_S);
  return {
    method: method.toUpperCase(),
    path: expand(path, sent.params) + toQuery(sent.query),
    headers: {
      Accept: sent.accept ?? 'application/json',
      ...(body === null ? {} : { 'Content-Type': sent.upload?.type ?? 'application/json' }),
      ...(key === null ? {} : { 'Idempotency-Key': key }),
      ...(waitS > 0 ? { Prefer: `wait=${waitS}` } : {}),
    },
    body,
    isRepeatable: repeat !== 'never',
    waitMs: waitS * 1_000,
    idempotencyKey: key,
  };
}

function expand(path: string, params: object | undefined): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value: unknown = (params as Readonly<Record<string, unknown>> | undefined)?.[name];
    // An empty one would be the path of something else.
    if (typeof value !== 'string' || value === '') throw new TypeError(`${name} must be a text that is not empty`);
    return encodeURIComponent(value);
  });
}

function toQuery(values: object | undefined): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values ?? {}) as [string, unknown][]) {
    if (value === undefined || value === null) continue;
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) query.append(name, String(each));
  }
  return query.size > 0 ? `?${query.toString()}` : '';
}
