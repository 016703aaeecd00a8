-- The law of the ledger: what the database refuses, whichever role writes. Applied after the migrations by every `npm run migrate`
-- that finds anything else, in one transaction. This file is the only place of it: the functions and triggers of the same
-- names in the migrations are what it was before, and this replaces them.
--
-- 1. History is only added to.
-- 2. An operation begins pending, on wallets of its asset, in its partition, and its key is its own.
-- 3. Movements continue each other; accounts stand at their last one.
-- 4. An operation ends once: with a movement of its amount, between the accounts that it names, in its direction; or a failure.
-- 5. What is pending leaves the queue when it has ended, and a part of a batch gets no further than its ended lines.
-- 6. A batch stays as it was accepted.
-- 7. What may be deleted is kept as long as it is needed.
-- 8. History is deleted when it is in the archives.
-- 9. What has terms moves what they say, and holds and reversals add up.
-- 10. What is scheduled is queued when it is due.
-- 11. A program that is too old for the schema writes nothing.
--
-- Checks, unique keys and foreign keys stand with the tables; here is what takes more than one row to see. Each statement is
-- checked as a whole, in sets, when it ends: a foreign key or a row trigger would be paid per row. A statement that breaks the
-- law fails with SQLSTATE WL001, 23001 for a change of history, or 57WL1 for a program that is too old, and takes its transaction
-- with it.
--
-- Every look-up is by key, row by row, whatever the size of the tables when a session plans it: so it is a subquery of its own
-- that the planner cannot turn into a join, which one in FROM would be without OFFSET 0, and the last statement of this file sets the
-- planner accordingly. What only some rows need is asked in an expression, where it costs the others nothing.
-- What waits is looked up by pairs, which only the index of its wallets can compare: for a table that was empty when it was last
-- vacuumed, each index seems to be as good, also one that would have to be read from end to end
-- (docs/decisions/plans-of-emptied-tables.md).

-- ---------------------------------------------------------------------------------------------------------------------------
-- 1. History is only added to
-- ---------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- Forbidden: to change what was accepted, its outcome, what moved, and what the ledger is made of. Section 8 says when what was
-- accepted, its outcome and what moved may be deleted; section 10, the one change of an operation.
CREATE OR REPLACE TRIGGER operations_append_only BEFORE TRUNCATE ON operations
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER movements_append_only BEFORE UPDATE OR TRUNCATE ON movements
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER failures_append_only BEFORE UPDATE OR TRUNCATE ON failures
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER operation_keys_append_only BEFORE UPDATE OR TRUNCATE ON operation_keys
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER operation_terms_append_only BEFORE UPDATE OR TRUNCATE ON operation_terms
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER operation_legs_append_only BEFORE UPDATE OR TRUNCATE ON operation_legs
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER settings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settings
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER assets_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assets
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER house_accounts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON house_accounts
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER wallets_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallets
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER batch_replays_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON batch_replays
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER epochs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON epochs
  EXECUTE FUNCTION refuse_change();

-- Forbidden: to change an event, its place in the feed, or a try to deliver it. Section 7 says when they may be deleted.
CREATE OR REPLACE TRIGGER events_unchanged BEFORE UPDATE OR TRUNCATE ON events EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER event_feed_unchanged BEFORE UPDATE OR TRUNCATE ON event_feed EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER delivery_attempts_unchanged BEFORE UPDATE OR TRUNCATE ON delivery_attempts
  EXECUTE FUNCTION refuse_change();

-- Forbidden: to delete an account, a batch, what belongs to it, or a key.
CREATE OR REPLACE TRIGGER accounts_are_kept BEFORE DELETE OR TRUNCATE ON accounts EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER batches_are_kept BEFORE DELETE OR TRUNCATE ON batches EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER batch_parts_are_kept BEFORE DELETE OR TRUNCATE ON batch_parts EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER batch_totals_are_kept BEFORE DELETE OR TRUNCATE ON batch_totals EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER api_keys_are_kept BEFORE DELETE OR TRUNCATE ON api_keys EXECUTE FUNCTION refuse_change();

-- Forbidden: to give a key another name or other scopes, or to change it in any way once it is revoked.
CREATE OR REPLACE TRIGGER api_keys_keep_scopes BEFORE UPDATE OF id, name, scopes, created_at ON api_keys
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER api_keys_stay_revoked BEFORE UPDATE ON api_keys
  FOR EACH ROW WHEN (OLD.revoked_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

-- Forbidden: to give an account to another wallet, system, partition or asset, or to let it go below zero afterwards. No statement
-- may even mention these columns: comparing the rows of before and after would cost time for every change of a balance.
CREATE OR REPLACE FUNCTION refuse_other_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an account stays whose it is' USING ERRCODE = 'WL001', CONSTRAINT = 'accounts_keep_owner';
END $$;
CREATE OR REPLACE TRIGGER accounts_keep_owner
  BEFORE UPDATE OF id, wallet_id, wallet_hash, held_of, system, partition, asset_id, may_go_negative ON accounts
  EXECUTE FUNCTION refuse_other_owner();

-- Of a wallet, the account has the hash, whatever the statement says: the partitions of its operations follow from it.
CREATE OR REPLACE FUNCTION keep_wallet_hash() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.wallet_hash := wallet_hash(NEW.wallet_id);
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER accounts_keep_wallet_hash BEFORE INSERT ON accounts
  FOR EACH ROW EXECUTE FUNCTION keep_wallet_hash();

-- ---------------------------------------------------------------------------------------------------------------------------
-- 2. An operation begins pending
-- ---------------------------------------------------------------------------------------------------------------------------

-- Forbidden: an operation
--   that joins no batch, or one that has been accepted (operations_join_open_batch),
--   that does not wait in the queue, is not scheduled and is no line of a batch, or whose wallets have no account of its asset
--     (operations_begin_pending),
--   that waits in another partition than that of its wallet (operations_fit_partition). A line has its place by
--     its id, and those of an atomic batch are all in one partition,
--   whose key of idempotency belongs to another, or to none (operations_own_key),
--   of a month that is in the archives: it may be there already (operations_follow_archives).
-- And, where its type has terms,
--   without them, or with such as belong to another type (operations_have_terms),
--   that captures or releases what is no hold of its wallet and asset, or reverses no operation of these that can be reversed, or
--     a part of a posting; that says it was accepted for the expiry of a hold that has not expired, or of one that has an expiry
--     which has not failed (operations_fit_target),
--   a hold of a wallet without an account for what is held of it, or a capture for what is no house account of its asset other
--     than the treasury (operations_fit_accounts),
--   a posting without exactly the legs that it says it has, or between accounts of another asset, or that are neither a wallet's
--     own nor a house account, or the treasury of another partition, or whose first wallet is not its own (operations_fit_legs).
--
-- Most operations are of simple types: what has terms is only marked among them, and looked at if any is, and then so are legs.
CREATE OR REPLACE FUNCTION check_added_operations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  partitions smallint;
  closed uuid;
  culprit record;
BEGIN
  SELECT settings.partitions, joined.batch_id INTO partitions, closed
    FROM settings
    LEFT JOIN LATERAL (
      SELECT added.batch_id
      FROM (SELECT DISTINCT batch_id FROM added WHERE batch_id IS NOT NULL) AS added
      LEFT JOIN batches ON batches.id = added.batch_id
      WHERE batches.id IS NULL OR batches.seq IS NOT NULL
      LIMIT 1
    ) AS joined ON true
    WHERE only_row;
  IF closed IS NOT NULL THEN
    RAISE EXCEPTION 'batch % takes no lines', closed USING ERRCODE = 'WL001', CONSTRAINT = 'operations_join_open_batch';
  END IF;

  SELECT * INTO culprit
    FROM (
      SELECT added.id,
             CASE
               WHEN added.batch_id IS NULL AND waiting.operation_id IS DISTINCT FROM added.id
                   AND (added.seq IS NOT NULL OR NOT is_scheduled(added.id))
                 OR account.wallet_hash IS NULL
                 OR added.to_wallet_id IS NOT NULL
                   AND (SELECT wallet_id FROM accounts WHERE wallet_id = added.to_wallet_id AND asset_id = added.asset_id) IS NULL
                 THEN 'operations_begin_pending'
               WHEN added.batch_id IS NULL AND account.wallet_hash % partitions IS DISTINCT FROM waiting.partition
                   AND added.seq IS NOT NULL
                 THEN 'operations_fit_partition'
               WHEN added.idempotency_key IS NOT NULL AND (
                 SELECT operation_id FROM operation_keys
                 WHERE key_hash = encode(substr(sha256(convert_to(added.idempotency_key, 'UTF8')), 1, 16), 'hex')::uuid
               ) IS DISTINCT FROM added.id
                 THEN 'operations_own_key'
               WHEN added.id < (SELECT before_id FROM archives ORDER BY before_id DESC LIMIT 1) THEN 'operations_follow_archives'
               WHEN added.type IN ('hold', 'capture', 'release', 'reversal', 'posting') THEN 'has_terms'
             END AS broken
      FROM added
      LEFT JOIN LATERAL (
        SELECT operation_id, partition FROM pending_operations
        WHERE (wallet_id, seq) >= (added.wallet_id, added.seq) AND (wallet_id, seq) <= (added.wallet_id, added.seq) OFFSET 0
      ) AS waiting ON true
      LEFT JOIN LATERAL (
        SELECT wallet_hash FROM accounts WHERE wallet_id = added.wallet_id AND asset_id = added.asset_id OFFSET 0
      ) AS account ON true
    ) AS checked
    WHERE broken IS NOT NULL
    ORDER BY broken = 'has_terms'
    LIMIT 1;
  IF NOT FOUND THEN
    RETURN NULL;
  ELSIF culprit.broken <> 'has_terms' THEN
    RAISE EXCEPTION 'operation %: %', culprit.id, culprit.broken USING ERRCODE = 'WL001', CONSTRAINT = culprit.broken;
  END IF;

  SELECT * INTO culprit
    FROM (
      SELECT added.id,
             CASE
               WHEN terms.operation_id IS NULL
                 OR (terms.target_id IS NOT NULL) <> (added.type IN ('capture', 'release', 'reversal'))
                 OR (terms.final IS NOT NULL) <> (added.type = 'capture')
                 OR (terms.legs IS NOT NULL) <> (added.type = 'posting')
                 OR terms.to_account_id IS NOT NULL AND (added.type <> 'capture' OR added.to_wallet_id IS NOT NULL)
                 OR terms.expires_at IS NOT NULL AND added.type <> 'hold'
                 OR terms.reason IS NOT NULL AND (added.type <> 'release' OR added.amount IS NOT NULL)
                 THEN 'operations_have_terms'
               WHEN terms.target_id IS NOT NULL
                   AND (target.wallet_id, target.asset_id, target.fits) IS DISTINCT FROM (added.wallet_id, added.asset_id, true)
                 OR terms.reason IS NOT NULL AND NOT may_expire(terms.target_id, added.id)
                 THEN 'operations_fit_target'
               WHEN added.type = 'hold'
                   AND (SELECT held_of FROM accounts WHERE held_of = added.wallet_id) IS NULL
                 OR terms.to_account_id IS NOT NULL AND (
                   SELECT asset_id FROM accounts WHERE id = terms.to_account_id AND system IS NOT NULL AND partition IS NULL
                 ) IS DISTINCT FROM added.asset_id
                 THEN 'operations_fit_accounts'
               WHEN added.type = 'posting' THEN 'has_legs'
             END AS broken
      FROM added
      LEFT JOIN LATERAL (SELECT * FROM operation_terms WHERE operation_id = added.id OFFSET 0) AS terms ON true
      LEFT JOIN LATERAL (
        SELECT wallet_id, asset_id,
               CASE WHEN added.type <> 'reversal' THEN type = 'hold'
                    WHEN type = 'posting' THEN added.amount IS NULL
                    ELSE type IN ('deposit', 'withdraw', 'resupply', 'transfer', 'top_up', 'bonus', 'spend', 'capture') END AS fits
        FROM operations WHERE id = terms.target_id OFFSET 0
      ) AS target ON true
      WHERE added.type IN ('hold', 'capture', 'release', 'reversal', 'posting')
    ) AS checked
    WHERE broken IS NOT NULL
    ORDER BY broken = 'has_legs'
    LIMIT 1;
  IF NOT FOUND THEN
    RETURN NULL;
  ELSIF culprit.broken <> 'has_legs' THEN
    RAISE EXCEPTION 'operation %: %', culprit.id, culprit.broken USING ERRCODE = 'WL001', CONSTRAINT = culprit.broken;
  END IF;

  SELECT added.id INTO culprit
    FROM added
    CROSS JOIN LATERAL (SELECT legs FROM operation_terms WHERE operation_id = added.id OFFSET 0) AS terms
    CROSS JOIN LATERAL (
      SELECT wallet_hash % partitions AS partition,
             CASE WHEN added.batch_id IS NOT NULL
                  THEN (get_byte(uuid_send(added.id), 6) & 15) * 256 + get_byte(uuid_send(added.id), 7) END AS line_partition
      FROM accounts WHERE wallet_id = added.wallet_id OFFSET 0
    ) AS place
    CROSS JOIN LATERAL (
      SELECT count(*) AS number, bool_or(misfits) AS misfit,
             (array_agg(wallet_id ORDER BY leg) FILTER (WHERE wallet_id IS NOT NULL))[1] AS first_wallet_id
      FROM (
        SELECT legs.leg, coalesce(source.wallet_id, destination.wallet_id) AS wallet_id,
               (source.fits AND destination.fits) IS NOT TRUE AS misfits
        FROM operation_legs AS legs
        LEFT JOIN LATERAL (
          SELECT wallet_id, asset_id = legs.asset_id AND held_of IS NULL
                   AND coalesce(accounts.partition IN (place.partition, place.line_partition), accounts.partition IS NULL) AS fits
          FROM accounts WHERE id = legs.from_account_id OFFSET 0
        ) AS source ON true
        LEFT JOIN LATERAL (
          SELECT wallet_id, asset_id = legs.asset_id AND held_of IS NULL
                   AND coalesce(accounts.partition IN (place.partition, place.line_partition), accounts.partition IS NULL) AS fits
          FROM accounts WHERE id = legs.to_account_id OFFSET 0
        ) AS destination ON true
        WHERE legs.operation_id = added.id
      ) AS each
    ) AS posted
    WHERE added.type = 'posting'
      AND (posted.number, posted.misfit, posted.first_wallet_id) IS DISTINCT FROM (terms.legs, false, added.wallet_id)
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation %: operations_fit_legs', culprit.id USING ERRCODE = 'WL001', CONSTRAINT = 'operations_fit_legs';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER operations_law AFTER INSERT ON operations REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_operations();

-- Whether a release can be accepted for the expiry of a hold: it has expired, and has no other expiry that has not failed. This is
-- asked for releases of the service itself; named in the law of all operations, the tables would cost each of them something.
CREATE OR REPLACE FUNCTION may_expire(hold uuid, release uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM holds WHERE operation_id = hold AND expires_at <= clock_timestamp()) AND NOT EXISTS (
    SELECT FROM operation_terms AS other
    LEFT JOIN LATERAL (SELECT operation_id FROM failures WHERE operation_id = other.operation_id OFFSET 0) AS failure ON true
    WHERE other.target_id = hold AND other.reason IS NOT NULL AND other.operation_id <> release AND failure.operation_id IS NULL
  );
END $$;

-- Forbidden: to keep a key for an operation that has another one, or none.
CREATE OR REPLACE FUNCTION check_added_keys() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT added.operation_id INTO culprit
    FROM added
    LEFT JOIN LATERAL (
      SELECT idempotency_key FROM operations WHERE id = added.operation_id OFFSET 0
    ) AS operations ON true
    WHERE added.key_hash IS DISTINCT FROM
      encode(substr(sha256(convert_to(operations.idempotency_key, 'UTF8')), 1, 16), 'hex')::uuid
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation % has another key', culprit.operation_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'operation_keys_fit_operation';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER operation_keys_law AFTER INSERT ON operation_keys REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_keys();

-- Forbidden: to queue what is no operation with this wallet and place, or what has ended. What the same command has accepted has
-- not, and is not looked up: both have the transaction and the number of the command.
CREATE OR REPLACE FUNCTION check_added_pending() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  WITH written AS MATERIALIZED (
    SELECT pending.xmin, pending.cmin
    FROM (SELECT partition, low, seq FROM added LIMIT 1) AS added
    CROSS JOIN LATERAL (
      SELECT xmin, cmin FROM pending_operations
      WHERE (partition, low, seq) >= (added.partition, added.low, added.seq)
        AND (partition, low, seq) <= (added.partition, added.low, added.seq) OFFSET 0
    ) AS pending
  )
  SELECT added.operation_id INTO culprit
    FROM added
    LEFT JOIN LATERAL (
      SELECT wallet_id, seq, xmin, cmin FROM operations WHERE id = added.operation_id OFFSET 0
    ) AS operations ON true
    WHERE (operations.wallet_id, operations.seq) IS DISTINCT FROM (added.wallet_id, added.seq)
      OR (operations.xmin = (SELECT xmin FROM written) AND operations.cmin = (SELECT cmin FROM written)) IS NOT TRUE
        AND coalesce(
          (SELECT operation_id FROM movements WHERE operation_id = added.operation_id AND leg = 0),
          (SELECT operation_id FROM failures WHERE operation_id = added.operation_id)
        ) IS NOT NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation % cannot wait', culprit.operation_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'pending_operations_wait_for_outcome';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER pending_operations_law_insert AFTER INSERT ON pending_operations REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_pending();

-- ---------------------------------------------------------------------------------------------------------------------------
-- 3. Movements continue each other, and accounts stand at their last one
-- ---------------------------------------------------------------------------------------------------------------------------

-- Where an account stood before is kept beside where it stands now, on every change. This is a row trigger, so that no
-- statement can say otherwise; to compare the rows of before and after in sets costs more.
CREATE OR REPLACE FUNCTION keep_base() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.base_version := OLD.version;
  NEW.base_balance := OLD.balance;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER accounts_keep_base BEFORE UPDATE OF balance, version, last_operation_id, base_balance, base_version
  ON accounts FOR EACH ROW EXECUTE FUNCTION keep_base();

-- Forbidden: to change an account so that it does not stand at a movement of its last operation, or goes back. An account that has
-- not moved since it was not yet written down which operation was its last is looked up by its version. Where that movement is
-- in the archives, the account stands at its checkpoint.
CREATE OR REPLACE FUNCTION check_changed_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT changed.id INTO culprit
    FROM changed
    LEFT JOIN LATERAL (
      SELECT true AS found FROM movements
      WHERE operation_id = changed.last_operation_id
        AND (from_account_id = changed.id AND from_version = changed.version AND from_balance = changed.balance
          OR to_account_id = changed.id AND to_version = changed.version AND to_balance = changed.balance)
      LIMIT 1
    ) AS last ON true
    WHERE CASE WHEN changed.version = 0 THEN changed.balance <> 0 OR changed.last_operation_id IS NOT NULL
               WHEN last.found THEN false
               WHEN changed.last_operation_id IS NULL THEN coalesce(
                 (SELECT from_balance FROM movements WHERE from_account_id = changed.id AND from_version = changed.version),
                 (SELECT to_balance FROM movements WHERE to_account_id = changed.id AND to_version = changed.version),
                 (SELECT balance FROM archive_checkpoints WHERE account_id = changed.id AND version = changed.version)
               ) IS DISTINCT FROM changed.balance
               ELSE (
                 SELECT balance FROM archive_checkpoints
                 WHERE account_id = changed.id AND version = changed.version AND operation_id = changed.last_operation_id
               ) IS DISTINCT FROM changed.balance END
      OR changed.version < changed.base_version
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'account % does not stand at its last movement', culprit.id
      USING ERRCODE = 'WL001', CONSTRAINT = 'accounts_follow_entries';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER accounts_law_insert AFTER INSERT ON accounts REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION check_changed_accounts();
CREATE OR REPLACE TRIGGER accounts_law_update AFTER UPDATE ON accounts REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION check_changed_accounts();

-- ---------------------------------------------------------------------------------------------------------------------------
-- 4. An operation ends once, and moves what it names
-- ---------------------------------------------------------------------------------------------------------------------------

-- Forbidden: movements
--   of which the first of an account does not continue where it stood before the statement that changed it last, or where no
--     movement had left it, or one does not continue the one before it (entries_continue),
--   of which the last of an account does not leave it where it stands, by the operation that it names as its last
--     (entries_reach_account),
--   of no operation, of one that still waits or has failed, or under another leg than 0, if its type has no terms
--     (outcomes_fit_entries),
--   of another amount or asset than the operation's (entries_fit_operation),
--   whose operation's wallet is on the other side: it was to gain, and has lost, or the reverse (entries_follow_direction),
--   whose account on the side of the wallet is another's, or, of a transfer, on that of the receiver (entries_fit_wallets),
--   whose account against a wallet is not the house account of the asset in the partition of the operation: that of its wallet,
--     or, of a line, the 12 bits of its id behind the version (shared/src/words/batch.ts) (entries_fit_house).
-- An operation of a type that is not listed here can have no movements. Those with terms move what they say, under leg 0 if nothing
-- is said of it, and nothing else (entries_fit_terms):
--   a hold: its amount, from the account of its wallet to the one of what is held of it,
--   a capture: its amount, if it says one, from what is held to the wallet or house account that it names, or to the treasury in
--     its partition. If it is final, it may move more under leg 1, from what is held back to the wallet,
--   a release: its amount, if it says one, from what is held back to the wallet,
--   a posting and a reversal: see section 9, for which they are gathered here.
-- And that the holds do not add up then: to look at one takes some 3 µs for each of its captures and releases. Where the same command
-- has written the hold, its own law looks at it, and this does not: both have the transaction and the number of the command.
--
-- The house accounts are looked up once for each that the statement posts to, and not for each operation.
CREATE OR REPLACE FUNCTION check_added_movements() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  partitions CONSTANT smallint := (SELECT settings.partitions FROM settings WHERE only_row);
  culprit record;
  moved record;
BEGIN
  SELECT * INTO culprit
    FROM (
      SELECT chained.*,
             CASE
               WHEN (chained.version, chained.balance) IS DISTINCT FROM
                 (coalesce(before_version, account.base_version) + 1,
                  coalesce(before_balance, account.base_balance) + chained.amount)
                 -- What an account stood on was a movement, on one of its sides, or is in the archives up to there.
                 OR account.base_version > 0 AND before_version IS NULL AND coalesce(
                   (SELECT from_balance FROM movements WHERE from_account_id = chained.account_id AND from_version = account.base_version),
                   (SELECT to_balance FROM movements WHERE to_account_id = chained.account_id AND to_version = account.base_version),
                   (SELECT balance FROM archive_checkpoints WHERE account_id = chained.account_id AND version = account.base_version)
                 ) IS DISTINCT FROM account.base_balance
                 THEN 'entries_continue'
               WHEN is_last AND (account.version, account.balance, account.last_operation_id) IS DISTINCT FROM
                 (chained.version, chained.balance, chained.operation_id)
                 THEN 'entries_reach_account'
             END AS broken
      FROM (
        SELECT account_id, version, operation_id, amount, balance, lag(version) OVER chain AS before_version,
               lag(balance) OVER chain AS before_balance, lead(version) OVER chain IS NULL AS is_last
        FROM (
          SELECT from_account_id AS account_id, from_version AS version, operation_id, -amount AS amount, from_balance AS balance
          FROM added
          UNION ALL
          SELECT to_account_id, to_version, operation_id, amount, to_balance FROM added
        ) AS sides
        WINDOW chain AS (PARTITION BY account_id ORDER BY version)
      ) AS chained
      -- The key is null, and so there is no look-up, between the first and the last of an account.
      LEFT JOIN LATERAL (
        SELECT version, balance, base_version, base_balance, last_operation_id FROM accounts
        WHERE id = CASE WHEN before_version IS NULL OR is_last THEN chained.account_id END OFFSET 0
      ) AS account ON true
    ) AS checked
    WHERE broken IS NOT NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'movement % of account %, operation %: %', culprit.version, culprit.account_id, culprit.operation_id,
      culprit.broken USING ERRCODE = 'WL001', CONSTRAINT = culprit.broken;
  END IF;

  WITH written AS MATERIALIZED (
    SELECT movement.xmin, movement.cmin
    FROM (SELECT operation_id, leg FROM added LIMIT 1) AS added
    CROSS JOIN LATERAL (
      SELECT xmin, cmin FROM movements WHERE operation_id = added.operation_id AND leg = added.leg OFFSET 0
    ) AS movement
  )
  SELECT (array_agg(broken) FILTER (WHERE broken IS NOT NULL))[1] AS broken,
         (array_agg(coalesce(operation_id::text, 'against account ' || house_id)) FILTER (WHERE broken IS NOT NULL))[1] AS culprit,
         array_agg(DISTINCT hold_id) FILTER (WHERE hold_id IS NOT NULL) AS holds,
         array_agg(operation_id) FILTER (WHERE kind = 'posting') AS postings,
         array_agg(operation_id) FILTER (WHERE kind = 'reversal') AS reversals
    INTO moved
    FROM (
      SELECT posted.operation_id, posted.hold_id, posted.house_id, posted.kind,
             CASE
               WHEN posted.broken IS NOT NULL THEN posted.broken
               WHEN posted.house_id IS NULL THEN NULL
               WHEN house.system IS NULL
                 OR (house.asset_id, house.partition) IS DISTINCT FROM (posted.asset_id, posted.partition)
                 THEN CASE posted.kind WHEN 'hold' THEN 'entries_fit_terms' ELSE 'entries_fit_house' END
             END AS broken
      FROM (
        SELECT DISTINCT broken, kind, CASE WHEN broken IS NOT NULL OR kind <> 'hold' THEN operation_id END AS operation_id,
               hold_id, house_id, asset_id, partition
        FROM (
          SELECT added.operation_id, operations.asset_id, operations.kind, house_id,
                 CASE WHEN house_id IS NULL THEN NULL
                      WHEN operations.line IS NOT NULL
                        THEN (get_byte(operations.line, 6) & 15) * 256 + get_byte(operations.line, 7)
                      ELSE coalesce(
                             own.wallet_hash,
                             (SELECT wallet_hash FROM accounts WHERE wallet_id = operations.wallet_id)
                           ) % partitions END AS partition,
                 CASE WHEN operations.kind = 'hold' AND (
                        SELECT xmin = (SELECT xmin FROM written) AND cmin = (SELECT cmin FROM written) FROM holds
                        WHERE operation_id = coalesce(terms.target_id, added.operation_id)
                      ) IS NOT TRUE THEN coalesce(terms.target_id, added.operation_id) END AS hold_id,
                 CASE
                   WHEN operations.id IS NULL OR waiting.seq IS NOT NULL OR failure.operation_id IS NOT NULL
                     OR added.leg <> 0 AND operations.kind IS NULL
                     -- Scheduled, or cancelled while it was.
                     OR operations.seq IS NULL AND operations.line IS NULL
                     THEN 'outcomes_fit_entries'
                   WHEN operations.kind = 'hold' THEN CASE
                     WHEN added.asset_id <> operations.asset_id OR added.leg = 0 AND added.amount <> operations.amount
                       OR CASE operations.type WHEN 'hold' THEN own.wallet_id ELSE own.held_of END
                         IS DISTINCT FROM operations.wallet_id
                       OR CASE WHEN operations.type = 'hold' THEN receiver.held_of = operations.wallet_id
                               WHEN operations.type = 'release' OR added.leg = 1 THEN receiver.wallet_id = operations.wallet_id
                               WHEN operations.to_wallet_id IS NOT NULL THEN receiver.wallet_id = operations.to_wallet_id
                               ELSE other_id IN (terms.to_account_id, house_id) END IS NOT TRUE
                       OR added.leg <> 0 AND (
                         operations.type = 'capture' AND terms.final AND added.leg = 1
                           AND (SELECT leg FROM movements WHERE operation_id = added.operation_id AND leg = 0) = 0
                       ) IS NOT TRUE
                       THEN 'entries_fit_terms' END
                   WHEN operations.kind IS NOT NULL THEN NULL
                   WHEN (added.amount, added.asset_id) IS DISTINCT FROM (operations.amount, operations.asset_id)
                     OR own_id IS NULL
                     THEN 'entries_fit_operation'
                   WHEN own.wallet_id IS DISTINCT FROM operations.wallet_id
                     THEN CASE WHEN (SELECT wallet_id FROM accounts WHERE id = other_id) = operations.wallet_id
                               THEN 'entries_follow_direction' ELSE 'entries_fit_wallets' END
                   WHEN operations.to_wallet_id IS NOT NULL AND receiver.wallet_id IS DISTINCT FROM operations.to_wallet_id
                     THEN 'entries_fit_wallets'
                   WHEN own.asset_id <> operations.asset_id OR receiver.asset_id <> operations.asset_id
                     THEN 'entries_fit_operation'
                 END AS broken
          FROM added
          LEFT JOIN LATERAL (
            SELECT id, seq, wallet_id, to_wallet_id, amount, asset_id, type,
                   CASE WHEN batch_id IS NOT NULL THEN uuid_send(id) END AS line,
                   CASE WHEN type IN ('deposit', 'resupply', 'top_up', 'bonus') THEN true
                        WHEN type IN ('withdraw', 'spend', 'transfer', 'hold', 'capture', 'release') THEN false END AS wallet_gains,
                   CASE WHEN type IN ('hold', 'capture', 'release') THEN 'hold' WHEN type IN ('posting', 'reversal') THEN type END AS kind
            FROM operations WHERE id = added.operation_id OFFSET 0
          ) AS operations ON true
          LEFT JOIN LATERAL (
            SELECT target_id, to_account_id, final FROM operation_terms
            WHERE operation_id = CASE WHEN operations.type IN ('capture', 'release') THEN added.operation_id END OFFSET 0
          ) AS terms ON true
          LEFT JOIN LATERAL (
            SELECT CASE wallet_gains WHEN true THEN added.to_account_id WHEN false THEN added.from_account_id END AS own_id,
                   CASE wallet_gains WHEN true THEN added.from_account_id WHEN false THEN added.to_account_id END AS other_id
          ) AS sides ON true
          LEFT JOIN LATERAL (
            SELECT CASE WHEN operations.to_wallet_id IS NULL AND terms.to_account_id IS NULL
                          AND (operations.kind IS NULL OR operations.type = 'capture' AND added.leg = 0)
                        THEN other_id END AS house_id
          ) AS houses ON true
          -- What has another leg has leg 0 (section 9), with which it had neither to wait nor failed; nor does it since.
          LEFT JOIN LATERAL (
            SELECT seq FROM pending_operations
            WHERE (wallet_id, seq) >= (CASE added.leg WHEN 0 THEN operations.wallet_id END, operations.seq)
              AND (wallet_id, seq) <= (CASE added.leg WHEN 0 THEN operations.wallet_id END, operations.seq) OFFSET 0
          ) AS waiting ON true
          LEFT JOIN LATERAL (
            SELECT operation_id FROM failures WHERE operation_id = CASE added.leg WHEN 0 THEN added.operation_id END OFFSET 0
          ) AS failure ON true
          LEFT JOIN LATERAL (
            SELECT wallet_id, wallet_hash, held_of, asset_id FROM accounts WHERE id = own_id OFFSET 0
          ) AS own ON true
          LEFT JOIN LATERAL (
            SELECT wallet_id, held_of, asset_id FROM accounts
            WHERE id = CASE WHEN operations.to_wallet_id IS NOT NULL OR operations.kind = 'hold' AND house_id IS NULL
                            THEN other_id END OFFSET 0
          ) AS receiver ON true
          OFFSET 0
        ) AS each
      ) AS posted
      LEFT JOIN LATERAL (
        SELECT system, asset_id, partition FROM accounts WHERE id = posted.house_id OFFSET 0
      ) AS house ON true
    ) AS checked
    WHERE broken IS NOT NULL OR kind IS NOT NULL;
  IF moved.broken IS NOT NULL THEN
    RAISE EXCEPTION 'movement of operation %: %', moved.culprit, moved.broken
      USING ERRCODE = 'WL001', CONSTRAINT = moved.broken;
  END IF;
  IF moved.holds IS NOT NULL THEN PERFORM check_holds(moved.holds); END IF;
  IF moved.postings IS NOT NULL THEN PERFORM check_moved_postings(moved.postings); END IF;
  IF moved.reversals IS NOT NULL THEN PERFORM check_moved_reversals(moved.reversals); END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER movements_law AFTER INSERT ON movements REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_movements();

-- Forbidden: a failure of no operation, of one that still waits or is scheduled, or of one that has moved something (outcomes_fit_entries).
--
-- No key is shared with movements, and a line has no row in the queue to wait for. So what fails and what is applied at the same
-- time wait for each other at the account of the wallet, which a drain has locked anyway; what is left is looked at after that.
CREATE OR REPLACE FUNCTION check_added_failures() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  PERFORM FROM added
    CROSS JOIN LATERAL (SELECT wallet_id FROM operations WHERE id = added.operation_id OFFSET 0) AS operations
    JOIN accounts ON accounts.wallet_id = operations.wallet_id
    ORDER BY accounts.id FOR NO KEY UPDATE OF accounts;
  SELECT added.operation_id INTO culprit
    FROM added
    LEFT JOIN LATERAL (
      SELECT id, seq, wallet_id, batch_id FROM operations WHERE id = added.operation_id OFFSET 0
    ) AS operations ON true
    LEFT JOIN LATERAL (
      SELECT seq FROM pending_operations
      WHERE (wallet_id, seq) >= (operations.wallet_id, operations.seq) AND (wallet_id, seq) <= (operations.wallet_id, operations.seq)
      OFFSET 0
    ) AS waiting ON true
    LEFT JOIN LATERAL (
      SELECT operation_id FROM movements WHERE operation_id = added.operation_id LIMIT 1
    ) AS movement ON true
    WHERE operations.id IS NULL OR waiting.seq IS NOT NULL OR movement.operation_id IS NOT NULL
      OR operations.seq IS NULL AND operations.batch_id IS NULL AND is_scheduled(operations.id)
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'failure of operation % does not fit it', culprit.operation_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'outcomes_fit_entries';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER failures_law AFTER INSERT ON failures REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_failures();

-- ---------------------------------------------------------------------------------------------------------------------------
-- 5. What is pending ends
-- ---------------------------------------------------------------------------------------------------------------------------

-- Forbidden: to move what waits to another place.
CREATE OR REPLACE TRIGGER pending_operations_unchanged BEFORE UPDATE ON pending_operations EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER pending_operations_are_kept BEFORE TRUNCATE ON pending_operations EXECUTE FUNCTION refuse_change();

-- Forbidden: to take an operation out of the queue that has neither moved anything nor failed.
CREATE OR REPLACE FUNCTION check_removed_pending() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT removed.operation_id INTO culprit
    FROM removed
    LEFT JOIN LATERAL (
      SELECT operation_id FROM movements WHERE operation_id = removed.operation_id AND leg = 0 OFFSET 0
    ) AS movement ON true
    LEFT JOIN LATERAL (
      SELECT operation_id FROM failures
      WHERE operation_id = CASE WHEN movement.operation_id IS NULL THEN removed.operation_id END OFFSET 0
    ) AS failure ON true
    WHERE movement.operation_id IS NULL AND failure.operation_id IS NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation % may not leave the queue without an outcome', culprit.operation_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'pending_operations_end_in_outcomes';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER pending_operations_law AFTER DELETE ON pending_operations REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION check_removed_pending();

-- Forbidden: a part of a batch that goes back, gets another end, or gets past a line that has not ended.
CREATE OR REPLACE FUNCTION check_changed_parts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT after.batch_id, after.partition INTO culprit
    FROM after JOIN before USING (batch_id, partition)
    LEFT JOIN LATERAL (
      SELECT true AS found FROM operations
      LEFT JOIN LATERAL (
        SELECT operation_id FROM movements WHERE operation_id = operations.id AND leg = 0 OFFSET 0
      ) AS movement ON true
      LEFT JOIN LATERAL (
        SELECT operation_id FROM failures
        WHERE operation_id = CASE WHEN movement.operation_id IS NULL THEN operations.id END OFFSET 0
      ) AS failure ON true
      WHERE operations.id > before.after_id AND operations.id <= after.after_id AND operations.batch_id = after.batch_id
        AND movement.operation_id IS NULL AND failure.operation_id IS NULL
      LIMIT 1
    ) AS unfinished ON true
    WHERE unfinished.found OR after.after_id < before.after_id OR after.last_id <> before.last_id
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'batch % got past a line without an outcome in partition %', culprit.batch_id, culprit.partition
      USING ERRCODE = 'WL001', CONSTRAINT = 'batch_parts_end_in_outcomes';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER batch_parts_law AFTER UPDATE ON batch_parts REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION check_changed_parts();

-- ---------------------------------------------------------------------------------------------------------------------------
-- 6. A batch stays as it was accepted
-- ---------------------------------------------------------------------------------------------------------------------------

-- Forbidden: to commit a batch that was begun and not accepted.
CREATE OR REPLACE FUNCTION check_batch_is_accepted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT seq IS NULL FROM batches WHERE id = NEW.id) THEN
    RAISE EXCEPTION 'batch % was left open', NEW.id USING ERRCODE = 'WL001', CONSTRAINT = 'batches_are_accepted';
  END IF;
  RETURN NULL;
END $$;
-- A constraint trigger cannot be replaced.
DROP TRIGGER IF EXISTS batches_are_accepted ON batches;
CREATE CONSTRAINT TRIGGER batches_are_accepted AFTER INSERT ON batches DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION check_batch_is_accepted();

-- Forbidden: to change what a batch was accepted as, to open a part of it again, or to end or cancel it a second time.
CREATE OR REPLACE FUNCTION keep_batch_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.priority, OLD.atomic, OLD.retry_of) IS DISTINCT FROM (NEW.id, NEW.priority, NEW.atomic, NEW.retry_of)
     OR OLD.seq IS NOT NULL AND (
       (OLD.seq, OLD.accepted_at, OLD.total, OLD.replayed, OLD.skipped, OLD.skipped_lines, OLD.idempotency_key, OLD.request_hash)
         IS DISTINCT FROM
         (NEW.seq, NEW.accepted_at, NEW.total, NEW.replayed, NEW.skipped, NEW.skipped_lines, NEW.idempotency_key, NEW.request_hash)
       OR NEW.open_parts > OLD.open_parts
       OR OLD.finished_at IS NOT NULL AND OLD.finished_at IS DISTINCT FROM NEW.finished_at
       OR OLD.cancelled_at IS NOT NULL AND OLD.cancelled_at IS DISTINCT FROM NEW.cancelled_at
     )
  THEN
    RAISE EXCEPTION 'a batch stays as it was accepted' USING ERRCODE = 'WL001', CONSTRAINT = 'batches_keep_facts';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER batches_keep_facts BEFORE UPDATE ON batches FOR EACH ROW EXECUTE FUNCTION keep_batch_facts();
CREATE OR REPLACE TRIGGER batches_keep_line_events BEFORE UPDATE OF line_events ON batches EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------------------------------------------------------------------
-- 7. What may be deleted is kept as long as it is needed
-- ---------------------------------------------------------------------------------------------------------------------------

-- The settings of the workers say when something is deleted; here is what no setting can do. Everything is kept for a day. A live
-- endpoint is one that was not deleted.

-- Forbidden: to delete an event
--   that is younger than a day, or that no relay has seen,
--   of which a live endpoint has a delivery, whatever its status: it can be sent again (events_kept_while_needed).
CREATE OR REPLACE FUNCTION check_removed_events() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT removed.id INTO culprit
    FROM removed
    WHERE removed.created_at > now() - interval '1 day'
      -- Under OR, this is read once.
      OR removed.id IN (SELECT event_id FROM unrelayed_events)
      OR EXISTS (
        SELECT FROM webhook_endpoints CROSS JOIN LATERAL (
          SELECT FROM deliveries WHERE endpoint_id = webhook_endpoints.id AND event_id = removed.id OFFSET 0
        ) AS delivery
        WHERE deleted_at IS NULL
      )
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'event % is young or still needed', culprit.id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'events_kept_while_needed';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER events_law AFTER DELETE ON events REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION check_removed_events();

-- Forbidden: to delete a position of the feed
--   from the floor on: a reader would miss it without notice,
--   whose event a live endpoint has not been sent, or may have to be sent again because it was claimed a short while ago,
--   or the last one: the next continues it (event_feed_kept_while_needed).
CREATE OR REPLACE FUNCTION check_removed_feed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  highest CONSTANT bigint := (SELECT max(position) FROM removed);
BEGIN
  IF highest IS NULL THEN
    RETURN NULL;
  END IF;
  IF highest >= (SELECT feed_floor FROM retention)
     OR highest > (
       SELECT min(position) FROM webhook_endpoint_states JOIN webhook_endpoints ON id = endpoint_id WHERE deleted_at IS NULL
     )
     -- A claim reaches at most so far along the feed.
     OR highest > (
       SELECT min(position) - 10000 FROM delivery_leases JOIN webhook_endpoints ON id = endpoint_id WHERE deleted_at IS NULL
     )
     OR NOT EXISTS (SELECT FROM event_feed WHERE position > highest)
  THEN
    RAISE EXCEPTION 'position % of the feed is still needed', highest
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'event_feed_kept_while_needed';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER event_feed_law AFTER DELETE ON event_feed REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION check_removed_feed();

-- Forbidden: to lower the floor of the feed, or to do without it.
CREATE OR REPLACE TRIGGER retention_floor_rises BEFORE UPDATE ON retention
  FOR EACH ROW WHEN (NEW.feed_floor < OLD.feed_floor) EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER retention_is_kept BEFORE DELETE OR TRUNCATE ON retention EXECUTE FUNCTION refuse_change();

-- Forbidden: to delete, of a live endpoint, a delivery that is pending, unless its event is gone and it can never be sent, or that
-- was final for less than a day (deliveries_kept_while_needed).
CREATE OR REPLACE FUNCTION check_removed_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT removed.endpoint_id, removed.event_id INTO culprit
    FROM removed
    LEFT JOIN LATERAL (
      SELECT true AS is_live FROM webhook_endpoints WHERE id = removed.endpoint_id AND deleted_at IS NULL OFFSET 0
    ) AS endpoint ON true
    LEFT JOIN LATERAL (
      SELECT true AS found FROM events WHERE id = CASE removed.status WHEN 'pending' THEN removed.event_id END OFFSET 0
    ) AS event ON true
    WHERE is_live AND (event.found OR removed.completed_at > now() - interval '1 day')
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the delivery of event % for endpoint % is young or pending', culprit.event_id, culprit.endpoint_id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'deliveries_kept_while_needed';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER deliveries_law AFTER DELETE ON deliveries REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION check_removed_deliveries();
CREATE OR REPLACE TRIGGER deliveries_are_kept BEFORE TRUNCATE ON deliveries EXECUTE FUNCTION refuse_change();

-- Forbidden: to delete, of a live endpoint, an attempt of a delivery that is pending, or one younger than a day, unless its
-- delivery goes with it (delivery_attempts_kept_while_needed).
CREATE OR REPLACE FUNCTION check_removed_attempts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT removed.endpoint_id, removed.event_id INTO culprit
    FROM removed
    JOIN LATERAL (
      SELECT status FROM deliveries WHERE endpoint_id = removed.endpoint_id AND event_id = removed.event_id OFFSET 0
    ) AS delivery ON true
    JOIN LATERAL (
      SELECT FROM webhook_endpoints WHERE id = removed.endpoint_id AND deleted_at IS NULL OFFSET 0
    ) AS endpoint ON true
    WHERE delivery.status = 'pending' OR removed.started_at > now() - interval '1 day'
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'an attempt to deliver event % to endpoint % is young or its delivery pending', culprit.event_id,
      culprit.endpoint_id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'delivery_attempts_kept_while_needed';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER delivery_attempts_law AFTER DELETE ON delivery_attempts REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION check_removed_attempts();

-- Forbidden: to delete the key of a single operation, or of a line whose batch is not finished, or not since a day
-- (operation_keys_kept_while_needed). Which batch a line is in, its id tells (shared/src/words/batch.ts).
CREATE OR REPLACE FUNCTION check_removed_keys() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT removed.batch_id INTO culprit
    FROM (
      SELECT DISTINCT (overlay(left(operation_id::text, 31) PLACING 'fff' FROM 16 FOR 3) || '00000')::uuid AS batch_id
      FROM removed
    ) AS removed
    LEFT JOIN LATERAL (SELECT finished_at FROM batches WHERE id = removed.batch_id OFFSET 0) AS batch ON true
    WHERE (batch.finished_at <= now() - interval '1 day') IS NOT TRUE
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'keys are those of single operations, or of batch %, which is not finished long enough', culprit.batch_id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'operation_keys_kept_while_needed';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER operation_keys_law_delete AFTER DELETE ON operation_keys REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION check_removed_keys();

-- ---------------------------------------------------------------------------------------------------------------------------
-- 8. History is deleted when it is in the archives
-- ---------------------------------------------------------------------------------------------------------------------------

-- `npm run archive` writes a month to files. Then it notes the month and where the accounts stood at its end, and deletes what is
-- in the files: an operation first, while its movement or failure can still be seen, and then these.

-- Forbidden: to note a month that is not over, that does not come after all others, or while another is still being deleted
-- (archives_come_in_order).
CREATE OR REPLACE FUNCTION check_added_archives() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT added.month INTO culprit
    FROM added
    WHERE added.month + interval '1 month' > now() AT TIME ZONE 'UTC'
      OR added.month < (SELECT max(month) FROM archives)
      OR 1 < (SELECT count(*) FROM archives WHERE removed_at IS NULL)
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'month % cannot be noted as archived', culprit.month
      USING ERRCODE = 'WL001', CONSTRAINT = 'archives_come_in_order';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER archives_law AFTER INSERT ON archives REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_archives();

-- Forbidden: to change anything of a month but when it was deleted, which is said once.
CREATE OR REPLACE TRIGGER archives_unchanged BEFORE UPDATE ON archives
  FOR EACH ROW WHEN (
    OLD.removed_at IS NOT NULL
    OR (OLD.month, OLD.before_id, OLD.operations, OLD.movements, OLD.failures, OLD.manifest_hash, OLD.written_at)
      IS DISTINCT FROM (NEW.month, NEW.before_id, NEW.operations, NEW.movements, NEW.failures, NEW.manifest_hash, NEW.written_at)
  ) EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER archives_are_kept BEFORE DELETE OR TRUNCATE ON archives EXECUTE FUNCTION refuse_change();

-- Forbidden: a checkpoint that is not that of a movement of the account which stands there now, by an operation of the month that is
-- being deleted or one before it (archive_checkpoints_follow_movements).
CREATE OR REPLACE FUNCTION check_changed_checkpoints() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT changed.account_id INTO culprit
    FROM changed
    LEFT JOIN LATERAL (
      SELECT operation_id, from_balance AS balance, created_at FROM movements
      WHERE from_account_id = changed.account_id AND from_version = changed.version
      UNION ALL
      SELECT operation_id, to_balance, created_at FROM movements
      WHERE to_account_id = changed.account_id AND to_version = changed.version
      LIMIT 1
    ) AS movement ON true
    WHERE (movement.operation_id, movement.balance, movement.created_at)
        IS DISTINCT FROM (changed.operation_id, changed.balance, changed.moved_at)
      OR (changed.operation_id < (SELECT before_id FROM archives WHERE removed_at IS NULL)) IS NOT TRUE
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'account % cannot have this checkpoint', culprit.account_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'archive_checkpoints_follow_movements';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER archive_checkpoints_law_insert AFTER INSERT ON archive_checkpoints REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION check_changed_checkpoints();
CREATE OR REPLACE TRIGGER archive_checkpoints_law_update AFTER UPDATE ON archive_checkpoints REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION check_changed_checkpoints();

-- Forbidden: a checkpoint that goes back, or to another account, or to delete one.
CREATE OR REPLACE TRIGGER archive_checkpoints_go_forward BEFORE UPDATE ON archive_checkpoints
  FOR EACH ROW WHEN (NEW.version <= OLD.version OR NEW.account_id <> OLD.account_id) EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER archive_checkpoints_are_kept BEFORE DELETE OR TRUNCATE ON archive_checkpoints
  EXECUTE FUNCTION refuse_change();

-- Forbidden: to delete an operation
--   of a month that is not in the archives,
--   that has not ended, or waits, or is a line of a batch that is not finished, or a hold that is open,
--   or one of whose movements is behind the checkpoint of one of its accounts (operations_kept_until_archived).
-- Its movement or failure has to stand there still: what has never ended is never taken for what is in the archives. So have its
-- terms, if it has any: they say of what it was a part, and what of that is in the archives is counted there.
CREATE OR REPLACE FUNCTION check_removed_operations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  bound CONSTANT uuid := (SELECT before_id FROM archives ORDER BY before_id DESC LIMIT 1);
  culprit record;
BEGIN
  SELECT removed.id INTO culprit
    FROM removed
    LEFT JOIN LATERAL (
      SELECT operation_id, from_account_id, from_version, to_account_id, to_version FROM movements
      WHERE operation_id = removed.id AND leg = 0 OFFSET 0
    ) AS movement ON true
    LEFT JOIN LATERAL (
      SELECT operation_id FROM failures
      WHERE operation_id = CASE WHEN movement.operation_id IS NULL THEN removed.id END OFFSET 0
    ) AS failure ON true
    LEFT JOIN LATERAL (
      SELECT version FROM archive_checkpoints WHERE account_id = movement.from_account_id OFFSET 0
    ) AS lost ON true
    LEFT JOIN LATERAL (
      SELECT version FROM archive_checkpoints WHERE account_id = movement.to_account_id OFFSET 0
    ) AS gained ON true
    LEFT JOIN LATERAL (
      SELECT seq FROM pending_operations
      WHERE (wallet_id, seq) >= (removed.wallet_id, removed.seq) AND (wallet_id, seq) <= (removed.wallet_id, removed.seq) OFFSET 0
    ) AS waiting ON true
    WHERE (removed.id < bound) IS NOT TRUE
      OR waiting.seq IS NOT NULL
      OR CASE WHEN failure.operation_id IS NULL
              THEN (movement.from_version <= lost.version AND movement.to_version <= gained.version) IS NOT TRUE END
      OR CASE WHEN removed.type IN ('hold', 'capture', 'release', 'reversal', 'posting')
              THEN (SELECT operation_id FROM operation_terms WHERE operation_id = removed.id) IS NULL OR (
                SELECT bool_or((
                  from_version <= (SELECT version FROM archive_checkpoints WHERE account_id = from_account_id)
                  AND to_version <= (SELECT version FROM archive_checkpoints WHERE account_id = to_account_id)
                ) IS NOT TRUE)
                FROM movements WHERE operation_id = removed.id
              ) OR (SELECT remaining > 0 FROM holds WHERE operation_id = removed.id) END
    LIMIT 1;
  IF NOT FOUND THEN
    SELECT removed.batch_id AS id INTO culprit
      FROM (SELECT DISTINCT batch_id FROM removed WHERE batch_id IS NOT NULL) AS removed
      LEFT JOIN LATERAL (SELECT finished_at FROM batches WHERE id = removed.batch_id OFFSET 0) AS batch ON true
      WHERE batch.finished_at IS NULL
      LIMIT 1;
  END IF;
  IF FOUND THEN
    RAISE EXCEPTION '% is not in the archives, or has not ended', culprit.id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'operations_kept_until_archived';
  END IF;

  UPDATE holds
    SET archived_captured = archived_captured + gone.captured, archived_released = archived_released + gone.released
    FROM (
      SELECT terms.target_id, coalesce(sum(movement.amount) FILTER (WHERE removed.type = 'capture' AND movement.leg = 0), 0) AS captured,
             coalesce(sum(movement.amount) FILTER (WHERE removed.type = 'release' OR movement.leg > 0), 0) AS released
      FROM removed
      CROSS JOIN LATERAL (
        SELECT target_id FROM operation_terms
        WHERE operation_id = CASE WHEN removed.type IN ('capture', 'release') THEN removed.id END OFFSET 0
      ) AS terms
      CROSS JOIN LATERAL (SELECT leg, amount FROM movements WHERE operation_id = removed.id OFFSET 0) AS movement
      GROUP BY terms.target_id
    ) AS gone
    WHERE holds.operation_id = gone.target_id;
  UPDATE reversed_operations
    SET archived = archived + gone.amount
    FROM (
      SELECT terms.target_id, sum(movement.amount) AS amount
      FROM removed
      CROSS JOIN LATERAL (
        SELECT target_id FROM operation_terms
        WHERE operation_id = CASE removed.type WHEN 'reversal' THEN removed.id END OFFSET 0
      ) AS terms
      CROSS JOIN LATERAL (SELECT amount FROM movements WHERE operation_id = removed.id OFFSET 0) AS movement
      GROUP BY terms.target_id
    ) AS gone
    WHERE reversed_operations.operation_id = gone.target_id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER operations_law_delete AFTER DELETE ON operations REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION check_removed_operations();

-- Forbidden: to delete a movement
--   of an operation that is still there, or of a month that is not in the archives,
--   or that is behind the checkpoint of one of its accounts, or of which one has none (movements_kept_until_archived).
CREATE OR REPLACE FUNCTION check_removed_movements() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  bound CONSTANT uuid := (SELECT before_id FROM archives ORDER BY before_id DESC LIMIT 1);
  culprit record;
BEGIN
  SELECT removed.operation_id INTO culprit
    FROM removed
    LEFT JOIN LATERAL (
      SELECT version FROM archive_checkpoints WHERE account_id = removed.from_account_id OFFSET 0
    ) AS lost ON true
    LEFT JOIN LATERAL (
      SELECT version FROM archive_checkpoints WHERE account_id = removed.to_account_id OFFSET 0
    ) AS gained ON true
    LEFT JOIN LATERAL (SELECT id FROM operations WHERE id = removed.operation_id OFFSET 0) AS operation ON true
    WHERE (removed.operation_id < bound AND removed.from_version <= lost.version AND removed.to_version <= gained.version)
        IS NOT TRUE
      OR operation.id IS NOT NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the movement of operation % is not in the archives', culprit.operation_id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'movements_kept_until_archived';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER movements_law_delete AFTER DELETE ON movements REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION check_removed_movements();

-- Forbidden: to delete the failure of an operation that is still there, or of a month that is not in the archives
-- (failures_kept_until_archived).
CREATE OR REPLACE FUNCTION check_removed_failures() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  bound CONSTANT uuid := (SELECT before_id FROM archives ORDER BY before_id DESC LIMIT 1);
  culprit record;
BEGIN
  SELECT removed.operation_id INTO culprit
    FROM removed
    LEFT JOIN LATERAL (SELECT id FROM operations WHERE id = removed.operation_id OFFSET 0) AS operation ON true
    WHERE (removed.operation_id < bound) IS NOT TRUE OR operation.id IS NOT NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the failure of operation % is not in the archives', culprit.operation_id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'failures_kept_until_archived';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER failures_law_delete AFTER DELETE ON failures REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION check_removed_failures();

-- Forbidden: a replay of an operation that neither is there nor can be in the archives (batch_replays_have_operations).
CREATE OR REPLACE FUNCTION check_added_replays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT added.operation_id INTO culprit
    FROM added
    LEFT JOIN LATERAL (SELECT id FROM operations WHERE id = added.operation_id OFFSET 0) AS operation ON true
    WHERE operation.id IS NULL
      AND (added.operation_id < (SELECT before_id FROM archives ORDER BY before_id DESC LIMIT 1)) IS NOT TRUE
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a line cannot stand for operation %', culprit.operation_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'batch_replays_have_operations';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER batch_replays_law AFTER INSERT ON batch_replays REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_replays();

-- ---------------------------------------------------------------------------------------------------------------------------
-- 9. What has terms moves what they say, and holds and reversals add up
-- ---------------------------------------------------------------------------------------------------------------------------

-- Forbidden: terms of no operation, or of one whose type has none (operations_have_terms). An operation that has terms was
-- accepted with them: it gets no others.
CREATE OR REPLACE FUNCTION check_added_terms() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT added.operation_id INTO culprit
    FROM added
    LEFT JOIN LATERAL (SELECT type FROM operations WHERE id = added.operation_id OFFSET 0) AS operation ON true
    WHERE (operation.type IN ('hold', 'capture', 'release', 'reversal', 'posting')) IS NOT TRUE
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation % has no terms', culprit.operation_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'operations_have_terms';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER operation_terms_law AFTER INSERT ON operation_terms REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_terms();

-- Forbidden: a leg of no operation, or beyond those that the terms of its operation speak of (operations_fit_legs). All of these
-- were there when it was accepted.
CREATE OR REPLACE FUNCTION check_added_legs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT added.operation_id, added.leg INTO culprit
    FROM (SELECT operation_id, max(leg) AS leg FROM added GROUP BY operation_id) AS added
    LEFT JOIN LATERAL (SELECT legs FROM operation_terms WHERE operation_id = added.operation_id OFFSET 0) AS terms ON true
    WHERE (added.leg < terms.legs) IS NOT TRUE
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation % has no leg %', culprit.operation_id, culprit.leg
      USING ERRCODE = 'WL001', CONSTRAINT = 'operations_fit_legs';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER operation_legs_law AFTER INSERT ON operation_legs REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_legs();

-- Forbidden: to delete terms, legs, or what was taken from or back of an operation that is still there, or of a month that is not
-- in the archives (operation_terms_kept_until_archived, and so on).
CREATE OR REPLACE FUNCTION check_removed_terms() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  bound CONSTANT uuid := (SELECT before_id FROM archives ORDER BY before_id DESC LIMIT 1);
  culprit record;
BEGIN
  SELECT removed.operation_id INTO culprit
    FROM removed
    LEFT JOIN LATERAL (SELECT id FROM operations WHERE id = removed.operation_id OFFSET 0) AS operation ON true
    WHERE (removed.operation_id < bound) IS NOT TRUE OR operation.id IS NOT NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'what % has of operation % is not in the archives', TG_TABLE_NAME, culprit.operation_id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_kept_until_archived';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER operation_terms_law_delete AFTER DELETE ON operation_terms REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION check_removed_terms();
CREATE OR REPLACE TRIGGER operation_legs_law_delete AFTER DELETE ON operation_legs REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION check_removed_terms();
CREATE OR REPLACE TRIGGER holds_law_delete AFTER DELETE ON holds REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION check_removed_terms();
CREATE OR REPLACE TRIGGER reversed_operations_law_delete AFTER DELETE ON reversed_operations REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION check_removed_terms();
CREATE OR REPLACE TRIGGER holds_are_kept BEFORE TRUNCATE ON holds EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER reversed_operations_are_kept BEFORE TRUNCATE ON reversed_operations EXECUTE FUNCTION refuse_change();

-- Forbidden: that these postings have moved anything else than their legs, all of them, under their numbers (entries_fit_terms).
CREATE OR REPLACE FUNCTION check_moved_postings(moved uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT posting.id INTO culprit
    FROM unnest(moved) AS posting (id)
    LEFT JOIN LATERAL (SELECT legs FROM operation_terms WHERE operation_id = posting.id OFFSET 0) AS terms ON true
    CROSS JOIN LATERAL (
      SELECT count(*) AS legs,
             bool_or((movement.from_account_id, movement.to_account_id, movement.amount, movement.asset_id) IS DISTINCT FROM
                     (due.from_account_id, due.to_account_id, due.amount, due.asset_id)) AS misfits
      FROM movements AS movement
      LEFT JOIN LATERAL (
        SELECT from_account_id, to_account_id, amount, asset_id FROM operation_legs
        WHERE operation_id = movement.operation_id AND leg = movement.leg OFFSET 0
      ) AS due ON true
      WHERE movement.operation_id = posting.id
    ) AS done
    WHERE done.misfits OR done.legs IS DISTINCT FROM terms.legs
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation % has not moved what its terms say', culprit.id
      USING ERRCODE = 'WL001', CONSTRAINT = 'entries_fit_terms';
  END IF;
END $$;

-- Forbidden: that these reversals have moved anything else than all that their originals moved, leg by leg, the other way; of a
-- capture only leg 0, and back to the wallet. Where the original is no posting, its amount, if it says one (entries_fit_terms). And
-- that their originals do not add up then, unless the same command has written what was reversed of them, as for holds.
CREATE OR REPLACE FUNCTION check_moved_reversals(moved uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  culprit uuid;
  touched uuid[];
BEGIN
  SELECT (array_agg(reversal.id) FILTER (WHERE done.misfits OR done.legs <> done.last_leg + 1
            OR done.legs <> CASE reversal.target_type WHEN 'capture' THEN 1 ELSE original.legs END))[1],
         array_agg(DISTINCT reversal.target_id) FILTER (WHERE done.are_together IS NOT TRUE)
    INTO culprit, touched
    FROM (
      SELECT asked.id, asked.amount, terms.target_id, target.type AS target_type, main.id AS main_id
      FROM unnest(moved) AS moved (id)
      CROSS JOIN LATERAL (SELECT id, wallet_id, amount FROM operations WHERE id = moved.id OFFSET 0) AS asked
      LEFT JOIN LATERAL (SELECT target_id FROM operation_terms WHERE operation_id = moved.id OFFSET 0) AS terms ON true
      LEFT JOIN LATERAL (SELECT type FROM operations WHERE id = terms.target_id OFFSET 0) AS target ON true
      LEFT JOIN LATERAL (
        SELECT id FROM accounts WHERE wallet_id = CASE target.type WHEN 'capture' THEN asked.wallet_id END OFFSET 0
      ) AS main ON true
      OFFSET 0
    ) AS reversal
    CROSS JOIN LATERAL (SELECT count(*) AS legs FROM movements WHERE operation_id = reversal.target_id) AS original
    LEFT JOIN LATERAL (
      SELECT xmin, cmin FROM reversed_operations WHERE operation_id = reversal.target_id OFFSET 0
    ) AS reversed ON true
    CROSS JOIN LATERAL (
      SELECT count(*) AS legs, max(movement.leg) AS last_leg,
             bool_or((movement.from_account_id, movement.to_account_id, movement.asset_id) IS DISTINCT FROM
                       (due.to_account_id,
                        CASE reversal.target_type WHEN 'capture' THEN reversal.main_id ELSE due.from_account_id END, due.asset_id)
                     OR CASE WHEN reversal.target_type = 'posting' THEN movement.amount <> due.amount
                             WHEN movement.leg = 0 THEN movement.amount <> reversal.amount END) AS misfits,
             bool_and(movement.xmin = reversed.xmin AND movement.cmin = reversed.cmin) AS are_together
      FROM movements AS movement
      LEFT JOIN LATERAL (
        SELECT from_account_id, to_account_id, amount, asset_id FROM movements
        WHERE operation_id = reversal.target_id AND leg = movement.leg OFFSET 0
      ) AS due ON true
      WHERE movement.operation_id = reversal.id
    ) AS done;
  IF culprit IS NOT NULL THEN
    RAISE EXCEPTION 'operation % has not moved what its terms say', culprit
      USING ERRCODE = 'WL001', CONSTRAINT = 'entries_fit_terms';
  END IF;
  IF touched IS NOT NULL THEN PERFORM check_reversals(touched); END IF;
END $$;
DROP FUNCTION IF EXISTS check_moved_terms(uuid[]);
DROP FUNCTION IF EXISTS check_moved_holds(uuid[]);

-- Forbidden: that a hold has no row, or one
--   that says another amount to be captured than its captures have moved under leg 0, or another to be released than its releases
--     and what its captures gave back, those that are in the archives counted in,
--   of which something remains although an operation took all that was left,
--   or from which that was not the last to take anything (holds_follow_movements).
CREATE OR REPLACE FUNCTION check_holds(checked uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT checked.id INTO culprit
    FROM unnest(checked) AS checked (id)
    LEFT JOIN LATERAL (SELECT * FROM holds WHERE operation_id = checked.id OFFSET 0) AS hold ON true
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(done.captured), 0) AS captured, coalesce(sum(done.released), 0) AS released,
             bool_or(operation.takes_all) FILTER (WHERE done.last_version IS NOT NULL) AS takes_all,
             min(done.last_version) FILTER (WHERE operation.takes_all) < max(done.last_version) AS is_passed
      FROM operation_terms AS terms
      CROSS JOIN LATERAL (
        SELECT type, amount IS NULL OR terms.final AS takes_all FROM operations WHERE id = terms.operation_id OFFSET 0
      ) AS operation
      CROSS JOIN LATERAL (
        SELECT sum(amount) FILTER (WHERE operation.type = 'capture' AND leg = 0) AS captured,
               sum(amount) FILTER (WHERE operation.type <> 'capture' OR leg <> 0) AS released, max(from_version) AS last_version
        FROM movements WHERE operation_id = terms.operation_id
      ) AS done
      WHERE terms.target_id = checked.id
    ) AS moved
    WHERE (hold.captured, hold.released) IS DISTINCT FROM
        (hold.archived_captured + moved.captured, hold.archived_released + moved.released)
      OR hold.operation_id IS NULL
      OR moved.takes_all AND hold.remaining > 0
      OR moved.is_passed
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'hold % does not add up to what has moved', culprit.id
      USING ERRCODE = 'WL001', CONSTRAINT = 'holds_follow_movements';
  END IF;
END $$;

-- Forbidden: a hold of which something else is written down than its operation says, or whose operation has not moved it
-- (holds_fit_operation).
CREATE OR REPLACE FUNCTION check_added_holds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT added.operation_id INTO culprit
    FROM added
    LEFT JOIN LATERAL (
      SELECT wallet_id, amount, type FROM operations WHERE id = added.operation_id OFFSET 0
    ) AS operation ON true
    LEFT JOIN LATERAL (
      SELECT expires_at FROM operation_terms WHERE operation_id = added.operation_id OFFSET 0
    ) AS terms ON true
    LEFT JOIN LATERAL (
      SELECT operation_id FROM movements WHERE operation_id = added.operation_id AND leg = 0 OFFSET 0
    ) AS movement ON true
    WHERE (added.wallet_id, added.amount, added.expires_at, added.archived_captured, added.archived_released) IS DISTINCT FROM
        (operation.wallet_id, operation.amount, terms.expires_at, 0, 0)
      OR operation.type <> 'hold' OR movement.operation_id IS NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'hold % is not what its operation says, or was not moved', culprit.operation_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'holds_fit_operation';
  END IF;
  PERFORM check_holds(ARRAY(SELECT operation_id FROM added));
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER holds_law_insert AFTER INSERT ON holds REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_holds();

CREATE OR REPLACE FUNCTION check_changed_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM check_holds(ARRAY(SELECT operation_id FROM changed));
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER holds_law_update AFTER UPDATE ON holds REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION check_changed_holds();
CREATE OR REPLACE TRIGGER holds_keep_facts BEFORE UPDATE OF operation_id, wallet_id, amount, expires_at ON holds
  EXECUTE FUNCTION refuse_change();

-- Forbidden: that an operation of which something was taken back has no row, or one
--   that says another amount to be taken back than its reversals have moved, those that are in the archives counted in,
--   of which something is left although a reversal took all that was,
--   or of which that was not the last reversal (reversed_operations_follow_movements).
CREATE OR REPLACE FUNCTION check_reversals(checked uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT checked.id INTO culprit
    FROM unnest(checked) AS checked (id)
    LEFT JOIN LATERAL (SELECT * FROM reversed_operations WHERE operation_id = checked.id OFFSET 0) AS original ON true
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(amount), 0) AS reversed, bool_or(takes_all) AS takes_all,
             bool_or(takes_all AND from_version < latest_version) AS is_passed
      FROM (
        SELECT movement.amount, movement.from_version, operation.takes_all,
               -- All but a posting are taken back from one account, and a posting only once.
               max(movement.from_version) OVER (PARTITION BY movement.leg) AS latest_version
        FROM operation_terms AS terms
        CROSS JOIN LATERAL (
          SELECT amount IS NULL AS takes_all FROM operations WHERE id = terms.operation_id AND type = 'reversal' OFFSET 0
        ) AS operation
        CROSS JOIN LATERAL (
          SELECT leg, amount, from_version FROM movements WHERE operation_id = terms.operation_id OFFSET 0
        ) AS movement
        WHERE terms.target_id = checked.id
      ) AS each
    ) AS moved
    WHERE original.reversed IS DISTINCT FROM original.archived + moved.reversed
      OR original.operation_id IS NULL
      OR moved.takes_all AND original.reversed < original.amount
      OR moved.is_passed
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'what was taken back of operation % does not add up', culprit.id
      USING ERRCODE = 'WL001', CONSTRAINT = 'reversed_operations_follow_movements';
  END IF;
END $$;

-- Forbidden: to write down another amount of an operation that something is taken back of than a reversal of all of it moves
-- (reversed_operations_fit_operation).
CREATE OR REPLACE FUNCTION check_added_reversals() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT added.operation_id INTO culprit
    FROM added
    LEFT JOIN LATERAL (SELECT type FROM operations WHERE id = added.operation_id OFFSET 0) AS operation ON true
    CROSS JOIN LATERAL (
      SELECT sum(amount) AS amount FROM movements
      WHERE operation_id = added.operation_id AND (leg = 0 OR operation.type <> 'capture')
    ) AS moved
    WHERE (added.amount, added.archived) IS DISTINCT FROM (moved.amount, 0)
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation % has not moved what is to be taken back of it', culprit.operation_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'reversed_operations_fit_operation';
  END IF;
  PERFORM check_reversals(ARRAY(SELECT operation_id FROM added));
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER reversed_operations_law_insert AFTER INSERT ON reversed_operations REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_reversals();

CREATE OR REPLACE FUNCTION check_changed_reversals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM check_reversals(ARRAY(SELECT operation_id FROM changed));
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER reversed_operations_law_update AFTER UPDATE ON reversed_operations REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION check_changed_reversals();
CREATE OR REPLACE TRIGGER reversed_operations_keep_facts BEFORE UPDATE OF operation_id, amount ON reversed_operations
  EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------------------------------------------------------------------
-- 10. What is scheduled
-- ---------------------------------------------------------------------------------------------------------------------------

-- Whether an operation is scheduled: asked where nothing else allows what was seen. Named in those statements, the table would cost
-- every one of them something.
CREATE OR REPLACE FUNCTION is_scheduled(operation uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM (SELECT id, execute_at FROM operations WHERE id = operation OFFSET 0) AS asked
    CROSS JOIN LATERAL (
      SELECT FROM scheduled_operations
      WHERE (execute_at, operation_id) >= (asked.execute_at, asked.id) AND (execute_at, operation_id) <= (asked.execute_at, asked.id)
      OFFSET 0
    ) AS schedule
  );
END $$;

-- Forbidden: to change an operation, but for its place in the order of acceptance, which one that was scheduled is given once.
CREATE OR REPLACE FUNCTION keep_operation_facts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  unplaced operations := NEW;
BEGIN
  unplaced.seq := NULL;
  IF OLD.batch_id IS NOT NULL OR NEW.seq IS NULL OR unplaced *<> OLD THEN
    RAISE EXCEPTION 'operations is append-only' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER operations_keep_facts BEFORE UPDATE ON operations
  FOR EACH ROW EXECUTE FUNCTION keep_operation_facts();

-- Forbidden: to give an operation its place other than at the end of the queue of its wallet, while it stays scheduled, or when it
-- has failed (operations_queue_when_due).
CREATE OR REPLACE FUNCTION check_queued_operations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  partitions CONSTANT smallint := (SELECT settings.partitions FROM settings WHERE only_row);
  culprit record;
BEGIN
  SELECT queued.id INTO culprit
    FROM queued
    LEFT JOIN LATERAL (
      SELECT operation_id, partition FROM pending_operations
      WHERE (wallet_id, seq) >= (queued.wallet_id, queued.seq) AND (wallet_id, seq) <= (queued.wallet_id, queued.seq) OFFSET 0
    ) AS waiting ON true
    LEFT JOIN LATERAL (SELECT wallet_hash FROM accounts WHERE wallet_id = queued.wallet_id OFFSET 0) AS account ON true
    LEFT JOIN LATERAL (SELECT operation_id FROM failures WHERE operation_id = queued.id OFFSET 0) AS failure ON true
    WHERE (waiting.operation_id, waiting.partition) IS DISTINCT FROM (queued.id, account.wallet_hash % partitions)
      OR failure.operation_id IS NOT NULL OR is_scheduled(queued.id)
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation % cannot take this place', culprit.id
      USING ERRCODE = 'WL001', CONSTRAINT = 'operations_queue_when_due';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER operations_law_update AFTER UPDATE ON operations REFERENCING NEW TABLE AS queued
  FOR EACH STATEMENT EXECUTE FUNCTION check_queued_operations();

-- Forbidden: to schedule what is not accepted in this very transaction, has a place in the order already, or is to be executed at
-- another moment or in another partition (scheduled_operations_fit).
CREATE OR REPLACE FUNCTION check_added_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  current CONSTANT xid := pg_current_xact_id()::xid;
  partitions CONSTANT smallint := (SELECT settings.partitions FROM settings WHERE only_row);
  culprit record;
BEGIN
  SELECT added.operation_id INTO culprit
    FROM added
    LEFT JOIN LATERAL (
      SELECT seq, batch_id, wallet_id, execute_at, xmin = current AS is_new FROM operations WHERE id = added.operation_id OFFSET 0
    ) AS operation ON true
    LEFT JOIN LATERAL (SELECT wallet_hash FROM accounts WHERE wallet_id = operation.wallet_id OFFSET 0) AS account ON true
    LEFT JOIN LATERAL (SELECT operation_id FROM failures WHERE operation_id = added.operation_id OFFSET 0) AS failure ON true
    WHERE operation.is_new IS NOT TRUE OR operation.seq IS NOT NULL OR operation.batch_id IS NOT NULL
      OR failure.operation_id IS NOT NULL
      OR (added.execute_at, added.partition) IS DISTINCT FROM (operation.execute_at, account.wallet_hash % partitions)
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation % cannot be scheduled so', culprit.operation_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'scheduled_operations_fit';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER scheduled_operations_law_insert AFTER INSERT ON scheduled_operations REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_schedule();

-- Forbidden: to take an operation off the schedule that neither waits in the queue from then on nor has failed; and to schedule it
-- for another moment.
CREATE OR REPLACE FUNCTION check_removed_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT removed.operation_id INTO culprit
    FROM removed
    LEFT JOIN LATERAL (SELECT wallet_id, seq FROM operations WHERE id = removed.operation_id OFFSET 0) AS operation ON true
    LEFT JOIN LATERAL (
      SELECT operation_id FROM pending_operations
      WHERE (wallet_id, seq) >= (operation.wallet_id, operation.seq) AND (wallet_id, seq) <= (operation.wallet_id, operation.seq)
      OFFSET 0
    ) AS waiting ON true
    LEFT JOIN LATERAL (SELECT operation_id FROM failures WHERE operation_id = removed.operation_id OFFSET 0) AS failure ON true
    WHERE waiting.operation_id IS DISTINCT FROM removed.operation_id AND failure.operation_id IS NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation % may not leave the schedule without a place in the queue or an outcome', culprit.operation_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'scheduled_operations_end_in_queue';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER scheduled_operations_law_delete AFTER DELETE ON scheduled_operations REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION check_removed_schedule();
CREATE OR REPLACE TRIGGER scheduled_operations_unchanged BEFORE UPDATE OR TRUNCATE ON scheduled_operations
  EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------------------------------------------------------------------
-- 11. A program that is too old for the schema writes nothing
-- ---------------------------------------------------------------------------------------------------------------------------

-- A program ends the name of its connections with its number: `wallet-worker/20`. A pooler keeps that name with its client, also
-- where clients take turns on one connection (tried with PgBouncer 1.18), as it does with no setting of our own. What gives no
-- number is of the versions before 20, which gave none. It costs a statement 10 µs, however many rows it adds.
--
-- Reading the row locks its table until the transaction ends, as every reading does, and a migration that older programs do not
-- fit takes that lock for itself: so it waits for the transactions of theirs that are under way, and refuses the next.
CREATE OR REPLACE FUNCTION refuse_older_program() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  oldest int;
  program int;
BEGIN
  SELECT oldest_program INTO oldest FROM schema_version;
  program := coalesce(substring(current_setting('application_name') FROM '^[^/]*/(\d{1,9})')::int, 19);
  IF program < oldest THEN
    -- Of the class of errors that pass: the versions before 20 keep what they could not write for another try.
    RAISE EXCEPTION 'program % is too old for this schema, which needs program % or later', program, oldest
      USING ERRCODE = '57WL1', HINT = format('Update it. By hand, SET application_name = ''by-hand/%s''.', oldest);
  END IF;
  RETURN NULL;
END $$;

-- Forbidden to it: to accept, to apply, to make wallets, and to give out or deliver events. All else that processes write is
-- written with these, changes a row, or adds one to clients, api_keys, webhook_endpoints or audit_log: what those mean, a
-- migration must keep.
CREATE OR REPLACE TRIGGER operations_program BEFORE INSERT ON operations EXECUTE FUNCTION refuse_older_program();
CREATE OR REPLACE TRIGGER movements_program BEFORE INSERT ON movements EXECUTE FUNCTION refuse_older_program();
CREATE OR REPLACE TRIGGER failures_program BEFORE INSERT ON failures EXECUTE FUNCTION refuse_older_program();
CREATE OR REPLACE TRIGGER wallets_program BEFORE INSERT ON wallets EXECUTE FUNCTION refuse_older_program();
CREATE OR REPLACE TRIGGER event_feed_program BEFORE INSERT ON event_feed EXECUTE FUNCTION refuse_older_program();
CREATE OR REPLACE TRIGGER delivery_leases_program BEFORE INSERT ON delivery_leases EXECUTE FUNCTION refuse_older_program();

-- Forbidden: that a schema fits programs again which it did not fit before.
CREATE OR REPLACE TRIGGER schema_version_goes_forward BEFORE UPDATE ON schema_version
  FOR EACH ROW WHEN (NEW.version < OLD.version OR NEW.oldest_program < OLD.oldest_program) EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER schema_version_is_kept BEFORE DELETE OR TRUNCATE ON schema_version EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------------------------------------------------------------------
-- Plans
-- ---------------------------------------------------------------------------------------------------------------------------

-- A plan may neither read nor keep a whole table that was small when it was made, and is made once: for what a function is given, a
-- short list say, it would be made anew every time.
DO $$
DECLARE
  law text;
BEGIN
  FOREACH law IN ARRAY ARRAY[
    'check_added_operations',
    'check_added_keys',
    'check_added_pending',
    'check_changed_accounts',
    'check_added_movements',
    'check_added_failures',
    'check_removed_pending',
    'check_changed_parts',
    'check_removed_events',
    'check_removed_feed',
    'check_removed_deliveries',
    'check_removed_attempts',
    'check_removed_keys',
    'check_added_archives',
    'check_changed_checkpoints',
    'check_removed_operations',
    'check_removed_movements',
    'check_removed_failures',
    'check_added_replays',
    'check_added_terms',
    'check_added_legs',
    'check_removed_terms',
    'check_moved_postings',
    'check_moved_reversals',
    'check_holds',
    'check_added_holds',
    'check_changed_holds',
    'check_reversals',
    'check_added_reversals',
    'check_changed_reversals',
    'check_queued_operations',
    'check_added_schedule',
    'check_removed_schedule',
    'is_scheduled',
    'may_expire'
  ] LOOP
    EXECUTE format('ALTER FUNCTION %s SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off
                    SET enable_mergejoin = off SET enable_material = off SET enable_memoize = off SET jit = off
                    SET plan_cache_mode = force_generic_plan', law::regproc::regprocedure);
  END LOOP;
END $$;
