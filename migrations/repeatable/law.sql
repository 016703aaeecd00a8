-- The law of the ledger: what the database refuses, whichever role writes. Applied after the migrations by every `npm run migrate`
-- that finds anything else, in one transaction. This file is the only place of it: the functions and triggers of the same
-- names in the migrations are what it was before, and this replaces them.
--
-- 1. History is only added to.
-- 2. An operation begins pending, on wallets of its asset, in its partition.
-- 3. Entries continue each other; accounts stand at their last entry.
-- 4. An operation ends once: with two entries, of its amount, on the accounts that it names, in its direction; or with none.
-- 5. What is pending leaves the queue with an outcome, and a part of a batch gets no further than its outcomes.
-- 6. A batch stays as it was accepted.
--
-- Checks, unique keys and foreign keys stand with the tables; here is what takes more than one row to see. Each statement is
-- checked as a whole, in sets, when it ends: a foreign key or a row trigger would be paid per row. A statement that breaks the
-- law fails with SQLSTATE WL001, or 23001 for a change of history, and takes its transaction with it.
--
-- Every look-up is by key, row by row, whatever the size of the tables when a session plans it: so it is a subquery of its own
-- that the planner cannot turn into a join (OFFSET 0), and the last statement of this file sets the planner accordingly.

-- ---------------------------------------------------------------------------------------------------------------------------
-- 1. History is only added to
-- ---------------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- Forbidden: to change or delete what was accepted, its outcome, what moved, and what the ledger is made of.
CREATE OR REPLACE TRIGGER operations_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON operations
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER outcomes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON outcomes
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER settings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settings
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER wallets_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallets
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER batch_replays_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON batch_replays
  EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  EXECUTE FUNCTION refuse_change();

-- Forbidden: to change an event, its place in the feed, or a try to deliver it. They are deleted when they are old enough.
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

-- Forbidden: to give an account to another wallet, system, partition or asset. No statement may even mention these columns:
-- comparing the rows of before and after would cost time for every change of a balance.
CREATE OR REPLACE FUNCTION refuse_other_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an account stays whose it is' USING ERRCODE = 'WL001', CONSTRAINT = 'accounts_keep_owner';
END $$;
CREATE OR REPLACE TRIGGER accounts_keep_owner BEFORE UPDATE OF id, wallet_id, system, partition, asset_id ON accounts
  EXECUTE FUNCTION refuse_other_owner();

-- ---------------------------------------------------------------------------------------------------------------------------
-- 2. An operation begins pending
-- ---------------------------------------------------------------------------------------------------------------------------

-- Forbidden: an operation
--   that joins no batch, or one that has been accepted (operations_join_open_batch),
--   that does not wait in the queue and is no line of a batch, or whose wallets have no account of its asset
--     (operations_begin_pending),
--   that waits in another partition than that of its wallet (operations_fit_partition). A line has its place by
--     its id, and those of an atomic batch are all in one partition.
CREATE OR REPLACE FUNCTION check_added_operations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  partitions CONSTANT smallint := (SELECT settings.partitions FROM settings WHERE only_row);
  culprit record;
BEGIN
  SELECT added.batch_id INTO culprit
    FROM (SELECT DISTINCT batch_id FROM added WHERE batch_id IS NOT NULL) AS added
    LEFT JOIN batches ON batches.id = added.batch_id
    WHERE batches.id IS NULL OR batches.seq IS NOT NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'batch % takes no lines', culprit.batch_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'operations_join_open_batch';
  END IF;

  SELECT * INTO culprit
    FROM (
      SELECT added.id,
             CASE
               WHEN added.batch_id IS NULL AND waiting.operation_id IS DISTINCT FROM added.id
                 OR account.wallet_hash IS NULL
                 OR receiver.wallet_id IS DISTINCT FROM added.to_wallet_id
                 THEN 'operations_begin_pending'
               WHEN added.batch_id IS NULL AND account.wallet_hash % partitions IS DISTINCT FROM waiting.partition
                 THEN 'operations_fit_partition'
             END AS broken
      FROM added
      LEFT JOIN LATERAL (
        SELECT operation_id, partition FROM pending_operations
        WHERE wallet_id = added.wallet_id AND seq = added.seq OFFSET 0
      ) AS waiting ON true
      LEFT JOIN LATERAL (
        SELECT wallet_hash FROM accounts WHERE wallet_id = added.wallet_id AND asset_id = added.asset_id OFFSET 0
      ) AS account ON true
      LEFT JOIN LATERAL (
        SELECT wallet_id FROM accounts WHERE wallet_id = added.to_wallet_id AND asset_id = added.asset_id OFFSET 0
      ) AS receiver ON true
    ) AS checked
    WHERE broken IS NOT NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation %: %', culprit.id, culprit.broken USING ERRCODE = 'WL001', CONSTRAINT = culprit.broken;
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER operations_law AFTER INSERT ON operations REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_operations();

-- Forbidden: to queue what is no operation with this wallet and place, or what is final.
CREATE OR REPLACE FUNCTION check_added_pending() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT added.operation_id INTO culprit
    FROM added
    LEFT JOIN LATERAL (
      SELECT wallet_id, seq FROM operations WHERE id = added.operation_id OFFSET 0
    ) AS operations ON true
    LEFT JOIN LATERAL (
      SELECT operation_id FROM outcomes WHERE operation_id = added.operation_id OFFSET 0
    ) AS outcomes ON true
    WHERE (operations.wallet_id, operations.seq) IS DISTINCT FROM (added.wallet_id, added.seq)
      OR outcomes.operation_id IS NOT NULL
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
-- 3. Entries continue each other, and accounts stand at their last entry
-- ---------------------------------------------------------------------------------------------------------------------------

-- Forbidden: entries
--   that do not sum to zero in each asset, or of which more have one sign than the other (entries_sum_to_zero),
--   that leave out a version of their account, or whose balance is not the one before with their amount (entries_continue),
--   of an operation that has not succeeded (entries_fit_operation).
-- The rest about an operation's entries is seen from its outcome, in section 4. It looks at both of them, and it comes in the
-- same statement: so here it is enough that each entry of the one sign has such an outcome, and that those of the other are as
-- many. Of a chain of entries, only the one before the first is looked up.
CREATE OR REPLACE FUNCTION check_added_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  IF EXISTS (
    SELECT FROM added GROUP BY asset_id HAVING sum(amount) <> 0 OR 2 * count(*) FILTER (WHERE amount > 0) <> count(*)
  ) THEN
    RAISE EXCEPTION 'entries do not sum to zero' USING ERRCODE = 'WL001', CONSTRAINT = 'entries_sum_to_zero';
  END IF;

  SELECT * INTO culprit
    FROM (
      SELECT chained.*,
             CASE
               WHEN before_version <> chained.version - 1
                 OR chained.balance IS DISTINCT FROM chained.amount
                    + CASE WHEN chained.version = 1 THEN 0 ELSE coalesce(before_balance, previous.balance) END
                 THEN 'entries_continue'
               WHEN chained.amount > 0 AND outcomes.status IS DISTINCT FROM 'succeeded' THEN 'entries_fit_operation'
             END AS broken
      FROM (
        SELECT account_id, version, operation_id, amount, balance, lag(version) OVER chain AS before_version,
               lag(balance) OVER chain AS before_balance
        FROM added WINDOW chain AS (PARTITION BY account_id ORDER BY version)
      ) AS chained
      -- Each key is null, and so there is no look-up, where nothing has to be looked up.
      LEFT JOIN LATERAL (
        SELECT balance FROM entries WHERE account_id = chained.account_id
          AND version = CASE WHEN before_version IS NULL THEN chained.version - 1 END OFFSET 0
      ) AS previous ON true
      LEFT JOIN LATERAL (
        SELECT status FROM outcomes
        WHERE operation_id = CASE WHEN chained.amount > 0 THEN chained.operation_id END OFFSET 0
      ) AS outcomes ON true
    ) AS checked
    WHERE broken IS NOT NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'entry % of account %, operation %: %', culprit.version, culprit.account_id, culprit.operation_id,
      culprit.broken USING ERRCODE = 'WL001', CONSTRAINT = culprit.broken;
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER entries_law AFTER INSERT ON entries REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_entries();

-- Forbidden: to change an account so that it does not stand at its last entry.
CREATE OR REPLACE FUNCTION check_changed_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT changed.id INTO culprit
    FROM changed
    LEFT JOIN LATERAL (
      SELECT version, balance FROM entries WHERE account_id = changed.id ORDER BY version DESC LIMIT 1
    ) AS last ON true
    WHERE changed.version <> coalesce(last.version, 0) OR changed.balance <> coalesce(last.balance, 0)
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'account % does not stand at its last entry', culprit.id
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

-- Forbidden: an outcome
--   of no operation, or of one that still waits; a success without entries, a failure with them (outcomes_fit_entries),
--   whose entries are not both of the amount and asset of the operation (entries_fit_operation),
--   whose operation's wallet has the entry of the other side: it was to gain, and has lost, or the reverse
--     (entries_follow_direction),
--   whose entry on the side of the wallet is on another account, or, of a transfer, that of the receiver (entries_fit_wallets),
--   whose entry against a wallet is not on the house account of the asset in the partition of the operation: that of its wallet,
--     or, of a line, the 12 bits of its id behind the version (shared/src/words/batch.ts) (entries_fit_house),
--   whose entries are ahead of their accounts (entries_reach_account; an account that was changed is at its last entry, as
--     section 3 has seen, and any other was so before).
-- An operation of a type that is not listed here can have no entries.
--
-- The house accounts are looked up once for each that the statement posts to, and not for each operation. LIMIT 1 tells the
-- planner that there is one entry of a sign: without it, it makes room for so many house accounts that 500 operations take
-- 1 ms longer.
CREATE OR REPLACE FUNCTION check_added_outcomes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  partitions CONSTANT smallint := (SELECT settings.partitions FROM settings WHERE only_row);
  culprit record;
BEGIN
  SELECT * INTO culprit
    FROM (
      SELECT posted.operation_id, posted.house_id,
             CASE
               WHEN posted.broken IS NOT NULL THEN posted.broken
               WHEN posted.house_id IS NULL THEN NULL
               WHEN house.system IS NULL
                 OR (house.asset_id, house.partition) IS DISTINCT FROM (posted.asset_id, posted.partition)
                 THEN 'entries_fit_house'
               WHEN house.version < posted.version THEN 'entries_reach_account'
             END AS broken
      FROM (
        SELECT broken, CASE WHEN broken IS NOT NULL THEN operation_id END AS operation_id, house_id, asset_id, partition,
               max(version) AS version
        FROM (
          SELECT added.operation_id, operations.asset_id, other.version,
                 CASE WHEN operations.line IS NULL THEN account.wallet_hash % partitions
                      ELSE (get_byte(operations.line, 6) & 15) * 256 + get_byte(operations.line, 7) END AS partition,
                 CASE WHEN operations.to_wallet_id IS NULL THEN other.account_id END AS house_id,
                 CASE
                   WHEN operations.id IS NULL OR waiting.seq IS NOT NULL
                     OR (added.status = 'succeeded')
                        IS DISTINCT FROM (own.account_id IS NOT NULL OR other.account_id IS NOT NULL)
                     THEN 'outcomes_fit_entries'
                   WHEN added.status <> 'succeeded' THEN NULL
                   WHEN (abs(own.amount), abs(other.amount)) IS DISTINCT FROM (operations.amount, operations.amount)
                     OR (own.asset_id, other.asset_id) IS DISTINCT FROM (operations.asset_id, operations.asset_id)
                     OR own.account_id = other.account_id
                     THEN 'entries_fit_operation'
                   WHEN other.account_id = account.id THEN 'entries_follow_direction'
                   WHEN own.account_id IS DISTINCT FROM account.id
                     OR operations.to_wallet_id IS NOT NULL AND other.account_id IS DISTINCT FROM receiver.id
                     THEN 'entries_fit_wallets'
                   WHEN own.version > account.version OR other.version > receiver.version THEN 'entries_reach_account'
                 END AS broken
          FROM added
          LEFT JOIN LATERAL (
            SELECT id, seq, wallet_id, to_wallet_id, amount, asset_id,
                   CASE WHEN batch_id IS NOT NULL THEN uuid_send(id) END AS line,
                   CASE WHEN type IN ('deposit', 'resupply', 'top_up', 'bonus') THEN true
                        WHEN type IN ('withdraw', 'spend', 'transfer') THEN false END AS wallet_gains
            FROM operations WHERE id = added.operation_id OFFSET 0
          ) AS operations ON true
          LEFT JOIN LATERAL (
            SELECT seq FROM pending_operations WHERE wallet_id = operations.wallet_id AND seq = operations.seq OFFSET 0
          ) AS waiting ON true
          LEFT JOIN LATERAL (
            SELECT id, version, wallet_hash FROM accounts WHERE wallet_id = operations.wallet_id OFFSET 0
          ) AS account ON true
          LEFT JOIN LATERAL (
            SELECT id, version FROM accounts WHERE wallet_id = operations.to_wallet_id OFFSET 0
          ) AS receiver ON true
          LEFT JOIN LATERAL (
            SELECT account_id, version, amount, asset_id FROM entries
            WHERE operation_id = added.operation_id AND (amount > 0) = operations.wallet_gains LIMIT 1
          ) AS own ON true
          LEFT JOIN LATERAL (
            SELECT account_id, version, amount, asset_id FROM entries
            WHERE operation_id = added.operation_id AND (amount > 0) = (NOT operations.wallet_gains) LIMIT 1
          ) AS other ON true
          OFFSET 0
        ) AS each
        GROUP BY 1, 2, 3, 4, 5
      ) AS posted
      LEFT JOIN LATERAL (
        SELECT system, asset_id, partition, version FROM accounts WHERE id = posted.house_id OFFSET 0
      ) AS house ON true
    ) AS checked
    WHERE broken IS NOT NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'outcome of operation %: %',
      coalesce(culprit.operation_id::text, 'against account ' || culprit.house_id), culprit.broken
      USING ERRCODE = 'WL001', CONSTRAINT = culprit.broken;
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER outcomes_law AFTER INSERT ON outcomes REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_outcomes();

-- ---------------------------------------------------------------------------------------------------------------------------
-- 5. What is pending ends in outcomes
-- ---------------------------------------------------------------------------------------------------------------------------

-- Forbidden: to move what waits to another place.
CREATE OR REPLACE TRIGGER pending_operations_unchanged BEFORE UPDATE ON pending_operations EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER pending_operations_are_kept BEFORE TRUNCATE ON pending_operations EXECUTE FUNCTION refuse_change();

-- Forbidden: to take an operation out of the queue that has no outcome.
CREATE OR REPLACE FUNCTION check_removed_pending() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT removed.operation_id INTO culprit
    FROM removed
    LEFT JOIN LATERAL (
      SELECT operation_id FROM outcomes WHERE operation_id = removed.operation_id OFFSET 0
    ) AS outcomes ON true
    WHERE outcomes.operation_id IS NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation % may not leave the queue without an outcome', culprit.operation_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'pending_operations_end_in_outcomes';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER pending_operations_law AFTER DELETE ON pending_operations REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION check_removed_pending();

-- Forbidden: a part of a batch that goes back, gets another end, or gets past a line that has no outcome.
CREATE OR REPLACE FUNCTION check_changed_parts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT after.batch_id, after.partition INTO culprit
    FROM after JOIN before USING (batch_id, partition)
    LEFT JOIN LATERAL (
      SELECT true AS found FROM operations
      LEFT JOIN LATERAL (SELECT operation_id FROM outcomes WHERE operation_id = operations.id OFFSET 0) AS outcomes ON true
      WHERE operations.id > before.after_id AND operations.id <= after.after_id AND outcomes.operation_id IS NULL
        AND operations.batch_id = after.batch_id
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
       (OLD.seq, OLD.accepted_at, OLD.total, OLD.replayed, OLD.idempotency_key, OLD.request_hash)
         IS DISTINCT FROM
         (NEW.seq, NEW.accepted_at, NEW.total, NEW.replayed, NEW.idempotency_key, NEW.request_hash)
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
-- Plans
-- ---------------------------------------------------------------------------------------------------------------------------

-- A plan may neither read nor keep a whole table that was small when it was made.
DO $$
DECLARE
  law text;
BEGIN
  FOREACH law IN ARRAY ARRAY[
    'check_added_operations',
    'check_added_pending',
    'check_added_entries',
    'check_changed_accounts',
    'check_added_outcomes',
    'check_removed_pending',
    'check_changed_parts'
  ] LOOP
    EXECUTE format('ALTER FUNCTION %I() SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off
                    SET enable_mergejoin = off SET enable_material = off SET enable_memoize = off SET jit = off', law);
  END LOOP;
END $$;
