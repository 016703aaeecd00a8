import type { ProblemCode } from '../http/problem.ts';

/** Why a request is rejected, and what the caller can do about it. */
interface Explanation {
  readonly cause: string;
  readonly cure: string;
}

const CHECK_ID = 'Check the id: that of another environment, or of another kind of resource, is not found here.';
const REPEAT =
  'Repeat the request after the seconds of Retry-After, with the same idempotency key. Nothing is accepted twice.';
const ARCHIVES = 'Read it in the archive files. The operator of the service has them.';

/** For every problem. The pages at `/problems/{code}` show them. */
export const EXPLANATIONS = {
  invalid_request: {
    cause:
      'A field of the path, the query, the headers or the body is missing, unknown, or has a value that is not allowed.',
    cure: 'Correct the fields that `errors` lists: each has a path and a message. Do not repeat the request as it is.',
  },
  malformed_request: {
    cause:
      'The request breaks the rules of HTTP: its target, its Host, its framing, or a header that may appear only once.',
    cure: 'Use an HTTP client library, and check the proxies on the way.',
  },
  malformed_json: {
    cause: 'The body is not JSON, or names a field twice.',
    cure: 'Write the body with a JSON library. The detail says where reading stopped.',
  },
  malformed_body: {
    cause: 'The body is not text in the encoding that it declares, or is not a table, list or object as its type says.',
    cure: 'Send UTF-8 and the Content-Type that fits the body. The detail says where reading stopped.',
  },
  malformed_path: {
    cause: 'The path contains a percent sign that does not begin a valid escape.',
    cure: 'Encode each part of the path, for example with encodeURIComponent.',
  },
  conflicting_idempotency_keys: {
    cause: 'The header Idempotency-Key and the fields idempotency_key and reference_id name different keys.',
    cure: 'Send one of them, or the same key in all.',
  },
  api_key_missing: {
    cause: 'The request has no API key, and keys have been made.',
    cure: 'Send `Authorization: Bearer wk_…`.',
  },
  api_key_invalid: {
    cause: 'The key is unknown, expired or revoked, or the header is not `Bearer` and a key.',
    cure: 'Ask an administrator of the service for a valid key.',
  },
  scope_missing: {
    cause: 'The key does not have the scope that the endpoint needs, or gives a scope that it does not have itself.',
    cure: 'Use a key with the scope that the API document shows for the endpoint.',
  },
  route_not_found: {
    cause: 'No endpoint has this path.',
    cure: 'Compare the path with the API document at `/docs`. Paths are case-sensitive and have no slash at the end.',
  },
  wallet_not_found: { cause: 'No wallet has this id, or the user has no wallet of the asset.', cure: CHECK_ID },
  user_not_found: { cause: 'No client has this login.', cure: 'Check the login, or create the client.' },
  client_not_found: { cause: 'No client has this id.', cure: CHECK_ID },
  operation_not_found: { cause: 'No operation has this id.', cure: CHECK_ID },
  hold_not_found: { cause: 'No hold has this id. A hold has the id of the operation that made it.', cure: CHECK_ID },
  account_not_found: { cause: 'No house account has this name.', cure: 'Check the name with `GET /accounts`.' },
  batch_not_found: { cause: 'No batch has this id.', cure: CHECK_ID },
  webhook_endpoint_not_found: { cause: 'No webhook endpoint has this id, or it was deleted.', cure: CHECK_ID },
  delivery_not_found: {
    cause: 'The endpoint was never sent this event, or the delivery was deleted because of its age.',
    cure: 'Read the event itself with `GET /events/{id}`.',
  },
  key_not_found: { cause: 'No API key has this id.', cure: 'Use the id of the key, not its token.' },
  event_not_found: { cause: 'No event has this id, or it was deleted because of its age.', cure: CHECK_ID },
  request_timeout: {
    cause: 'The request did not arrive completely in time.',
    cure: 'Repeat it with the same idempotency key, over a faster connection or with a smaller body.',
  },
  method_not_allowed: {
    cause: 'The path exists, but not with this method.',
    cure: 'Use one of the methods that the header Allow lists.',
  },
  login_taken: {
    cause: 'Another client has this login.',
    cure: 'Choose another login, or use the client that has it.',
  },
  wallet_closed: { cause: 'The wallet is closed, which is permanent.', cure: 'Use another wallet.' },
  credit_in_use: {
    cause: 'The balance is further below zero than the requested limit.',
    cure: 'Credit the wallet first, or choose a limit that covers what is used.',
  },
  wallet_not_empty: {
    cause: 'The wallet has a balance, or something of it is held. Only an empty wallet can be closed.',
    cure: 'Move the balance away, and capture or release its holds. Then close it.',
  },
  wallet_exists: { cause: 'A wallet has this id already.', cure: 'Use it, or leave out the id to have one generated.' },
  asset_exists: {
    cause: 'An asset with this code exists, with another name, scale or rule.',
    cure: 'Choose another code. An asset cannot be changed.',
  },
  too_many_assets: {
    cause: 'The service has reached the maximum number of assets.',
    cure: 'Use an asset that ' + 'exists.',
  },
  account_exists: {
    cause: 'A house account with this name exists, and differs in whether it may go below zero.',
    cure: 'Choose another name. A house account cannot be changed.',
  },
  too_many_accounts: {
    cause: 'The service has reached the maximum number of house accounts.',
    cure: 'Use a house account that exists.',
  },
  too_many_keys: {
    cause: 'The service has reached the maximum number of valid API keys.',
    cure: 'Revoke a key that ' + 'is not used.',
  },
  too_many_pending: {
    cause: 'The wallet has too many pending operations for a dry run.',
    cure: 'Retry when fewer are pending, or submit the operation itself.',
  },
  operation_not_scheduled: {
    cause: 'The operation is pending, or has ended. Only a scheduled operation can be cancelled.',
    cure: 'Read the operation. What has succeeded can be reversed.',
  },
  not_reversible: {
    cause: 'A hold, a release or a reversal cannot be reversed.',
    cure: 'Release the hold, or submit the reversed operation again.',
  },
  client_has_wallet: {
    cause: 'The client has a wallet of this asset. It has at most one of each.',
    cure: 'Use the wallet that `GET /wallets?client_id=…` lists.',
  },
  batch_in_progress: {
    cause: 'The same batch is being accepted by another request at this moment.',
    cure: 'Wait for that request, or repeat this one later: the answer is the same batch.',
  },
  batch_finished: { cause: 'Every operation of the batch has ended.', cure: 'Nothing is left to cancel.' },
  batch_not_finished: {
    cause: 'Some operations of the batch are pending, so it is not known yet which fail.',
    cure: 'Wait for its end, or cancel the rest. Then retry it.',
  },
  webhook_endpoint_disabled: {
    cause: 'The webhook endpoint is disabled: on request, or because it was gone or kept failing.',
    cure: 'Enable it with `PATCH /webhook-endpoints/{id}`.',
  },
  nothing_to_retry: { cause: 'Every line of the batch succeeded.', cure: 'Nothing is left to retry.' },
  operation_archived: {
    cause: 'The operation is in the archives, or would be if it existed: its id is of an archived month.',
    cure: ARCHIVES,
  },
  batch_archived: { cause: 'Operations of the batch were moved to the archives.', cure: ARCHIVES },
  history_archived: { cause: 'The history of the wallet of that time was moved to the archives.', cure: ARCHIVES },
  cursor_expired: {
    cause: 'What follows the cursor was deleted, or moved to the archives, because of its age.',
    cure: 'Start again without a cursor, and list the operations of the gap to find what was missed.',
  },
  epoch_ended: {
    cause: 'A standby was promoted, or a backup restored, so positions in the feed no longer mean the same events.',
    cure: 'Continue from `continue_after`, and send again what was acknowledged after `complete_until`, with the same keys.',
  },
  precondition_failed: {
    cause: 'A file was asked for with a condition that does not hold.',
    cure: 'Ask without the condition.',
  },
  body_too_large: {
    cause: 'The body is larger than the endpoint takes, or has more lines.',
    cure: 'Send it in parts. The detail has the limit.',
  },
  unsupported_media_type: {
    cause: 'The Content-Type, its charset or the Content-Encoding is not one that the endpoint reads.',
    cure: 'Send one of the types that the API document lists for the endpoint, without compression.',
  },
  range_not_satisfiable: { cause: 'A range behind the end of a file was asked for.', cure: 'Ask for the whole file.' },
  batch_refused: {
    cause: 'At least one line of the batch is not valid. Nothing of it was accepted.',
    cure: 'Correct the lines that `errors` lists, and send the batch again.',
  },
  asset_mismatch: {
    cause: 'The wallets, or a wallet and the asset of a leg, are of different assets.',
    cure: 'Name wallets of the same asset.',
  },
  expectation_failed: {
    cause: 'The header Expect has another value than `100-continue`.',
    cure: 'Leave out the header.',
  },
  unknown_client: {
    cause: 'The client that the wallet should belong to does not exist.',
    cure: 'Create the client first, or leave out client_id.',
  },
  idempotency_key_reused: {
    cause: 'The key was used for a request that asked for something else.',
    cure: 'Use a different key for each request. To repeat a request, send it unchanged.',
  },
  rate_limited: {
    cause: 'The API key sends more requests per second than it may.',
    cure: 'Wait for the seconds of Retry-After. Send many operations as a batch.',
  },
  headers_too_large: {
    cause: 'The headers are too large, or there are too many.',
    cure: 'Send fewer or smaller headers and cookies.',
  },
  internal_error: {
    cause: 'The service has a defect.',
    cure: `${REPEAT} If it persists, report the request_id to the operator of the service.`,
  },
  webhooks_not_configured: {
    cause: 'The service has no key to encrypt webhook secrets with.',
    cure: 'The operator sets WEBHOOK_KEY.',
  },
  overloaded: {
    cause: 'The service has more work than it can take at the moment. Nothing was accepted.',
    cure: REPEAT,
  },
  unavailable: {
    cause: 'The database cannot be reached, the process is being stopped, or too much is being sent at once.',
    cure: REPEAT,
  },
} as const satisfies Record<ProblemCode, Explanation>;
