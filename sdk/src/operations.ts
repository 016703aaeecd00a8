import { type Body, type Call, type Path, call } from './call.ts';
import { type Duration, toMilliseconds } from './duration.ts';
import { WalletApiError } from './errors.ts';
import { type Filter, list, splitCallOptions } from './list.ts';
import type { Pages } from './pages.ts';
import { pause } from './pause.ts';
import type { DryRun, Operation, OperationOf, OperationType, PolledOperation } from './resources.ts';
import type { CallOptions, Sender } from './sender.ts';

/** What every call takes that asks for an operation. */
export interface OperationOptions extends CallOptions {
  /** Returns when the operation has succeeded or failed, or after this time with the operation as it is then. */
  readonly wait?: Duration | undefined;
  /** Names the request, so that another call with the same key gets the same operation. One is made if you give none. */
  readonly idempotencyKey?: string | undefined;
}

/** Leaves out fields of each form of a request. */
type Without<Form, Name extends string> = Form extends unknown ? Omit<Form, Name> : never;

/** What an operation may carry besides what it moves: `description`, `reference_id`, `metadata`, `priority`, `execute_at`. */
export type Extras = Without<Body<'/wallets/{id}/operation', 'post'>, 'operation_type' | 'amount' | 'idempotency_key'>;
/** An operation of any type: `type`, and the fields of that type. */
export type OperationRequest = Without<Body<'/operations', 'post'>, 'idempotency_key'>;
export type Amount = Body<'/wallets/{id}/operation', 'post'>['amount'];
export type Leg = Body<'/postings', 'post'>['legs'][number];

type Accepting = {
  [P in Path]: P extends
    | '/wallets/{id}/operation'
    | '/resupplies'
    | '/transfers'
    | `/wallets/users/{external_user_id}/${'top-up' | 'bonus' | 'spend'}`
    | '/wallets/{id}/holds'
    | `/holds/{id}/${'capture' | 'release'}`
    | '/operations/{id}/reversal'
    | '/postings'
    | '/operations'
    ? P
    : never;
}[Path];

/** Between two looks at an operation, where the service does not wait as it was asked to. */
const LOOK_MS = 500;

/** Operations of every kind. Those on one wallet are easier to ask for at `api.wallet(id)`. */
export class Operations {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * Asks for an operation of any type. One that fails is returned with `status: 'failed'` and its `error`, not thrown.
   * @throws WalletApiError if it is refused: `wallet_not_found`, `idempotency_key_reused`, `invalid_request`, …
   */
  create<const Request extends OperationRequest>(
    request: Request,
    options: OperationOptions = {},
  ): Promise<OperationOf<Request['type']>> {
    return this.submit<Request['type']>('/operations', {}, { ...request, ...options });
  }

  /**
   * What would come of an operation, after everything that waits for its wallet. Nothing is stored.
   * @throws WalletApiError as `create`, and `too_many_pending`
   */
  async dryRun(request: OperationRequest, options: CallOptions = {}): Promise<DryRun> {
    const sent = { query: { dry_run: true }, body: request, repeat: 'as_is' } as const;
    const answer = await call(this.#sender, 'post', '/operations', sent, options);
    if (!('dry_run' in answer)) throw new TypeError('The request names an operation that was accepted already.');
    return answer;
  }

  /**
   * Moves amounts along 1 to 100 legs between wallets and house accounts: all of them or none.
   * @throws WalletApiError `wallet_not_found`, `account_not_found`, `asset_mismatch`
   */
  post(legs: readonly Leg[], options: Extras & OperationOptions = {}): Promise<OperationOf<'posting'>> {
    return this.submit<'posting'>('/postings', {}, { ...{ legs }, ...options });
  }

  /**
   * Takes an operation back: as much as `amount` says, or all that was not reversed before.
   * @throws WalletApiError `operation_not_found`, `not_reversible`
   */
  reverse(
    id: string,
    options: { readonly amount?: Amount | undefined } & Extras & OperationOptions = {},
  ): Promise<OperationOf<'reversal'>> {
    return this.submit<'reversal'>('/operations/{id}/reversal', { id }, options);
  }

  /**
   * Ends a scheduled operation: it has failed then, with the code `cancelled`.
   * @throws WalletApiError `operation_not_found`, `operation_not_scheduled`
   */
  async cancel(id: string, options: CallOptions = {}): Promise<Operation> {
    try {
      return await call(this.#sender, 'post', '/operations/{id}/cancel', { params: { id } }, options);
    } catch (error) {
      const isSecond =
        error instanceof WalletApiError && error.code === 'operation_not_scheduled' && error.mayHaveHappened;
      if (!isSecond) throw error;
      // The attempt whose answer was lost may have cancelled it.
      const operation = await this.get(id, options);
      if (operation.error?.code !== 'cancelled') throw error;
      return operation;
    }
  }

  /** @throws WalletApiError `operation_not_found`, `operation_archived` */
  get(id: string, options: CallOptions = {}): Promise<PolledOperation> {
    return call(this.#sender, 'get', '/operations/{id}', { params: { id } }, options);
  }

  /** Operations, newest first. */
  list(filter: Filter<'/operations'> = {}): Pages<Operation> {
    return list(this.#sender, '/operations', filter);
  }

  /**
   * Waits until an operation has succeeded or failed.
   * @returns the operation as it is then, or, after `wait` (a minute unless said), as it is at that moment.
   */
  async wait(id: string, options: { readonly wait?: Duration | undefined } & CallOptions = {}): Promise<Operation> {
    const { wait = '1m', ...more } = options;
    return this.#follow(null, id, Date.now() + toMilliseconds(wait), more);
  }

  /** Asks for an operation at a path of its own. `given` is the body together with the options. */
  async submit<Type extends OperationType>(
    path: Accepting,
    params: Readonly<Record<string, string>>,
    given: OperationOptions,
  ): Promise<OperationOf<Type>> {
    const [{ wait, idempotencyKey, ...body }, options] = splitCallOptions(given);
    const waitMs = wait === undefined ? 0 : toMilliseconds(wait);
    const until = Date.now() + waitMs;
    const sent = { params, body, idempotencyKey: idempotencyKey ?? referenceOf(body), waitMs } as Call<
      Accepting,
      'post'
    >;
    const answer: Operation | DryRun = await call(this.#sender, 'post', path, sent, options);
    if (answer.id === null) throw new TypeError('The service answered a dry run that was not asked for.');
    const operation: Operation = answer;
    if (isFinal(operation) || Date.now() >= until) return operation as OperationOf<Type>;
    return this.#follow<Type>(operation as OperationOf<Type>, operation.id, until, options);
  }

  /** The service waits half a minute at most; this waits as often as it takes. */
  async #follow<Type extends OperationType>(
    known: OperationOf<Type> | null,
    id: string,
    until: number,
    options: CallOptions,
  ): Promise<OperationOf<Type>> {
    for (let operation = known; ;) {
      const left = until - Date.now();
      if (operation !== null && (isFinal(operation) || left <= 0)) return operation;
      // The service does not wait for what is scheduled.
      if (operation !== null) await pause(Math.min(LOOK_MS, left), options.signal);
      const waitMs = Math.max(0, until - Date.now());
      const polled: Operation = await call(
        this.#sender,
        'get',
        '/operations/{id}',
        { params: { id }, waitMs },
        options,
      );
      operation = polled as OperationOf<Type>;
    }
  }
}

/** A reference names the request, too: the service refuses one that differs from the key. */
function referenceOf(body: object): string | undefined {
  return 'reference_id' in body && typeof body.reference_id === 'string' ? body.reference_id : undefined;
}

/** Whether an operation has ended. */
function isFinal({ status }: { readonly status: Operation['status'] }): boolean {
  return status === 'succeeded' || status === 'failed';
}
