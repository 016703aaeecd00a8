/** Every rejection by this API, as problem details (RFC 9457). `code` is stable; callers branch on it. */
export const PROBLEMS = {
  invalid_request: [400, 'The request is not valid'],
  malformed_request: [400, 'The request is not valid HTTP'],
  malformed_json: [400, 'The body is not valid JSON'],
  malformed_body: [400, 'The body cannot be read'],
  malformed_path: [400, 'The path is not valid'],
  conflicting_idempotency_keys: [400, 'The request names two idempotency keys'],
  api_key_missing: [401, 'An API key is required'],
  api_key_invalid: [401, 'The API key is not valid'],
  scope_missing: [403, 'The API key may not do this'],
  route_not_found: [404, 'There is no such route'],
  wallet_not_found: [404, 'There is no such wallet'],
  user_not_found: [404, 'There is no such user'],
  client_not_found: [404, 'There is no such client'],
  operation_not_found: [404, 'There is no such operation'],
  hold_not_found: [404, 'There is no such hold'],
  account_not_found: [404, 'There is no such house account'],
  batch_not_found: [404, 'There is no such batch'],
  webhook_endpoint_not_found: [404, 'There is no such webhook endpoint'],
  delivery_not_found: [404, 'There is no such delivery'],
  key_not_found: [404, 'There is no such API key'],
  event_not_found: [404, 'There is no such event'],
  request_timeout: [408, 'The request took too long'],
  method_not_allowed: [405, 'The method is not allowed here'],
  login_taken: [409, 'The login belongs to another client'],
  wallet_closed: [409, 'The wallet is closed'],
  credit_in_use: [409, 'The credit in use exceeds the limit'],
  wallet_not_empty: [409, 'The wallet is not empty'],
  wallet_exists: [409, 'The wallet already exists'],
  asset_exists: [409, 'The code belongs to another asset'],
  too_many_assets: [409, 'The maximum number of assets is reached'],
  account_exists: [409, 'The name belongs to another house account'],
  too_many_accounts: [409, 'The maximum number of house accounts is reached'],
  too_many_keys: [409, 'The maximum number of API keys is reached'],
  too_many_pending: [409, 'Too many operations wait for the wallet'],
  operation_not_scheduled: [409, 'The operation is not scheduled'],
  not_reversible: [409, 'Operations of this type cannot be reversed'],
  client_has_wallet: [409, 'The client already has a wallet of this asset'],
  batch_in_progress: [409, 'The same batch is being accepted now'],
  batch_finished: [409, 'The batch is finished'],
  batch_not_finished: [409, 'The batch is not finished'],
  webhook_endpoint_disabled: [409, 'The webhook endpoint is disabled'],
  nothing_to_retry: [409, 'No line of the batch failed'],
  operation_archived: [410, 'The operation is in the archives'],
  batch_archived: [410, 'Lines of the batch are in the archives'],
  history_archived: [410, 'The history of this time is in the archives'],
  cursor_expired: [410, 'The cursor is older than the kept history'],
  epoch_ended: [410, 'The cursor belongs to an ended epoch'],
  precondition_failed: [412, 'The precondition failed'],
  body_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The body is of the wrong type'],
  range_not_satisfiable: [416, 'The range cannot be satisfied'],
  batch_refused: [422, 'The batch is not valid'],
  asset_mismatch: [422, 'The wallets are of different assets'],
  expectation_failed: [417, 'The expectation cannot be met'],
  unknown_client: [422, 'There is no such client'],
  idempotency_key_reused: [422, 'The idempotency key was used for another request'],
  rate_limited: [429, 'The API key sends too many requests'],
  headers_too_large: [431, 'The headers are too large'],
  internal_error: [500, 'Something went wrong'],
  webhooks_not_configured: [503, 'Webhooks are not configured'],
  overloaded: [503, 'The service is overloaded'],
  unavailable: [503, 'The service cannot answer now'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** The problem with a field of the request. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** The problem with a field of a line of a batch. */
export interface LineError {
  readonly line: number;
  readonly field: string;
  readonly message: string;
}

/** Where archived data is. */
export interface ArchiveMembers {
  readonly operation_id?: string;
  /** `YYYY-MM`: in the files of this month or a later one. */
  readonly month?: string;
  readonly archived_before: string;
}

/** How to continue the feed in another epoch. */
export interface EpochMembers {
  readonly epoch: string | null;
  readonly complete_until: string | null;
  readonly continue_after: string | null;
  readonly events_in_doubt: number | null;
}

/**
 * A problem. An endpoint returns those that it declares; code that cannot return one throws it. The error handler
 * answers both.
 */
export class Problem<Code extends ProblemCode = ProblemCode> extends Error {
  readonly code: Code;
  readonly status: number;
  readonly title: string;
  readonly errors: readonly (FieldError | LineError)[];
  readonly headers: Readonly<Record<string, string>>;
  readonly archive: ArchiveMembers | null;
  readonly epoch: EpochMembers | null;

  constructor(
    code: Code,
    detail: string,
    more: {
      errors?: readonly (FieldError | LineError)[];
      headers?: Readonly<Record<string, string>>;
      archive?: ArchiveMembers;
      epoch?: EpochMembers;
    } = {},
  ) {
    super(detail);
    this.code = code;
    [this.status, this.title] = PROBLEMS[code];
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
    this.archive = more.archive ?? null;
    this.epoch = more.epoch ?? null;
  }

  /** The body of the answer. `type` is the code as a URI reference. */
  toBody(requestId: string): Record<string, unknown> {
    return {
      type: `/problems/${this.code}`,
      title: this.title,
      status: this.status,
      detail: this.message,
      code: this.code,
      request_id: requestId,
      ...(this.errors.length > 0 ? { errors: this.errors } : {}),
      ...this.archive,
      ...this.epoch,
    };
  }
}
