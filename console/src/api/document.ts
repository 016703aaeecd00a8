import type { components, paths } from '@wallet/sdk';

/** The endpoints of the API as its document describes them: every shape in the console is taken from there. */

export type Schemas = components['schemas'];
export type Method = 'get' | 'post' | 'patch' | 'delete';
type Endpoint<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;

/** The paths that have an endpoint for a method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: [Endpoint<P, M>] extends [never] ? never : P;
}[keyof paths];

export type ParamsOf<P extends keyof paths, M extends Method> =
  Endpoint<P, M> extends { parameters: { path: infer Params } } ? Params : never;

/** The parts of a query that the console never sends, because they change what the answer is. */
type Unasked = 'dry_run' | 'at';
type Paging = 'limit' | 'cursor';
type QueryOf<P extends keyof paths, M extends Method> =
  Endpoint<P, M> extends { parameters: { query?: infer Query } } ? keyof NonNullable<Query> : never;

/** What the address of a page says goes to the API as it is: the API is what refuses it. */
export type QueryValue = string | number | boolean | null | undefined;
export type Query<P extends keyof paths, M extends Method = 'get'> = Readonly<
  Partial<Record<Exclude<QueryOf<P, M>, Unasked> | Paging, QueryValue>>
>;

type BodyOf<P extends keyof paths, M extends Method> =
  Endpoint<P, M> extends { requestBody?: infer Sent }
    ? NonNullable<Sent> extends { content: { 'application/json': infer Json } }
      ? Json
      : never
    : never;

/** What a request says besides its path. */
export type Request<P extends keyof paths, M extends Method> = {
  readonly query?: Query<P, M>;
  readonly body?: BodyOf<P, M>;
  /** Sent in place of `body`. */
  readonly csv?: Blob;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
} & ([ParamsOf<P, M>] extends [never] ? { readonly params?: never } : { readonly params: ParamsOf<P, M> });

type Success = 200 | 201 | 202 | 204;
type JsonOf<Response> = Response extends { content: { 'application/json': infer Json } } ? Json : null;
type AnyAnswer<P extends keyof paths, M extends Method> =
  Endpoint<P, M> extends { responses: infer Responses } ? JsonOf<Responses[keyof Responses & Success]> : never;

/** What an endpoint answers to what the console asks. */
export type Answer<P extends keyof paths, M extends Method = 'get'> = Exclude<
  AnyAnswer<P, M>,
  Schemas['DryRun'] | Schemas['WalletAt']
>;

/** The paths of lists that come in pages. */
export type ListPath = {
  [P in PathOf<'get'>]: AnyAnswer<P, 'get'> extends Page<unknown> ? P : never;
}[PathOf<'get'>];

export interface Page<Item> {
  readonly data: readonly Item[];
  readonly next_cursor: string | null;
}

export type ItemOf<P extends ListPath> = Answer<P> extends Page<infer Item> ? Item : never;

type AnyKey<Union> = Union extends unknown ? keyof Union : never;
type ValueOf<Union, Key> = Union extends unknown ? (Key extends keyof Union ? Union[Key] : never) : never;

/** A union as one type to read from: what only some of its members have may be missing. */
export type Flat<Union> = Pick<Union, keyof Union> & {
  [Key in Exclude<AnyKey<Union>, keyof Union>]?: ValueOf<Union, Key> | undefined;
};
