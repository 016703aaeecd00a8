import { type Body, type Query, call } from './call.ts';
import { type Amount, type Extras, type OperationOptions, type Operations } from './operations.ts';
import { splitCallOptions } from './list.ts';
import type { OperationOf, Wallet } from './resources.ts';
import type { CallOptions, Sender } from './sender.ts';

type UserExtras = Omit<Body<'/wallets/users/{external_user_id}/top-up', 'post'>, 'amount' | 'idempotency_key'> & Extras;

/** A user, by the id that your own system has (the `login` of a client). Wallets are made when they are first credited. */
export class UserHandle {
  readonly id: string;
  readonly #sender: Sender;
  readonly #operations: Operations;

  constructor(id: string, sender: Sender, operations: Operations) {
    this.id = id;
    this.#sender = sender;
    this.#operations = operations;
  }

  /** The user's wallet of an asset. @throws WalletApiError `user_not_found`, `wallet_not_found` */
  wallet(query: Query<'/wallets/users/{external_user_id}/balance', 'get'> & CallOptions = {}): Promise<Wallet> {
    const [said, options] = splitCallOptions(query);
    const sent = { params: { external_user_id: this.id }, query: said };
    return call(this.#sender, 'get', '/wallets/users/{external_user_id}/balance', sent, options);
  }

  /** Credits after a purchase. @throws WalletApiError `user_not_found` */
  topUp(amount: Amount, options: UserExtras & OperationOptions): Promise<OperationOf<'top_up'>> {
    return this.#move<'top_up'>('top-up', amount, options);
  }

  /** Credits for free. @throws WalletApiError `user_not_found` */
  bonus(amount: Amount, options: UserExtras & OperationOptions): Promise<OperationOf<'bonus'>> {
    return this.#move<'bonus'>('bonus', amount, options);
  }

  /** Debits. @throws WalletApiError `user_not_found`, `wallet_not_found` */
  spend(amount: Amount, options: UserExtras & OperationOptions): Promise<OperationOf<'spend'>> {
    return this.#move<'spend'>('spend', amount, options);
  }

  #move<Type extends 'top_up' | 'bonus' | 'spend'>(
    word: 'top-up' | 'bonus' | 'spend',
    amount: Amount,
    options: UserExtras & OperationOptions,
  ): Promise<OperationOf<Type>> {
    const path = `/wallets/users/{external_user_id}/${word}` as const;
    return this.#operations.submit<Type>(path, { external_user_id: this.id }, { ...{ amount }, ...options });
  }
}
