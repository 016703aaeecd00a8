-- Assets are added while the service runs, and wallets may have a credit limit. Processes of the version before can work beside
-- this: they see no asset that was added after they started, and refuse what only a credit limit covers.

-- An asset is given a number and its house accounts in the same transaction, one at a time. It runs as the owner of the schema,
-- so that no process needs a right to make a house account by itself.
CREATE FUNCTION add_asset(wanted_code text, wanted_name text, wanted_scale int, wanted_transferable boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  -- ADVISORY_LOCK.assets (shared/src/database/locks.ts).
  PERFORM pg_advisory_xact_lock(7, 0);
  IF EXISTS (SELECT FROM assets WHERE code = wanted_code) THEN RETURN 'asset_exists'; END IF;
  -- Every process holds all of them, and each has an account in every partition.
  IF (SELECT count(*) >= 1000 FROM assets) THEN RETURN 'too_many_assets'; END IF;
  WITH added AS (
    INSERT INTO assets (id, code, name, scale, transferable)
    SELECT coalesce(max(id), 0) + 1, wanted_code, wanted_name, wanted_scale, wanted_transferable FROM assets
    RETURNING id
  )
  INSERT INTO accounts (system, asset_id, partition)
  SELECT 'treasury', added.id, number
  FROM added CROSS JOIN settings CROSS JOIN LATERAL generate_series(0, settings.partitions - 1) AS number;
  RETURN 'added';
END $$;

-- The scope, and the act. An asset has a number and no uuid: the detail of its act names it.
ALTER TABLE api_keys
  DROP CONSTRAINT api_keys_scopes_check,
  ADD CONSTRAINT api_keys_scopes_check CHECK (
    cardinality(scopes) > 0 AND scopes <@ ARRAY['operations:read', 'operations:write', 'wallets:read', 'wallets:write',
                                                'webhooks:admin', 'events:read', 'assets:admin']
  );
ALTER TABLE audit_log
  ALTER COLUMN subject_id DROP NOT NULL,
  DROP CONSTRAINT audit_log_subject_type_check,
  ADD CONSTRAINT audit_log_subject_type_check
    CHECK (subject_type IN ('api_key', 'wallet', 'webhook_endpoint', 'asset')) NOT VALID,
  ADD CONSTRAINT audit_log_subject_is_named CHECK ((subject_type = 'asset') = (subject_id IS NULL)) NOT VALID;

-- How far below zero a wallet may go. The column needs no row to be rewritten. The check takes the place of the one that a wallet
-- does not go below zero; no row that exists can break it, and `npm run migrate` validates it afterwards, while all work.
ALTER TABLE accounts
  ADD COLUMN credit_limit bigint NOT NULL DEFAULT 0,
  ADD CONSTRAINT accounts_within_credit CHECK (credit_limit >= 0 AND (balance >= -credit_limit OR wallet_id IS NULL)) NOT VALID,
  DROP CONSTRAINT accounts_wallet_not_below_zero;
