-- What an operation writes, in a smaller shape: a movement is one row with both of its sides, in place of two entries and an
-- outcome; what failed is a row of its own; and a key of idempotency is 16 bytes of its hash, beside the operations.
--
-- This migration only adds, and takes no longer on a large database: processes of the version before keep working, and triggers
-- write what they write in the new shape too. `npm run migrate` then calls copy_movements() for what was there before, piece by
-- piece, and 0012 drops the old tables. It notes this migration together with 0012: a process of the version before refuses to
-- start on a migration that it does not know, and must be able to restart while the copy runs.

LOCK TABLE operations, outcomes IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE;

-- The copy would have autovacuum at work on each of these tables just when 0012 wants to lock it: it is off until then.

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
) WITH (autovacuum_enabled = off);
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
) WITH (autovacuum_enabled = off);

-- Which operation has a key of idempotency, and for which request. Of both, the first 16 bytes of the SHA-256.
CREATE TABLE operation_keys (
  key_hash uuid PRIMARY KEY,
  operation_id uuid NOT NULL,
  request_hash uuid NOT NULL
) WITH (autovacuum_enabled = off);

CREATE TRIGGER movements_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON movements EXECUTE FUNCTION refuse_change();
CREATE TRIGGER failures_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON failures EXECUTE FUNCTION refuse_change();
CREATE TRIGGER operation_keys_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON operation_keys
  EXECUTE FUNCTION refuse_change();

-- Where an account stood before the statement that changed it last, and the operation of its last movement: so the law finds what
-- an account stands on without looking for it through all of history. Null until the account is changed again.
ALTER TABLE accounts
  ADD COLUMN base_version bigint,
  ADD COLUMN base_balance numeric,
  ADD COLUMN last_operation_id uuid;

-- What a process of the version before writes. It has no rights on the new tables, so these functions run with the owner's. An
-- outcome is written by the statement that writes its entries, and a trigger sees all that its statement wrote. The copy reads
-- committed rows only, which have been mirrored or are from before: so a key that is met here twice is an error.
CREATE FUNCTION mirror_outcomes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  moved bigint;
  failed bigint;
BEGIN
  INSERT INTO movements (operation_id, from_account_id, from_version, from_balance, to_account_id, to_version, to_balance,
                         amount, asset_id, created_at)
  SELECT added.operation_id, lost.account_id, lost.version, lost.balance, gained.account_id, gained.version, gained.balance,
         gained.amount, gained.asset_id, gained.created_at
  FROM added
  JOIN LATERAL (SELECT * FROM entries WHERE operation_id = added.operation_id AND amount < 0 OFFSET 0) AS lost ON true
  JOIN LATERAL (SELECT * FROM entries WHERE operation_id = added.operation_id AND amount > 0 OFFSET 0) AS gained ON true
  WHERE added.status = 'succeeded';
  GET DIAGNOSTICS moved = ROW_COUNT;
  INSERT INTO failures (operation_id, wallet_balance, wallet_version, to_wallet_balance, to_wallet_version, completed_at, error_code)
  SELECT operation_id, wallet_balance, wallet_version, to_wallet_balance, to_wallet_version, completed_at, error_code
  FROM added WHERE status = 'failed';
  GET DIAGNOSTICS failed = ROW_COUNT;
  IF moved + failed <> (SELECT count(*) FROM added) THEN
    RAISE EXCEPTION 'an outcome has no movement' USING ERRCODE = 'WL001', CONSTRAINT = 'outcomes_fit_entries';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER outcomes_mirror AFTER INSERT ON outcomes REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION mirror_outcomes();

CREATE FUNCTION mirror_keys() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO operation_keys (key_hash, operation_id, request_hash)
  SELECT encode(substr(sha256(convert_to(idempotency_key, 'UTF8')), 1, 16), 'hex')::uuid, id,
         encode(substr(request_hash, 1, 16), 'hex')::uuid
  FROM added WHERE idempotency_key IS NOT NULL
  ORDER BY 1;
  RETURN NULL;
END $$;
CREATE TRIGGER operations_mirror AFTER INSERT ON operations REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION mirror_keys();

-- How far the copy has got: all up to the operation `up_to` has been copied and compared. What comes after `ends_at` is mirrored
-- from its beginning, so that the copy has an end however fast operations are accepted.
CREATE TABLE movements_copied (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  up_to uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  ends_at uuid NOT NULL,
  operations bigint NOT NULL DEFAULT 0,
  complete boolean NOT NULL DEFAULT false
);
INSERT INTO movements_copied (ends_at)
  SELECT greatest(
    '00000000-0000-0000-0000-000000000000',
    (SELECT id FROM operations ORDER BY id DESC LIMIT 1),
    (SELECT operation_id FROM outcomes ORDER BY operation_id DESC LIMIT 1),
    (SELECT operation_id FROM entries ORDER BY operation_id DESC LIMIT 1)
  );

-- Copies the next `piece` operations, compares the copies with what they were made from, and notes how far that is.
CREATE FUNCTION copy_movements(piece int) RETURNS movements_copied LANGUAGE plpgsql AS $$
DECLARE
  progress movements_copied;
  past uuid;
  last uuid;
  number bigint;
  culprit uuid;
BEGIN
  SELECT * INTO STRICT progress FROM movements_copied FOR UPDATE;
  IF progress.complete THEN
    RETURN progress;
  END IF;
  past := progress.up_to;
  SELECT count(*), (array_agg(id ORDER BY id DESC))[1] INTO number, last
    FROM (SELECT id FROM operations WHERE id > past AND id <= progress.ends_at ORDER BY id LIMIT piece) AS next;
  IF number < piece THEN
    last := progress.ends_at;
  END IF;

  -- What a trigger has mirrored is there already. Only that may be met; a movement that has its place on an account taken by
  -- another is an error.
  INSERT INTO movements (operation_id, from_account_id, from_version, from_balance, to_account_id, to_version, to_balance,
                         amount, asset_id, created_at)
  SELECT lost.operation_id, lost.account_id, lost.version, lost.balance, gained.account_id, gained.version, gained.balance,
         gained.amount, gained.asset_id, gained.created_at
  FROM outcomes
  JOIN LATERAL (SELECT * FROM entries WHERE operation_id = outcomes.operation_id AND amount < 0 OFFSET 0) AS lost ON true
  JOIN LATERAL (SELECT * FROM entries WHERE operation_id = outcomes.operation_id AND amount > 0 OFFSET 0) AS gained ON true
  WHERE outcomes.operation_id > past AND outcomes.operation_id <= last AND status = 'succeeded'
  ON CONFLICT (operation_id, leg) DO NOTHING;
  INSERT INTO failures (operation_id, wallet_balance, wallet_version, to_wallet_balance, to_wallet_version, completed_at,
                        error_code)
  SELECT operation_id, wallet_balance, wallet_version, to_wallet_balance, to_wallet_version, completed_at, error_code
  FROM outcomes WHERE operation_id > past AND operation_id <= last AND status = 'failed'
  ON CONFLICT (operation_id) DO NOTHING;
  INSERT INTO operation_keys (key_hash, operation_id, request_hash)
  SELECT encode(substr(sha256(convert_to(idempotency_key, 'UTF8')), 1, 16), 'hex')::uuid, id,
         encode(substr(request_hash, 1, 16), 'hex')::uuid
  FROM operations WHERE id > past AND id <= last AND idempotency_key IS NOT NULL
  ON CONFLICT (key_hash) DO NOTHING;

  -- Each outcome is there once, as it was; so is each entry, as a side of the movement; and so is each key.
  SELECT operation_id INTO culprit
    FROM (
      SELECT outcomes.operation_id,
             CASE status
               WHEN 'succeeded' THEN movement.amount > 0 AND failure.operation_id IS NULL AND sides = 2 AND
                 CASE WHEN outcomes.to_wallet_version IS NULL
                      THEN (outcomes.wallet_version, outcomes.wallet_balance)
                        IN ((from_version, from_balance), (to_version, to_balance))
                      ELSE (outcomes.wallet_version, outcomes.wallet_balance, outcomes.to_wallet_version,
                            outcomes.to_wallet_balance) = (from_version, from_balance, to_version, to_balance) END
               ELSE movement.operation_id IS NULL AND
                 (outcomes.wallet_balance, outcomes.wallet_version, outcomes.to_wallet_balance, outcomes.to_wallet_version,
                  outcomes.completed_at, outcomes.error_code) IS NOT DISTINCT FROM
                 (failure.wallet_balance, failure.wallet_version, failure.to_wallet_balance, failure.to_wallet_version,
                  failure.completed_at, failure.error_code)
             END AS is_same
      FROM outcomes
      LEFT JOIN LATERAL (
        SELECT * FROM movements WHERE operation_id = outcomes.operation_id AND leg = 0 OFFSET 0
      ) AS movement ON true
      LEFT JOIN LATERAL (SELECT * FROM failures WHERE operation_id = outcomes.operation_id OFFSET 0) AS failure ON true
      LEFT JOIN LATERAL (
        SELECT count(*) AS sides FROM entries
        WHERE operation_id = movement.operation_id
          AND (account_id, version, balance, amount, asset_id, created_at) IN (
            (from_account_id, from_version, from_balance, -movement.amount, movement.asset_id, movement.created_at),
            (to_account_id, to_version, to_balance, movement.amount, movement.asset_id, movement.created_at))
      ) AS compared ON true
      WHERE outcomes.operation_id > past AND outcomes.operation_id <= last
      UNION ALL
      SELECT entries.operation_id, movement.operation_id IS NOT NULL
      FROM entries
      LEFT JOIN LATERAL (
        SELECT operation_id FROM movements
        WHERE operation_id = entries.operation_id AND leg = 0 AND entries.account_id IN (from_account_id, to_account_id) OFFSET 0
      ) AS movement ON true
      WHERE entries.operation_id > past AND entries.operation_id <= last
      UNION ALL
      SELECT id, (key.operation_id, key.request_hash) IS NOT DISTINCT FROM
             (id, encode(substr(operations.request_hash, 1, 16), 'hex')::uuid)
      FROM operations
      LEFT JOIN LATERAL (
        SELECT * FROM operation_keys
        WHERE key_hash = encode(substr(sha256(convert_to(idempotency_key, 'UTF8')), 1, 16), 'hex')::uuid OFFSET 0
      ) AS key ON true
      WHERE id > past AND id <= last AND idempotency_key IS NOT NULL
    ) AS copies
    WHERE is_same IS NOT TRUE
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation % was not copied as it is', culprit USING ERRCODE = 'WL001';
  END IF;

  UPDATE movements_copied SET up_to = last, operations = movements_copied.operations + number, complete = number < piece
    RETURNING * INTO progress;
  RETURN progress;
END $$;

-- As for the functions of the law: a name means the same for every caller, and no plan may read, or keep, a whole table that was
-- small when it was made.
DO $$
DECLARE
  function text;
BEGIN
  FOREACH function IN ARRAY ARRAY['mirror_outcomes()', 'mirror_keys()', 'copy_movements(int)'] LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off
                    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off SET enable_memoize = off
                    SET jit = off', function, current_schema());
  END LOOP;
END $$;
