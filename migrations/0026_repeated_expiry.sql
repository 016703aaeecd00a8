-- Oldest program: 19
-- A hold whose expiry fails expires again. An expiry fails if the database could not write it (`internal_error`), or if the wallet
-- would hold more than it can; until now the hold stayed open then, and only a caller could release it.

-- A hold had one expiry at most. Now the law has it that all but the last have failed (operations_fit_target). What names a hold is
-- found by operation_terms_target.
DROP INDEX operation_terms_expiry;

-- As in migration 19, and a hold whose expiries have all failed gets another: after the first failure in 2 minutes, and each time
-- after twice as long. There are at most 12, the last of them after about three days.
CREATE OR REPLACE FUNCTION expire_holds(most int) RETURNS SETOF smallint
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
    SELECT holds.operation_id FROM holds
    CROSS JOIN LATERAL (
      SELECT count(*) AS accepted, count(failure.completed_at) AS failed, max(failure.completed_at) AS failed_at
      FROM (SELECT operation_id FROM operation_terms WHERE target_id = holds.operation_id AND reason = 'expired' OFFSET 0) AS expiry
      LEFT JOIN LATERAL (SELECT completed_at FROM failures WHERE operation_id = expiry.operation_id OFFSET 0) AS failure ON true
    ) AS expiries
    WHERE remaining > 0 AND expires_at <= moment
      AND (accepted = 0 OR accepted = failed AND failed < 12 AND failed_at + interval '1 minute' * 2 ^ failed <= moment)
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
