/** What the API answers, as far as the console shows it. A field that may be missing is one that not every version has. */

export interface Page<Item> {
  readonly data: readonly Item[];
  readonly next_cursor: string | null;
}

export const SCOPES = [
  'operations:read',
  'operations:write',
  'wallets:read',
  'wallets:write',
  'webhooks:admin',
  'events:read',
  'assets:admin',
  'access:admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Who signed in. Without a key, everything is open. */
export interface Me {
  readonly anonymous: boolean;
  readonly key: { readonly id: string; readonly name: string; readonly expires_at: string | null } | null;
  readonly scopes: readonly Scope[];
}

/** Why something waits, while it does. */
export interface Waiting {
  readonly ahead?: number;
  readonly waits_for?: 'worker' | 'earlier_operations' | 'schedule';
  readonly estimated_completion?: string | null;
}

export interface Operation extends Waiting {
  readonly id: string;
  readonly type: string;
  readonly status: 'scheduled' | 'pending' | 'succeeded' | 'failed';
  readonly wallet_id?: string;
  readonly from_wallet_id?: string;
  readonly to_wallet_id?: string;
  readonly to_account?: string;
  readonly asset: string;
  readonly amount: string | null;
  readonly reversed_amount?: string | null;
  readonly reversed?: true;
  readonly hold_id?: string;
  readonly reversal_of?: string;
  readonly reason?: string | null;
  readonly expires_at?: string | null;
  readonly legs?: readonly Leg[];
  readonly priority: string;
  readonly description: string | null;
  readonly reference_id: string | null;
  readonly idempotency_key: string | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly batch_id: string | null;
  readonly execute_at?: string;
  readonly created_at: string;
  readonly completed_at: string | null;
  readonly result: Readonly<Record<string, string | number>> | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

type LegEnd = { readonly wallet_id: string } | { readonly account: string };
export interface Leg {
  readonly from: LegEnd;
  readonly to: LegEnd;
  readonly asset: string;
  readonly amount: string;
}

export interface Wallet {
  readonly id: string;
  readonly client_id: string | null;
  readonly asset: string;
  readonly balance: string;
  readonly held: string;
  readonly credit_limit: string;
  readonly available: string;
  readonly status: 'active' | 'frozen' | 'closed';
  readonly version: number;
  readonly pending_operations: number;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface Client {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly wallets: readonly Wallet[];
}

export interface HistoryLine {
  readonly operation_id: string;
  readonly leg: number;
  readonly type: string;
  readonly amount: string;
  readonly balance_after: string;
  readonly description: string | null;
  readonly version: number;
  readonly created_at: string;
}

export interface Hold {
  readonly id: string;
  readonly amount: string;
  readonly captured: string;
  readonly released: string;
  readonly remaining: string;
  readonly status: string;
  readonly expires_at: string | null;
  readonly created_at: string;
}

export interface Batch extends Waiting {
  readonly id: string;
  readonly status: string;
  readonly total: number;
  readonly pending: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly replayed: number;
  readonly sums: readonly {
    readonly asset: string;
    readonly total: string;
    readonly succeeded: string;
    readonly failed: string;
    readonly pending: string;
  }[];
  readonly priority: string;
  readonly atomic: boolean;
  readonly idempotency_key: string;
  readonly retry_of: string | null;
  readonly accepted_at: string;
  readonly started_at: string | null;
  readonly cancelled_at: string | null;
  readonly finished_at: string | null;
  readonly operations_per_second: number | null;
  readonly estimated_finish_at: string | null;
}

export interface BatchLine extends Operation {
  readonly line: number;
}

export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  readonly description: string | null;
  readonly event_types: readonly string[];
  readonly rate_limit: number | null;
  readonly status: 'enabled' | 'disabled';
  readonly disabled_reason: string | null;
  readonly disabled_at: string | null;
  readonly failing_since: string | null;
  readonly paused_until: string | null;
  readonly pending?: number;
  readonly last_success_at: string | null;
  readonly last_failure_at?: string | null;
  readonly last_error: EndpointError | string | null;
  readonly previous_secret_expires_at: string | null;
  readonly created_at: string;
}

interface EndpointError {
  readonly at: string;
  readonly message: string;
  readonly status_code?: number | null;
}

export interface Delivery {
  readonly event_id: string;
  readonly event_type: string;
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly attempts: number;
  readonly next_attempt_at: string | null;
  readonly created_at: string;
  readonly completed_at: string | null;
}

export interface Attempt {
  readonly number: number;
  readonly started_at: string;
  readonly duration_ms: number;
  readonly response_status: number | null;
  readonly error: string | null;
  readonly response_excerpt: string | null;
}

export interface Status {
  readonly status: 'ok' | 'degraded' | 'down';
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly version?: string;
  readonly at: string;
  readonly rates: {
    readonly accepted_per_second: number;
    readonly applied_per_second: number;
    readonly failed_per_second: number;
  };
  readonly pending: {
    readonly operations: number;
    readonly batch_lines: number;
    readonly oldest_age_seconds: number | null;
  };
  readonly partitions: readonly {
    readonly partition: number;
    readonly pending: number;
    readonly oldest_age_seconds: number;
  }[];
  readonly workers: readonly {
    readonly name: string;
    readonly version: string;
    readonly started_at: string;
    readonly seen_at: string;
    readonly applied_last_minute: number;
  }[];
  readonly batches: { readonly accepted: number; readonly applying: number; readonly cancelling: number };
  readonly webhooks: {
    readonly endpoints: number;
    readonly paused: number;
    readonly pending_deliveries: number;
    readonly oldest_age_seconds: number | null;
  };
  readonly last_audit: { readonly finished_at: string; readonly violations: number } | null;
  readonly last_hour: readonly Minute[];
}

export interface Minute {
  readonly at: string;
  readonly accepted: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly pending: number;
  readonly oldest_age_seconds: number | null;
}

export interface Health {
  readonly status: 'ok' | 'degraded' | 'down';
  readonly database: string;
  readonly queue: string;
  readonly reasons: readonly string[];
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly status: 'good' | 'expired' | 'revoked';
  readonly scopes: readonly Scope[];
  readonly rate_limit: number | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

export interface Act {
  readonly at: string;
  readonly actor: 'key' | 'command_line' | 'anonymous';
  readonly key_id: string | null;
  readonly action: string;
  readonly subject_type: string;
  readonly subject_id: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly request_id: string | null;
}
