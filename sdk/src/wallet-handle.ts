import { type Body, type Query, call } from './call.ts';
import { type Amount, type Extras, type OperationOptions, type Operations } from './operations.ts';
import { type Filter, list, splitCallOptions } from './list.ts';
import type { Pages } from './pages.ts';
import type {
  Hold,
  HistoryLine,
  OperationOf,
  Operation,
  Statement,
  Statistics,
  Wallet,
  WalletAt,
} from './resources.ts';
import type { CallOptions, Sender } from './sender.ts';

type HoldTerms = Omit<Body<'/wallets/{id}/holds', 'post'>, keyof Extras | 'amount' | 'idempotency_key'>;

/**
 * One wallet. It is made without a request, so it does not know whether there is such a wallet: `get` tells.
 *
 * What moves an amount is accepted, and applied when its turn comes: it returns `pending` operations unless you `wait`. One that
 * fails is returned with `status: 'failed'` and its `error`, not thrown.
 */
export class WalletHandle {
  readonly id: string;
  readonly #sender: Sender;
  readonly #operations: Operations;

  constructor(id: string, sender: Sender, operations: Operations) {
    this.id = id;
    this.#sender = sender;
    this.#operations = operations;
  }

  /** @throws WalletApiError `wallet_not_found` */
  async get(options: CallOptions = {}): Promise<Wallet> {
    const wallet = await call(this.#sender, 'get', '/wallets/{id}', { params: this }, options);
    if (!('status' in wallet)) throw new TypeError('The service answered balances of the past.');
    return wallet;
  }

  /** Its balances at the end of a millisecond of the past. @throws WalletApiError `wallet_not_found`, `history_archived` */
  async at(moment: Date, options: CallOptions = {}): Promise<WalletAt> {
    const sent = { params: this, query: { at: moment.toISOString() } };
    const wallet = await call(this.#sender, 'get', '/wallets/{id}', sent, options);
    if (!('at' in wallet)) throw new TypeError('The service answered balances of the present.');
    return wallet;
  }

  /** Credits the wallet from the treasury. @throws WalletApiError `wallet_not_found`, `invalid_request`, … */
  deposit(amount: Amount, options: Extras & OperationOptions = {}): Promise<OperationOf<'deposit'>> {
    return this.#move<'deposit'>({ operation_type: 'DEPOSIT', amount }, options);
  }

  /** Debits the wallet to the treasury. @throws WalletApiError `wallet_not_found`, `invalid_request`, … */
  withdraw(amount: Amount, options: Extras & OperationOptions = {}): Promise<OperationOf<'withdraw'>> {
    return this.#move<'withdraw'>({ operation_type: 'WITHDRAW', amount }, options);
  }

  /** Moves an amount to another wallet of the same asset. @throws WalletApiError `wallet_not_found`, `asset_mismatch` */
  transfer(
    amount: Amount,
    { to, ...options }: { readonly to: string } & Extras & OperationOptions,
  ): Promise<OperationOf<'transfer'>> {
    const body = { from_wallet_id: this.id, to_wallet_id: to, amount };
    return this.#operations.submit<'transfer'>('/transfers', {}, { ...body, ...options });
  }

  /**
   * Sets an amount aside, until it is captured or released at `api.holds`, or expires. The id of the hold is that of the
   * operation. @throws WalletApiError `wallet_not_found`
   */
  hold(amount: Amount, options: HoldTerms & Extras & OperationOptions = {}): Promise<OperationOf<'hold'>> {
    return this.#operations.submit<'hold'>('/wallets/{id}/holds', { id: this.id }, { ...{ amount }, ...options });
  }

  /** Its holds, newest first. */
  holds(filter: Filter<'/wallets/{id}/holds'> = {}): Pages<Hold> {
    return list(this.#sender, '/wallets/{id}/holds', filter, { params: this });
  }

  /**
   * What moved in it, newest first, with the balance before and after.
   * @throws WalletApiError `wallet_not_found`, `history_archived`
   */
  history(filter: Filter<'/wallets/{id}/transactions'> = {}): Pages<HistoryLine> {
    return list(this.#sender, '/wallets/{id}/transactions', filter, { params: this });
  }

  /** Operations that it pays or receives by itself, newest first, pending ones too. */
  operations(filter: Omit<Query<'/operations', 'get'>, 'wallet_id'> & CallOptions = {}): Pages<Operation> {
    return this.#operations.list({ ...filter, wallet_id: this.id });
  }

  /** Counts and sums of its history by type. @throws WalletApiError `wallet_not_found`, `history_archived` */
  statistics(range: Query<'/wallets/{id}/statistics', 'get'> & CallOptions = {}): Promise<Statistics> {
    const [query, options] = splitCallOptions(range);
    return call(this.#sender, 'get', '/wallets/{id}/statistics', { params: this, query }, options);
  }

  /** Its statement. @throws WalletApiError `wallet_not_found`, `history_archived` */
  statement(range: { from?: string; to?: string } & CallOptions = {}): Promise<Statement> {
    const [query, options] = splitCallOptions(range);
    return call(this.#sender, 'get', '/wallets/{id}/statement', { params: this, query }, options);
  }

  /** Lets nothing be paid from it or to it, until `activate`. @throws WalletApiError `wallet_closed` */
  freeze(options: CallOptions = {}): Promise<Wallet> {
    return this.#change({ status: 'frozen' }, options);
  }

  /** Ends a freeze. @throws WalletApiError `wallet_closed` */
  activate(options: CallOptions = {}): Promise<Wallet> {
    return this.#change({ status: 'active' }, options);
  }

  /** Closes it for good. @throws WalletApiError `wallet_not_empty` unless its balance is zero and nothing is held */
  close(options: CallOptions = {}): Promise<Wallet> {
    return this.#change({ status: 'closed' }, options);
  }

  /** How far below zero its balance may go. @throws WalletApiError `credit_in_use` */
  setCreditLimit(limit: Amount, options: CallOptions = {}): Promise<Wallet> {
    return this.#change({ credit_limit: limit }, options);
  }

  #move<Type extends 'deposit' | 'withdraw'>(
    body: Pick<Body<'/wallets/{id}/operation', 'post'>, 'operation_type' | 'amount'>,
    options: Extras & OperationOptions,
  ): Promise<OperationOf<Type>> {
    return this.#operations.submit<Type>('/wallets/{id}/operation', { id: this.id }, { ...body, ...options });
  }

  #change(body: Body<'/wallets/{id}', 'patch'>, options: CallOptions): Promise<Wallet> {
    return call(this.#sender, 'patch', '/wallets/{id}', { params: this, body }, options);
  }
}
