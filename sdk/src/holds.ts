import { type Body, call } from './call.ts';
import type { Amount, Extras, OperationOptions, Operations } from './operations.ts';
import type { Hold, OperationOf } from './resources.ts';
import type { CallOptions, Sender } from './sender.ts';

type CaptureTerms = Omit<NonNullable<Body<'/holds/{id}/capture', 'post'>>, keyof Extras | 'idempotency_key'>;

/** Amounts that wallets have set aside: `api.wallet(id).hold(…)` makes one. */
export class Holds {
  readonly #sender: Sender;
  readonly #operations: Operations;

  constructor(sender: Sender, operations: Operations) {
    this.#sender = sender;
    this.#operations = operations;
  }

  /** @throws WalletApiError `hold_not_found` */
  get(id: string, options: CallOptions = {}): Promise<Hold> {
    return call(this.#sender, 'get', '/holds/{id}', { params: { id } }, options);
  }

  /**
   * Takes what is held, all of it unless an `amount` is given, to the treasury, or `to_wallet_id` or `to_account`. What it leaves
   * is released with it, unless `final` is false. @throws WalletApiError `hold_not_found`, `wallet_not_found`, `asset_mismatch`
   */
  capture(id: string, options: CaptureTerms & Extras & OperationOptions = {}): Promise<OperationOf<'capture'>> {
    return this.#operations.submit<'capture'>('/holds/{id}/capture', { id }, options);
  }

  /** Gives what is held back to its wallet, all of it unless an `amount` is given. @throws WalletApiError `hold_not_found` */
  release(
    id: string,
    options: { readonly amount?: Amount | undefined } & Extras & OperationOptions = {},
  ): Promise<OperationOf<'release'>> {
    return this.#operations.submit<'release'>('/holds/{id}/release', { id }, options);
  }
}
