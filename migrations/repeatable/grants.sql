-- Who may do what. Applied after the migrations, every time, when the roles wallet_api, wallet_worker and wallet_auditor
-- exist: it takes everything back and grants exactly what is written here, in one transaction.
--
-- The owner of the schema migrates, and makes and revokes keys. The API accepts, the workers apply, auditors read. Nobody
-- who runs changes or deletes an entry, an outcome or an operation, or changes an event, and only workers write entries and
-- balances.

DO $$
DECLARE
  item record;
BEGIN
  FOR item IN
    SELECT oid::regclass AS name, CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
      AND pg_has_role(relowner, 'USAGE')
  LOOP
    EXECUTE format('REVOKE ALL ON %s %s FROM PUBLIC, wallet_api, wallet_worker, wallet_auditor', item.kind, item.name);
  END LOOP;
  FOR item IN
    SELECT oid::regprocedure AS name FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND pg_has_role(proowner, 'USAGE') AND prokind = 'f'
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC, wallet_api, wallet_worker, wallet_auditor', item.name);
  END LOOP;

  -- Only who owns a database or a schema can say who else may use it; where that is not the migrator, it stays as it is.
  -- Who may connect is left to the operator of the server: that is what keeps the users of several databases apart.
  IF (SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()) THEN
    EXECUTE format('REVOKE TEMPORARY, CREATE ON DATABASE %I FROM PUBLIC', current_database());
  END IF;
  IF (SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE oid = current_schema()::regnamespace) THEN
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC', current_schema());
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO wallet_api, wallet_worker, wallet_auditor', current_schema());
  END IF;
END $$;

-- Each looks whether the schema is one that it fits: at the start, while it runs, and with what it writes.
GRANT SELECT ON migrations, schema_version TO wallet_api, wallet_worker;

-- The API shows everything but what no relay has seen.
GRANT SELECT ON settings, assets, clients, wallets, accounts, operations, operation_keys, pending_operations, movements,
  failures, entries, outcomes, batches, batch_parts, batch_totals, batch_replays, events, event_feed, webhook_endpoints, webhook_endpoint_states, deliveries,
  delivery_leases, delivery_attempts TO wallet_api;
GRANT SELECT ON operation_terms, operation_legs, holds, reversed_operations, house_accounts TO wallet_api;
GRANT INSERT ON clients, wallets, operations, operation_keys, pending_operations, batch_replays, events, unrelayed_events TO wallet_api;
GRANT INSERT ON operation_terms, operation_legs TO wallet_api;
-- An account begins empty and active; its status and its credit limit are all that the API changes of it.
GRANT INSERT (wallet_id, held_of, asset_id), UPDATE (status, credit_limit, updated_at) ON accounts TO wallet_api;
-- A batch begins without anything done, and is accepted (accept_batch) or cancelled.
GRANT INSERT (id, priority, atomic, line_events, retry_of),
  UPDATE (seq, total, replayed, skipped, skipped_lines, idempotency_key, request_hash, accepted_at, open_parts, cancelled_at,
          finished_at)
  ON batches TO wallet_api;
GRANT INSERT (batch_id, partition, after_id, last_id) ON batch_parts TO wallet_api;
GRANT INSERT (batch_id, partition, asset_id, lines, amount) ON batch_totals TO wallet_api;
GRANT INSERT (id, url, description, event_types, rate_limit, sealed_headers, sealed_secret),
  UPDATE (url, description, event_types, rate_limit, sealed_headers, sealed_secret, sealed_previous_secret,
          previous_secret_until, status, disabled_reason, disabled_at, updated_at, deleted_at)
  ON webhook_endpoints TO wallet_api;
GRANT INSERT (endpoint_id, position), UPDATE (failures, failing_since, paused_until, pause_resets, skipped)
  ON webhook_endpoint_states TO wallet_api;
-- A test event, and what is sent again.
GRANT INSERT (endpoint_id, event_id, next_attempt_at), UPDATE (status, failures, next_attempt_at, completed_at)
  ON deliveries TO wallet_api;
GRANT USAGE ON SEQUENCE operation_seq, event_sequence TO wallet_api;
-- From where the feed is kept, and what is in the archives.
GRANT SELECT ON retention, archives, archive_checkpoints TO wallet_api;
GRANT EXECUTE ON FUNCTION accept_batch(uuid), version_at(bigint, timestamptz), wallet_hash(uuid),
  add_asset(text, text, int, boolean), add_house_account(text, boolean) TO wallet_api;

-- What is scheduled. is_scheduled is for the law.
GRANT SELECT, INSERT ON scheduled_operations TO wallet_api;
GRANT EXECUTE ON FUNCTION cancel_scheduled(uuid), is_scheduled(uuid), may_expire(uuid, uuid) TO wallet_api;

-- A worker reads what it applies and tells, and neither clients nor keys.
GRANT SELECT ON settings, assets, accounts, operations, pending_operations, movements, failures, batches, batch_parts,
  batch_totals, events, unrelayed_events, event_feed, webhook_endpoints, webhook_endpoint_states, deliveries,
  delivery_leases TO wallet_worker;
GRANT INSERT ON movements, failures, events, unrelayed_events, event_feed, delivery_leases, delivery_attempts TO wallet_worker;
GRANT DELETE ON pending_operations, unrelayed_events, delivery_leases TO wallet_worker;
-- Where an account stood whose last movement is in the archives. Only the owner of the schema writes archives.
GRANT SELECT ON archive_checkpoints TO wallet_worker;
-- The spans that told events are part of, which nothing is decided by.
GRANT SELECT, INSERT, DELETE ON event_traces TO wallet_worker;
GRANT UPDATE (balance, version, last_operation_id, updated_at) ON accounts TO wallet_worker;
-- What of a hold and of a reversal is in the archives is for who archives to say.
GRANT SELECT ON operation_terms, operation_legs, holds, reversed_operations, house_accounts TO wallet_worker;
GRANT INSERT (operation_id, wallet_id, amount, captured, released, expires_at), UPDATE (captured, released) ON holds
  TO wallet_worker;
GRANT INSERT (operation_id, amount, reversed), UPDATE (reversed) ON reversed_operations TO wallet_worker;
-- The law of movements calls them.
GRANT EXECUTE ON FUNCTION check_moved_postings(uuid[]), check_moved_reversals(uuid[]),
  check_holds(uuid[]), check_reversals(uuid[]) TO wallet_worker;
GRANT UPDATE (open_parts, finished_at) ON batches TO wallet_worker;
GRANT UPDATE (after_id, touched_at) ON batch_parts TO wallet_worker;
GRANT UPDATE (succeeded, succeeded_amount, failed, failed_amount, started_at) ON batch_totals TO wallet_worker;
GRANT UPDATE (status, disabled_reason, disabled_at, updated_at) ON webhook_endpoints TO wallet_worker;
GRANT UPDATE (failures, failing_since, paused_until, window_started_at, window_requests, position, skipped,
              last_success_at, last_failure_at, last_error)
  ON webhook_endpoint_states TO wallet_worker;
GRANT INSERT (endpoint_id, event_id, status, attempts, failures, next_attempt_at, completed_at),
  UPDATE (status, attempts, failures, next_attempt_at, completed_at)
  ON deliveries TO wallet_worker;
GRANT USAGE ON SEQUENCE event_sequence TO wallet_worker;
-- Retention. What of these may be deleted, and when, is for the law to say.
GRANT SELECT ON operation_keys, delivery_attempts, retention TO wallet_worker;
GRANT UPDATE (feed_floor, kind, place, next_at) ON retention TO wallet_worker;
GRANT UPDATE (keys_removed_at) ON batches TO wallet_worker;
GRANT DELETE ON events, event_feed, deliveries, delivery_attempts, operation_keys TO wallet_worker;
-- What is due: it accepts that and nothing else.
GRANT SELECT ON scheduled_operations TO wallet_worker;
GRANT EXECUTE ON FUNCTION is_scheduled(uuid) TO wallet_worker;
GRANT EXECUTE ON FUNCTION expire_holds(int), queue_due_operations(int) TO wallet_worker;

-- Signs of life and samples: workers leave and sweep them, the API shows them.
GRANT SELECT, INSERT, UPDATE, DELETE ON workers, minute_samples TO wallet_worker;
GRANT SELECT ON workers, minute_samples TO wallet_api;
GRANT SELECT (last_finished_at, last_violations) ON audit_progress TO wallet_api;

-- An auditor reads everything but secrets, and writes down how far audits have got.
GRANT SELECT ON migrations, schema_version, settings, assets, clients, wallets, accounts, operations, operation_keys, pending_operations,
  movements, failures, entries, outcomes, batches, batch_parts, batch_totals, batch_replays, events, unrelayed_events, event_feed, webhook_endpoint_states,
  deliveries, delivery_leases, delivery_attempts, retention, archives, archive_checkpoints, scheduled_operations, workers, minute_samples TO wallet_auditor;
GRANT SELECT (id, url, description, event_types, rate_limit, previous_secret_until, status, disabled_reason, disabled_at,
  created_at, updated_at, deleted_at) ON webhook_endpoints TO wallet_auditor;
GRANT SELECT ON operation_terms, operation_legs, holds, reversed_operations, house_accounts TO wallet_auditor;
GRANT SELECT ON audit_checkpoints, audit_progress TO wallet_auditor;
GRANT INSERT (account_id, version, balance, accepted), UPDATE (version, balance, accepted, checked_at) ON audit_checkpoints
  TO wallet_auditor;
GRANT UPDATE (operations_up_to, run_id, since_checkpoint, place, violations, begun_at, saved_at, last_finished_at,
  last_violations) ON audit_progress
  TO wallet_auditor;
GRANT EXECUTE ON FUNCTION version_at(bigint, timestamptz) TO wallet_auditor;

-- The API looks keys up, makes them and revokes them, gives none another token, and only ever adds to the log of administrative
-- acts. An auditor reads both, but no hash.
GRANT SELECT, INSERT (id, name, scopes, rate_limit, expires_at, token_hash), UPDATE (revoked_at) ON api_keys TO wallet_api;
GRANT SELECT, INSERT ON audit_log TO wallet_api;
GRANT SELECT (id, name, scopes, rate_limit, previous_token_until, created_at, expires_at, revoked_at) ON api_keys
  TO wallet_auditor;
GRANT SELECT ON audit_log TO wallet_auditor;

-- All three may see in which epoch the database is, and so begin the one that the server shows; none of them can make one up.
GRANT SELECT ON epochs TO wallet_api, wallet_worker, wallet_auditor;
GRANT EXECUTE ON FUNCTION current_epoch() TO wallet_api, wallet_worker, wallet_auditor;
