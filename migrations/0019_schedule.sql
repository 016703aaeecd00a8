-- What the service does by itself when a moment has come, by the clock of the database: it releases holds that have expired, and
-- queues operations that were scheduled. The functions run as the owner of the schema: a worker may accept what is due, and nothing
-- else.

-- Accepts a release for each hold that has expired and is still open, at most so many: each takes its place in the order of its
-- wallet, as any operation does that a caller sends, and the worker that calls this needs to do nothing else for it.
-- Returns the partition of each.
CREATE FUNCTION expire_holds(most int) RETURNS SETOF smallint
LANGUAGE plpgsql SECURITY DEFINER SET lock_timeout = '500ms' AS $$
DECLARE
  -- A variable, so that it is looked up in the index: clock_timestamp() is computed anew for every row.
  moment CONSTANT timestamptz := clock_timestamp();
  due uuid[];
BEGIN
  -- One worker at a time, ADVISORY_LOCK.due (shared/src/database/locks.ts). What the one before has accepted is committed when
  -- this has the lock, and each statement from here on sees it.
  IF NOT pg_try_advisory_xact_lock(8, 0) THEN
    RETURN;
  END IF;
  due := ARRAY (
    SELECT operation_id FROM holds
    WHERE remaining > 0 AND expires_at <= moment
      AND NOT EXISTS (SELECT FROM operation_terms WHERE target_id = holds.operation_id AND reason = 'expired' OFFSET 0)
    ORDER BY expires_at LIMIT most
  );
  IF cardinality(due) = 0 THEN
    RETURN;
  END IF;

  -- From here on as acceptOperations does it (shared/src/database/tables/operations.ts): numbers are drawn under the acceptance
  -- locks of the partitions, which are taken in their order.
  PERFORM pg_advisory_xact_lock(1, partition)
    FROM (
      SELECT DISTINCT (wallet_hash % settings.partitions)::int AS partition
      FROM unnest(due) AS hold (id)
      CROSS JOIN LATERAL (SELECT wallet_id FROM holds WHERE operation_id = hold.id OFFSET 0) AS held
      CROSS JOIN LATERAL (SELECT wallet_hash FROM accounts WHERE wallet_id = held.wallet_id OFFSET 0) AS account
      CROSS JOIN settings
      ORDER BY partition
    ) AS partitions;
  RETURN QUERY
    WITH numbered AS MATERIALIZED (
      SELECT nextval('operation_seq') AS seq, clock_timestamp() AS created_at, ordered.*,
             -- A UUID of version 7: milliseconds, the version, and random bits.
             encode(set_bit(set_bit(overlay(
               uuid_send(gen_random_uuid())
               PLACING substr(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 3) FROM 1 FOR 6
             ), 52, 1), 53, 1), 'hex')::uuid AS id
      FROM (
        SELECT hold.id AS hold_id, held.wallet_id, account.asset_id,
               (account.wallet_hash % settings.partitions)::smallint AS partition
        FROM unnest(due) WITH ORDINALITY AS hold (id, number)
        CROSS JOIN LATERAL (SELECT wallet_id FROM holds WHERE operation_id = hold.id OFFSET 0) AS held
        CROSS JOIN LATERAL (
          SELECT wallet_hash, asset_id FROM accounts WHERE wallet_id = held.wallet_id OFFSET 0
        ) AS account
        CROSS JOIN settings
        ORDER BY hold.number
      ) AS ordered
    ), accepted AS (
      INSERT INTO operations (id, seq, wallet_id, asset_id, type, priority, created_at)
      SELECT id, seq, wallet_id, asset_id, 'release', 'high', created_at FROM numbered ORDER BY id
    ), termed AS (
      INSERT INTO operation_terms (operation_id, target_id, reason)
      SELECT id, hold_id, 'expired' FROM numbered ORDER BY id
    ), queued AS (
      INSERT INTO pending_operations (partition, seq, operation_id, wallet_id, accepted_at)
      SELECT partition, seq, id, wallet_id, created_at FROM numbered
    )
    SELECT numbered.partition FROM numbered;
END $$;

-- An operation that is scheduled has no place in the order of acceptance until it is due, and so no number. What it was scheduled
-- for stays with it. No row that exists has the column, and none can break the check.
ALTER TABLE operations
  ADD COLUMN execute_at timestamptz,
  DROP CONSTRAINT operations_single_or_line,
  ADD CONSTRAINT operations_single_or_line CHECK (
    (batch_id IS NULL) = (line IS NULL)
    AND CASE WHEN batch_id IS NULL THEN seq IS NOT NULL OR execute_at IS NOT NULL ELSE seq IS NULL AND execute_at IS NULL END
  ) NOT VALID;

-- What is scheduled, as long as it is. Like the queue it is vacuumed by count.
CREATE TABLE scheduled_operations (
  operation_id uuid PRIMARY KEY,
  execute_at timestamptz NOT NULL,
  -- That of its wallet.
  partition smallint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 1);
CREATE INDEX scheduled_operations_due ON scheduled_operations (execute_at, operation_id);

-- Whether an operation is scheduled. The law asks it where nothing else allows what it has seen: named in its statements, the table
-- would cost every one of them something.
CREATE FUNCTION is_scheduled(operation uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM scheduled_operations WHERE operation_id = operation);
END $$;

-- Gives what is due its place at the end of the queue of its wallet, at most so many, in the order of their moments and then of
-- their ids. Returns the partition and the priority of each.
CREATE FUNCTION queue_due_operations(most int) RETURNS TABLE (ring_partition smallint, ring_low boolean)
LANGUAGE plpgsql SECURITY DEFINER SET lock_timeout = '500ms' AS $$
DECLARE
  moment CONSTANT timestamptz := clock_timestamp();
  due uuid[];
BEGIN
  -- As for holds. What is being cancelled at this moment is left to its end; what this locks cannot be cancelled any more.
  IF NOT pg_try_advisory_xact_lock(8, 1) THEN
    RETURN;
  END IF;
  due := ARRAY (
    SELECT operation_id FROM scheduled_operations WHERE execute_at <= moment
    ORDER BY execute_at, operation_id LIMIT most FOR UPDATE SKIP LOCKED
  );
  IF cardinality(due) = 0 THEN
    RETURN;
  END IF;

  PERFORM pg_advisory_xact_lock(1, partition)
    FROM (
      SELECT DISTINCT scheduled.partition::int AS partition
      FROM unnest(due) AS operation (id)
      CROSS JOIN LATERAL (SELECT partition FROM scheduled_operations WHERE operation_id = operation.id OFFSET 0) AS scheduled
      ORDER BY partition
    ) AS partitions;
  RETURN QUERY
    WITH removed AS MATERIALIZED (
      DELETE FROM scheduled_operations WHERE operation_id = ANY (due) RETURNING operation_id, execute_at, partition
    ), numbered AS MATERIALIZED (
      SELECT nextval('operation_seq') AS seq, clock_timestamp() AS queued_at, ordered.*
      FROM (SELECT * FROM removed ORDER BY execute_at, operation_id) AS ordered
    ), queued AS (
      UPDATE operations SET seq = numbered.seq FROM numbered WHERE operations.id = numbered.operation_id
      RETURNING operations.id, operations.wallet_id, operations.priority
    ), waiting AS (
      INSERT INTO pending_operations (partition, low, seq, operation_id, wallet_id, accepted_at)
      SELECT numbered.partition, queued.priority = 'low', numbered.seq, queued.id, queued.wallet_id, numbered.queued_at
      FROM numbered JOIN queued ON queued.id = numbered.operation_id
      RETURNING pending_operations.partition, pending_operations.low
    )
    SELECT waiting.partition, waiting.low FROM waiting;
END $$;

-- Ends a scheduled operation: it fails with the code `cancelled`, where its wallets stand now. Returns whether it was scheduled.
-- Cancelling and queueing exclude each other by the row of the schedule.
CREATE FUNCTION cancel_scheduled(operation uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  PERFORM FROM scheduled_operations WHERE operation_id = operation FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- The wallets' accounts, in the order in which a drain locks them: what the failure tells is where they stand, and the event of
  -- it is numbered while they are locked.
  PERFORM FROM operations JOIN accounts AS account ON account.wallet_id IN (operations.wallet_id, operations.to_wallet_id)
    WHERE operations.id = operation ORDER BY account.id FOR NO KEY UPDATE OF account;
  WITH removed AS (
    DELETE FROM scheduled_operations WHERE operation_id = operation RETURNING operation_id
  )
  INSERT INTO failures (operation_id, error_code, wallet_balance, wallet_version, to_wallet_balance, to_wallet_version)
  SELECT operations.id, 'cancelled', own.balance, own.version, receiver.balance, receiver.version
  FROM removed
  JOIN operations ON operations.id = removed.operation_id
  JOIN accounts AS own ON own.wallet_id = operations.wallet_id
  LEFT JOIN accounts AS receiver ON receiver.wallet_id = operations.to_wallet_id;
  RETURN true;
END $$;
