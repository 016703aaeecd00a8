-- Kinds of operations that say more than an amount: holds and their captures and releases, reversals, and postings of several
-- legs; and the accounts that they need: a held one beside a wallet's, and house accounts besides the treasury. Processes of the
-- version before can work beside this: what they do not know they leave to others.

-- In the order in which those that accept and apply come to them: so nobody waits for the other in a circle.
LOCK TABLE operations, accounts IN ACCESS EXCLUSIVE MODE;

-- House accounts, by name. Each has an account in every asset, and the treasury one in every asset and partition.
CREATE TABLE house_accounts (
  name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
  may_go_negative boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO house_accounts (name, may_go_negative) VALUES ('treasury', true);

-- An account is a wallet's, what is held of a wallet, or a house account's. The checks that are new read no row that exists; `npm
-- run migrate` validates them afterwards, while all work. To build the two indexes, which are empty, takes some 0.3 s for a million
-- accounts.
ALTER TABLE accounts
  ADD COLUMN held_of uuid,
  ADD COLUMN may_go_negative boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT accounts_held_of_asset_id_fkey FOREIGN KEY (held_of, asset_id) REFERENCES wallets (id, asset_id) NOT VALID,
  DROP CONSTRAINT accounts_system_check,
  ADD CONSTRAINT accounts_system_fkey FOREIGN KEY (system) REFERENCES house_accounts (name) NOT VALID,
  DROP CONSTRAINT accounts_wallet_or_system,
  ADD CONSTRAINT accounts_one_owner CHECK (
    num_nonnulls(wallet_id, held_of, system) = 1 AND (partition IS NOT NULL) = (system IS NOT DISTINCT FROM 'treasury')
    AND (credit_limit = 0 OR wallet_id IS NOT NULL) AND (system IS NOT NULL OR NOT may_go_negative)
  ) NOT VALID,
  DROP CONSTRAINT accounts_within_credit,
  ADD CONSTRAINT accounts_within_credit CHECK (
    credit_limit >= 0
    AND (balance >= -credit_limit OR may_go_negative OR system IS NOT DISTINCT FROM 'treasury')
  ) NOT VALID;
CREATE UNIQUE INDEX accounts_held_of ON accounts (held_of) WHERE held_of IS NOT NULL;
CREATE UNIQUE INDEX accounts_house ON accounts (system, asset_id) WHERE system IS NOT NULL AND partition IS NULL;

-- An operation may leave its amount open: then it is all that is left of what it names; a posting has amounts in its legs. What is
-- there satisfies the stricter checks of before, and so these: nobody reads all operations to validate them.
ALTER TABLE operations
  ALTER COLUMN amount DROP NOT NULL,
  DROP CONSTRAINT operations_amount_check,
  ADD CONSTRAINT operations_amount_check CHECK (
    CASE WHEN type IN ('capture', 'release', 'reversal') THEN amount IS NULL OR amount > 0
         WHEN type = 'posting' THEN amount IS NULL
         ELSE amount IS NOT NULL AND amount > 0 END
  ) NOT VALID,
  DROP CONSTRAINT operations_type_check,
  ADD CONSTRAINT operations_type_check CHECK (
    type IN ('deposit', 'withdraw', 'resupply', 'transfer', 'top_up', 'bonus', 'spend',
             'hold', 'capture', 'release', 'reversal', 'posting')
  ) NOT VALID,
  DROP CONSTRAINT operations_transfer_has_receiver,
  ADD CONSTRAINT operations_transfer_has_receiver CHECK (
    CASE type WHEN 'transfer' THEN to_wallet_id IS NOT NULL WHEN 'capture' THEN true ELSE to_wallet_id IS NULL END
  ) NOT VALID;

-- What an operation says besides its amount: one row for each hold, capture, release, reversal and posting.
CREATE TABLE operation_terms (
  operation_id uuid PRIMARY KEY,
  -- The hold of a capture or a release; the operation that a reversal takes back.
  target_id uuid,
  -- The house account that a capture goes to. Without it and a receiving wallet, it goes to the treasury.
  to_account_id bigint,
  -- Whether a capture gives back what it leaves of the hold.
  final boolean,
  -- When a hold is released if it is still open.
  expires_at timestamptz,
  -- Why the service itself has accepted the operation.
  reason text,
  -- How many legs a posting has.
  legs smallint,
  -- One check for all of it: each is parsed anew by every statement.
  CONSTRAINT operation_terms_fit CHECK ((reason IS NULL OR reason = 'expired') AND (legs IS NULL OR legs BETWEEN 1 AND 100))
);
CREATE INDEX operation_terms_target ON operation_terms (target_id, operation_id) WHERE target_id IS NOT NULL;
-- A hold expires once.
CREATE UNIQUE INDEX operation_terms_expiry ON operation_terms (target_id) WHERE reason = 'expired';

-- What the legs of a posting move, in their order.
CREATE TABLE operation_legs (
  operation_id uuid NOT NULL,
  leg smallint NOT NULL,
  from_account_id bigint NOT NULL,
  to_account_id bigint NOT NULL,
  amount bigint NOT NULL,
  asset_id smallint NOT NULL,
  PRIMARY KEY (operation_id, leg),
  CONSTRAINT operation_legs_move CHECK (amount > 0 AND from_account_id <> to_account_id AND leg >= 0)
);

-- How much of each hold was captured and released: what of it is in the archives besides what is here. What remains is open, and
-- held.
CREATE TABLE holds (
  operation_id uuid PRIMARY KEY,
  wallet_id uuid NOT NULL,
  amount bigint NOT NULL,
  captured bigint NOT NULL DEFAULT 0,
  released bigint NOT NULL DEFAULT 0,
  archived_captured bigint NOT NULL DEFAULT 0,
  archived_released bigint NOT NULL DEFAULT 0,
  remaining bigint GENERATED ALWAYS AS (amount - captured - released) STORED,
  expires_at timestamptz,
  CONSTRAINT holds_add_up CHECK (amount > 0 AND captured >= 0 AND released >= 0 AND captured + released <= amount)
);
CREATE INDEX holds_wallet ON holds (wallet_id, operation_id);
CREATE INDEX holds_open ON holds (wallet_id, operation_id) WHERE remaining > 0;
CREATE INDEX holds_due ON holds (expires_at) WHERE remaining > 0 AND expires_at IS NOT NULL;

-- How much was taken back of each operation of which anything was, and how much of that is in the archives. All are sums over all
-- legs.
CREATE TABLE reversed_operations (
  operation_id uuid PRIMARY KEY,
  amount numeric NOT NULL,
  reversed numeric NOT NULL,
  archived numeric NOT NULL DEFAULT 0,
  CONSTRAINT reversed_operations_add_up CHECK (reversed > 0 AND reversed <= amount)
);

-- A house account is made with its accounts in every asset, and an asset with those of every house account, one at a time. They
-- run as the owner of the schema, so that no process needs a right to make a house account by itself.
CREATE FUNCTION add_house_account(wanted_name text, wanted_may_go_negative boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  -- ADVISORY_LOCK.assets (shared/src/database/locks.ts).
  PERFORM pg_advisory_xact_lock(7, 0);
  IF EXISTS (SELECT FROM house_accounts WHERE name = wanted_name) THEN RETURN 'account_exists'; END IF;
  IF (SELECT count(*) >= 100 FROM house_accounts) THEN RETURN 'too_many_accounts'; END IF;
  INSERT INTO house_accounts (name, may_go_negative) VALUES (wanted_name, wanted_may_go_negative);
  INSERT INTO accounts (system, asset_id, may_go_negative) SELECT wanted_name, id, wanted_may_go_negative FROM assets;
  RETURN 'added';
END $$;

CREATE OR REPLACE FUNCTION add_asset(wanted_code text, wanted_name text, wanted_scale int, wanted_transferable boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7, 0);
  IF EXISTS (SELECT FROM assets WHERE code = wanted_code) THEN RETURN 'asset_exists'; END IF;
  -- Every process holds all of them, and each has an account in every partition.
  IF (SELECT count(*) >= 1000 FROM assets) THEN RETURN 'too_many_assets'; END IF;
  WITH added AS (
    INSERT INTO assets (id, code, name, scale, transferable)
    SELECT coalesce(max(id), 0) + 1, wanted_code, wanted_name, wanted_scale, wanted_transferable FROM assets
    RETURNING id
  )
  INSERT INTO accounts (system, asset_id, partition, may_go_negative)
  SELECT 'treasury', added.id, number, false
  FROM added CROSS JOIN settings CROSS JOIN LATERAL generate_series(0, settings.partitions - 1) AS number
  UNION ALL
  SELECT house_accounts.name, added.id, NULL, house_accounts.may_go_negative
  FROM added CROSS JOIN house_accounts WHERE house_accounts.name <> 'treasury';
  RETURN 'added';
END $$;

-- The act of adding a house account: as with an asset, the detail names it.
ALTER TABLE audit_log
  DROP CONSTRAINT audit_log_subject_type_check,
  ADD CONSTRAINT audit_log_subject_type_check
    CHECK (subject_type IN ('api_key', 'wallet', 'webhook_endpoint', 'asset', 'house_account')) NOT VALID,
  DROP CONSTRAINT audit_log_subject_is_named,
  ADD CONSTRAINT audit_log_subject_is_named
    CHECK ((subject_type IN ('asset', 'house_account')) = (subject_id IS NULL)) NOT VALID;

-- What came of each operation, in one list, for reading a database by hand. Of one that has succeeded, the balances are those that
-- it left its wallets at: null where it moved nothing on one, as a capture for the treasury does. Each look-up is by key, that
-- of an operation too.
CREATE OR REPLACE VIEW outcomes AS
  SELECT operations.id AS operation_id,
         coalesce(own_last.balance::bigint, failure.wallet_balance) AS wallet_balance,
         coalesce(own_last.version, failure.wallet_version) AS wallet_version,
         coalesce(receiver_last.balance::bigint, failure.to_wallet_balance) AS to_wallet_balance,
         coalesce(receiver_last.version, failure.to_wallet_version) AS to_wallet_version,
         coalesce(movement.created_at, failure.completed_at) AS completed_at,
         CASE WHEN movement.operation_id IS NULL THEN 'failed' ELSE 'succeeded' END AS status, failure.error_code
  FROM operations
  LEFT JOIN LATERAL (
    SELECT operation_id, created_at FROM movements WHERE operation_id = operations.id AND leg = 0 OFFSET 0
  ) AS movement ON true
  LEFT JOIN LATERAL (
    SELECT * FROM failures WHERE operation_id = CASE WHEN movement.operation_id IS NULL THEN operations.id END OFFSET 0
  ) AS failure ON true
  LEFT JOIN LATERAL (
    SELECT id FROM accounts WHERE wallet_id = CASE WHEN movement.operation_id IS NOT NULL THEN operations.wallet_id END OFFSET 0
  ) AS own ON true
  LEFT JOIN LATERAL (
    SELECT id FROM accounts WHERE wallet_id = CASE WHEN movement.operation_id IS NOT NULL THEN operations.to_wallet_id END OFFSET 0
  ) AS receiver ON true
  LEFT JOIN LATERAL (
    SELECT CASE own.id WHEN from_account_id THEN from_balance ELSE to_balance END AS balance,
           CASE own.id WHEN from_account_id THEN from_version ELSE to_version END AS version
    FROM movements
    WHERE operation_id = CASE WHEN own.id IS NOT NULL THEN operations.id END AND own.id IN (from_account_id, to_account_id)
    ORDER BY version DESC LIMIT 1
  ) AS own_last ON true
  LEFT JOIN LATERAL (
    SELECT CASE receiver.id WHEN from_account_id THEN from_balance ELSE to_balance END AS balance,
           CASE receiver.id WHEN from_account_id THEN from_version ELSE to_version END AS version
    FROM movements
    WHERE operation_id = CASE WHEN receiver.id IS NOT NULL THEN operations.id END AND receiver.id IN (from_account_id, to_account_id)
    ORDER BY version DESC LIMIT 1
  ) AS receiver_last ON true
  WHERE movement.operation_id IS NOT NULL OR failure.operation_id IS NOT NULL;
