-- What an operation writes, in a smaller shape: a movement is one row with both of its sides, in place of two entries and an
-- outcome; what failed is a row of its own; and a key of idempotency is 16 bytes of its hash, beside the operations.
--
-- This migration only adds, and takes no longer on a large database: a process of the version before goes on beside it, and
-- what it writes is written in the new shape too. `npm run migrate` then copies what was there before, in pieces, while
-- everybody works, and 0012 takes the old tables away.

-- A movement of an operation: `amount` from one account to another, with where it left both of them. An operation that succeeded
-- has its movement under leg 0, and one with several movements those after it under legs of their own.
CREATE TABLE movements (
  operation_id uuid NOT NULL,
  from_account_id bigint NOT NULL,
  from_version bigint NOT NULL,
  to_account_id bigint NOT NULL,
  to_version bigint NOT NULL,
  amount bigint NOT NULL,
  -- That of the statement, which comes after the accounts were locked: so it never decreases from one version to the next.
  created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
  leg smallint NOT NULL DEFAULT 0,
  asset_id smallint NOT NULL,
  from_balance numeric NOT NULL,
  to_balance numeric NOT NULL,
  PRIMARY KEY (operation_id, leg),
  -- One check for all of it: each is parsed anew by every statement.
  CONSTRAINT movements_move CHECK (amount > 0 AND from_account_id <> to_account_id AND leg >= 0)
);
CREATE UNIQUE INDEX movements_from ON movements (from_account_id, from_version);
CREATE UNIQUE INDEX movements_to ON movements (to_account_id, to_version);

-- What failed, and why. The balances and versions are those of its wallet, and of the receiving one of a transfer, just then.
CREATE TABLE failures (
  operation_id uuid PRIMARY KEY,
  wallet_balance bigint NOT NULL,
  wallet_version bigint NOT NULL,
  to_wallet_balance bigint,
  to_wallet_version bigint,
  completed_at timestamptz NOT NULL DEFAULT statement_timestamp(),
  error_code text NOT NULL CHECK (error_code ~ '^[a-z_]{1,64}$')
);

-- Which operation has a key of idempotency, and for which request. Of both, the first 16 bytes of the SHA-256.
CREATE TABLE operation_keys (
  key_hash uuid PRIMARY KEY,
  operation_id uuid NOT NULL,
  request_hash uuid NOT NULL
);

-- Where an account stood before the statement that changed it last, and the operation of its last movement: so the law finds what
-- an account stands on without looking for it through all of history. Null until the account is changed again.
ALTER TABLE accounts
  ADD COLUMN base_version bigint,
  ADD COLUMN base_balance numeric,
  ADD COLUMN last_operation_id uuid;

-- What a process of the version before writes. It has no rights on the new tables: so this runs with those of the owner.
CREATE FUNCTION mirror_outcomes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO movements (operation_id, from_account_id, from_version, from_balance, to_account_id, to_version, to_balance,
                         amount, asset_id, created_at)
  SELECT added.operation_id, lost.account_id, lost.version, lost.balance, gained.account_id, gained.version, gained.balance,
         gained.amount, gained.asset_id, gained.created_at
  FROM added
  JOIN LATERAL (SELECT * FROM entries WHERE operation_id = added.operation_id AND NOT amount > 0 OFFSET 0) AS lost ON true
  JOIN LATERAL (SELECT * FROM entries WHERE operation_id = added.operation_id AND amount > 0 OFFSET 0) AS gained ON true
  WHERE added.status = 'succeeded'
  ON CONFLICT DO NOTHING;
  INSERT INTO failures (operation_id, wallet_balance, wallet_version, to_wallet_balance, to_wallet_version, completed_at, error_code)
  SELECT operation_id, wallet_balance, wallet_version, to_wallet_balance, to_wallet_version, completed_at, error_code
  FROM added WHERE status = 'failed'
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER outcomes_mirror AFTER INSERT ON outcomes REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION mirror_outcomes();

CREATE FUNCTION mirror_keys() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO operation_keys (key_hash, operation_id, request_hash)
  SELECT encode(substr(sha256(convert_to(idempotency_key, 'UTF8')), 1, 16), 'hex')::uuid, id,
         encode(substr(request_hash, 1, 16), 'hex')::uuid
  FROM added WHERE idempotency_key IS NOT NULL
  ORDER BY 1
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER operations_mirror AFTER INSERT ON operations REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION mirror_keys();

-- How far the copy has got: everything up to this operation is there. Null stands for nothing, and `complete` for all.
CREATE TABLE movements_copied (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  up_to uuid,
  complete boolean NOT NULL DEFAULT false
);
INSERT INTO movements_copied DEFAULT VALUES;
