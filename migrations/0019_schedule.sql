-- What the service does by itself when a moment has come, by the clock of the database. The functions run as the owner of the schema:
-- a worker may not accept anything but what is due.

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
