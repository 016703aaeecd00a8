-- Batches: many operations accepted together. A line of a batch is an operation like any other, but it does not wait in
-- pending_operations. What waits of a batch is one row per partition, batch_parts, that says how far its lines have got.
--
-- That works because of how the ids of lines are made: like every id they are UUIDs of version 7 (RFC 9562), whose random
-- bits hold, in this order, the partition, what is random about the batch, and the position of the line. So the lines of
-- one batch in one partition are one range of the primary key, in the order of the file.

CREATE TABLE batches (
  id uuid PRIMARY KEY,
  -- Its place among the operations in the order of acceptance. It is drawn last, under the acceptance locks.
  seq bigint UNIQUE,
  -- These become known while its lines are read and added.
  total integer CHECK (total BETWEEN 0 AND 1000000),
  replayed integer CHECK (replayed BETWEEN 0 AND 1000000),
  idempotency_key text UNIQUE CHECK (idempotency_key ~ '^[A-Za-z0-9_.:-]{1,255}$'),
  request_hash bytea CHECK (octet_length(request_hash) = 32),
  priority text NOT NULL CHECK (priority IN ('high', 'low')),
  atomic boolean NOT NULL,
  retry_of uuid REFERENCES batches,
  accepted_at timestamptz,
  -- What changes: parts that still have pending lines, and how it ended.
  open_parts integer CHECK (open_parts >= 0),
  cancelled_at timestamptz,
  finished_at timestamptz,
  CONSTRAINT batches_atomic_is_small CHECK (NOT atomic OR total <= 1000),
  CONSTRAINT batches_accepted_when_known CHECK (
    (seq IS NULL) = (accepted_at IS NULL)
    AND (seq IS NULL OR (total, replayed, idempotency_key, request_hash, open_parts) IS NOT NULL)
  ),
  CONSTRAINT batches_finished_when_closed CHECK (seq IS NULL OR (open_parts = 0) = (finished_at IS NOT NULL))
);

-- The lines of a batch in one partition. Those up to after_id are final; of the others, up to last_id, some may be:
-- an operation with priority takes the earlier lines of its wallet along.
CREATE TABLE batch_parts (
  batch_id uuid NOT NULL REFERENCES batches,
  partition smallint NOT NULL,
  after_id uuid NOT NULL,
  last_id uuid NOT NULL,
  open boolean NOT NULL GENERATED ALWAYS AS (after_id < last_id) STORED,
  touched_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (batch_id, partition),
  CHECK (after_id <= last_id)
) WITH (fillfactor = 20);
CREATE INDEX batch_parts_open ON batch_parts (partition) WHERE open;

-- What a batch holds and what came of it, by asset; by partition too, so that partitions do not wait for each other's row.
CREATE TABLE batch_totals (
  batch_id uuid NOT NULL REFERENCES batches,
  partition smallint NOT NULL,
  asset_id smallint NOT NULL REFERENCES assets,
  lines integer NOT NULL CHECK (lines > 0),
  amount numeric NOT NULL,
  succeeded integer NOT NULL DEFAULT 0,
  succeeded_amount numeric NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  failed_amount numeric NOT NULL DEFAULT 0,
  started_at timestamptz,
  PRIMARY KEY (batch_id, partition, asset_id),
  CONSTRAINT batch_totals_add_up CHECK (succeeded + failed <= lines)
) WITH (fillfactor = 20);

-- Lines whose request had been accepted before under their own key: they are the operations that it made then.
CREATE TABLE batch_replays (
  batch_id uuid NOT NULL REFERENCES batches,
  position integer NOT NULL,
  line integer NOT NULL,
  operation_id uuid NOT NULL REFERENCES operations,
  PRIMARY KEY (batch_id, position)
);

ALTER TABLE operations
  ADD COLUMN batch_id uuid,
  ADD COLUMN line integer CHECK (line > 0),
  ALTER COLUMN seq DROP NOT NULL,
  -- A line stands where its batch does, in the order of lines; it has no number of its own.
  ADD CONSTRAINT operations_single_or_line CHECK (
    (seq IS NULL) = (batch_id IS NOT NULL) AND (batch_id IS NULL) = (line IS NULL)
  ),
  DROP CONSTRAINT operations_idempotency_key_key;
-- Most lines have no key of their own: then there is nothing to keep unique, and nothing to write.
CREATE UNIQUE INDEX operations_idempotency_key ON operations (idempotency_key) WHERE idempotency_key IS NOT NULL;

-- Operations of low priority wait beside those of high priority, so that neither has to be searched for among the other.
ALTER TABLE pending_operations
  ADD COLUMN low boolean NOT NULL DEFAULT false,
  DROP CONSTRAINT pending_operations_pkey,
  ADD PRIMARY KEY (partition, low, seq);

-- The moment of acceptance: the batch takes its place behind everything that its partitions have accepted, and nothing
-- else is accepted there until it is committed. It comes last in its transaction, sent together with COMMIT.
CREATE FUNCTION accept_batch(batch uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(1, partition)
    FROM (SELECT partition::int FROM batch_parts WHERE batch_id = batch ORDER BY partition) AS parts;
  UPDATE batches SET seq = nextval('operation_seq'), accepted_at = clock_timestamp(),
                     finished_at = CASE WHEN open_parts = 0 THEN clock_timestamp() END
    WHERE id = batch;
END $$;

CREATE FUNCTION check_batch_is_accepted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT seq IS NULL FROM batches WHERE id = NEW.id) THEN
    RAISE EXCEPTION 'batch % was left open', NEW.id USING ERRCODE = 'WL001', CONSTRAINT = 'batches_are_accepted';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER batches_are_accepted AFTER INSERT ON batches DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION check_batch_is_accepted();

CREATE FUNCTION keep_batch_facts() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER batches_keep_facts BEFORE UPDATE ON batches FOR EACH ROW EXECUTE FUNCTION keep_batch_facts();
CREATE TRIGGER batches_are_kept BEFORE DELETE OR TRUNCATE ON batches EXECUTE FUNCTION refuse_change();
CREATE TRIGGER batch_parts_are_kept BEFORE DELETE OR TRUNCATE ON batch_parts EXECUTE FUNCTION refuse_change();
CREATE TRIGGER batch_totals_are_kept BEFORE DELETE OR TRUNCATE ON batch_totals EXECUTE FUNCTION refuse_change();
CREATE TRIGGER batch_replays_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON batch_replays
  EXECUTE FUNCTION refuse_change();

-- The law looks up by key, row by row, whatever the size of the tables when a session plans it: so each look-up below is a
-- subquery of its own that the planner cannot turn into a join (OFFSET 0).

-- A part only gets further, and never past a line that has no outcome.
CREATE FUNCTION check_changed_parts() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER batch_parts_law AFTER UPDATE ON batch_parts REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION check_changed_parts();

CREATE OR REPLACE FUNCTION check_added_operations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT added.id INTO culprit
    FROM added
    LEFT JOIN LATERAL (
      SELECT operation_id FROM pending_operations WHERE wallet_id = added.wallet_id AND seq = added.seq OFFSET 0
    ) AS pending_operations ON true
    LEFT JOIN LATERAL (
      SELECT id FROM wallets WHERE id = added.wallet_id AND asset_id = added.asset_id OFFSET 0
    ) AS wallets ON true
    LEFT JOIN LATERAL (
      SELECT id FROM wallets WHERE id = added.to_wallet_id AND asset_id = added.asset_id OFFSET 0
    ) AS receivers ON true
    WHERE added.batch_id IS NULL AND pending_operations.operation_id IS DISTINCT FROM added.id
      OR wallets.id IS NULL
      OR receivers.id IS DISTINCT FROM added.to_wallet_id
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation % is not pending, or not on wallets of its asset', culprit.id
      USING ERRCODE = 'WL001', CONSTRAINT = 'operations_begin_pending';
  END IF;

  SELECT added.batch_id INTO culprit
    FROM (SELECT DISTINCT batch_id FROM added WHERE batch_id IS NOT NULL) AS added
    LEFT JOIN batches ON batches.id = added.batch_id
    WHERE batches.id IS NULL OR batches.seq IS NOT NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'batch % takes no lines', culprit.batch_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'operations_join_open_batch';
  END IF;
  RETURN NULL;
END $$;

-- Whose an account is, no statement may even mention. Comparing the rows of before and after would cost time for every
-- change of a balance, and the more accounts a statement changes, the more for each.
DROP TRIGGER accounts_keep_owner ON accounts;
DROP FUNCTION refuse_other_account;
CREATE FUNCTION refuse_other_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an account stays whose it is' USING ERRCODE = 'WL001', CONSTRAINT = 'accounts_keep_owner';
END $$;
CREATE TRIGGER accounts_keep_owner BEFORE UPDATE OF id, wallet_id, system, partition, asset_id ON accounts
  EXECUTE FUNCTION refuse_other_owner();

-- An operation has at most one entry of each sign: so its entries are two, one against the other, or none.
CREATE UNIQUE INDEX entries_operation ON entries (operation_id, (amount > 0));
ALTER TABLE entries DROP CONSTRAINT entries_operation_id_account_id_key;

-- An entry names its asset, so that the two of an operation can be compared without looking up their accounts.
ALTER TABLE entries ADD COLUMN asset_id smallint;
ALTER TABLE entries DISABLE TRIGGER USER;
UPDATE entries SET asset_id = accounts.asset_id FROM accounts WHERE accounts.id = entries.account_id;
ALTER TABLE entries ENABLE TRIGGER USER;
ALTER TABLE entries ALTER COLUMN asset_id SET NOT NULL;

-- The same law as before, with fewer look-ups: of a chain of entries, the one before the first is looked up, and the account
-- at the last. Whether entries are those of their operation is told by its outcome, in the same statement: it finds both of
-- them. Here it is enough that each entry of the one sign has such an outcome, and that those of the other are as many.
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
               WHEN after_version IS NULL
                 AND (accounts.version, accounts.balance) IS DISTINCT FROM (chained.version, chained.balance)
                 THEN 'entries_reach_account'
               WHEN chained.asset_id <> coalesce(after_asset, accounts.asset_id) THEN 'entries_fit_account'
               WHEN chained.amount > 0 AND outcomes.status IS DISTINCT FROM 'succeeded' THEN 'entries_fit_operation'
             END AS broken
      FROM (
        SELECT account_id, version, operation_id, amount, balance, asset_id, lag(version) OVER chain AS before_version,
               lag(balance) OVER chain AS before_balance, lead(version) OVER chain AS after_version,
               lead(asset_id) OVER chain AS after_asset
        FROM added WINDOW chain AS (PARTITION BY account_id ORDER BY version)
      ) AS chained
      -- Each key is null, and so there is no look-up, where nothing has to be looked up.
      LEFT JOIN LATERAL (
        SELECT balance FROM entries WHERE account_id = chained.account_id
          AND version = CASE WHEN before_version IS NULL THEN chained.version - 1 END OFFSET 0
      ) AS previous ON true
      LEFT JOIN LATERAL (
        SELECT version, balance, asset_id FROM accounts
        WHERE id = CASE WHEN after_version IS NULL THEN chained.account_id END OFFSET 0
      ) AS accounts ON true
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

-- What succeeds has moved its amount from one account of its asset to another; what fails has moved nothing.
CREATE OR REPLACE FUNCTION check_added_outcomes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  culprit record;
BEGIN
  SELECT * INTO culprit
    FROM (
      SELECT added.operation_id,
             CASE
               WHEN operations.id IS NULL OR waiting.seq IS NOT NULL
                 OR (added.status = 'succeeded') IS DISTINCT FROM (gained.amount IS NOT NULL OR lost.amount IS NOT NULL)
                 THEN 'outcomes_fit_entries'
               WHEN added.status = 'succeeded' AND (
                 (gained.amount, -lost.amount) IS DISTINCT FROM (operations.amount, operations.amount)
                 OR (gained.asset_id, lost.asset_id) IS DISTINCT FROM (operations.asset_id, operations.asset_id)
                 OR gained.account_id = lost.account_id
               ) THEN 'entries_fit_operation'
             END AS broken
      FROM added
      LEFT JOIN LATERAL (
        SELECT id, seq, wallet_id, amount, asset_id FROM operations WHERE id = added.operation_id OFFSET 0
      ) AS operations ON true
      LEFT JOIN LATERAL (
        SELECT seq FROM pending_operations WHERE wallet_id = operations.wallet_id AND seq = operations.seq OFFSET 0
      ) AS waiting ON true
      LEFT JOIN LATERAL (
        SELECT account_id, amount, asset_id FROM entries WHERE operation_id = added.operation_id AND amount > 0 OFFSET 0
      ) AS gained ON true
      LEFT JOIN LATERAL (
        SELECT account_id, amount, asset_id FROM entries
        WHERE operation_id = added.operation_id AND NOT amount > 0 OFFSET 0
      ) AS lost ON true
    ) AS checked
    WHERE broken IS NOT NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'outcome of operation % does not fit the operation or its entries', culprit.operation_id
      USING ERRCODE = 'WL001', CONSTRAINT = culprit.broken;
  END IF;
  RETURN NULL;
END $$;

-- An account is where its last entry left it.
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

-- Nor may a plan read or keep a whole table that was small when it was made.
DO $$
DECLARE
  law text;
BEGIN
  FOREACH law IN ARRAY ARRAY[
    'check_changed_parts',
    'check_added_operations',
    'check_added_entries',
    'check_added_outcomes',
    'check_changed_accounts',
    'check_removed_pending',
    'check_added_pending'
  ] LOOP
    EXECUTE format('ALTER FUNCTION %I() SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off
                    SET enable_mergejoin = off SET enable_material = off SET enable_memoize = off', law);
  END LOOP;
END $$;
