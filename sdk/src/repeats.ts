import type { paths } from './api.ts';

/**
 * Whether a request may be sent again when its outcome is unknown. `by_key`: the service knows it by its idempotency key.
 * `as_is`: sent twice, it leaves the same as sent once. `never`: it would be done twice.
 */
export type Repeat = 'by_key' | 'as_is' | 'never';

type WriteMethod = 'post' | 'patch' | 'delete';
type Write = {
  [Path in keyof paths]: {
    [Method in WriteMethod]: [NonNullable<paths[Path][Method]>] extends [never] ? never : `${Method} ${Path}`;
  }[WriteMethod];
}[keyof paths];

/** Every write in the document: an endpoint that is added does not compile until it is said here how it can be repeated. */
const REPEATS = {
  'post /wallets/{id}/operation': 'by_key',
  'post /wallets/{id}/operations': 'by_key',
  'post /resupplies': 'by_key',
  'post /transfers': 'by_key',
  'post /wallets/users/{external_user_id}/top-up': 'by_key',
  'post /wallets/users/{external_user_id}/bonus': 'by_key',
  'post /wallets/users/{external_user_id}/spend': 'by_key',
  'post /wallets/{id}/holds': 'by_key',
  'post /holds/{id}/capture': 'by_key',
  'post /holds/{id}/release': 'by_key',
  'post /operations/{id}/reversal': 'by_key',
  'post /postings': 'by_key',
  'post /operations': 'by_key',
  'post /operations/{id}/cancel': 'as_is',
  'post /batches': 'by_key',
  'post /batches/{id}/cancel': 'as_is',
  'post /batches/{id}/retry': 'as_is',
  // Unless it brings an id.
  'post /wallets': 'never',
  'patch /wallets/{id}': 'as_is',
  // A login is taken once.
  'post /clients': 'as_is',
  'post /clients/bulk': 'as_is',
  'post /assets': 'as_is',
  'post /accounts': 'as_is',
  'post /webhook-endpoints': 'never',
  'patch /webhook-endpoints/{id}': 'as_is',
  'delete /webhook-endpoints/{id}': 'as_is',
  // The second rotation would end the secret from before the first.
  'post /webhook-endpoints/{id}/rotate-secret': 'never',
  'post /webhook-endpoints/{id}/test': 'never',
  // Receivers know an event that comes again by its id.
  'post /webhook-endpoints/{id}/deliveries/{event_id}/replay': 'as_is',
  'post /webhook-endpoints/{id}/replay-failed': 'as_is',
  'post /webhook-endpoints/{id}/recover': 'as_is',
  'post /access/keys': 'never',
  'post /access/keys/{id}/revoke': 'as_is',
} as const satisfies Record<Write, Repeat>;

export function repeatOf(method: string, path: string): Repeat {
  return method === 'get' ? 'as_is' : REPEATS[`${method} ${path}` as Write];
}
