-- Oldest program: 19
-- As in migration 24, and what is due is taken by the place of its row, which is locked and so stays there. For a table that was
-- empty when it was last vacuumed, each index seems to be as good: by their ids, rows were looked up in the index of the moments,
-- from end to end for each.
CREATE OR REPLACE FUNCTION queue_due_operations(most int) RETURNS TABLE (ring_partition smallint, ring_low boolean)
LANGUAGE plpgsql SECURITY DEFINER SET lock_timeout = '500ms' AS $$
DECLARE
  moment CONSTANT timestamptz := clock_timestamp();
  due tid[];
BEGIN
  -- As for holds. What is being cancelled at this moment is left to its end; what this locks cannot be cancelled any more.
  IF NOT pg_try_advisory_xact_lock(8, 1) THEN
    RETURN;
  END IF;
  due := ARRAY (
    SELECT ctid FROM scheduled_operations WHERE execute_at <= moment
    ORDER BY execute_at, operation_id LIMIT most FOR UPDATE SKIP LOCKED
  );
  IF cardinality(due) = 0 THEN
    RETURN;
  END IF;

  PERFORM pg_advisory_xact_lock(1, partition)
    FROM (
      SELECT DISTINCT partition::int AS partition FROM scheduled_operations WHERE ctid = ANY (due) ORDER BY partition
    ) AS partitions;
  RETURN QUERY
    WITH removed AS MATERIALIZED (
      DELETE FROM scheduled_operations WHERE ctid = ANY (due)
      RETURNING operation_id, execute_at, partition, request_id, traceparent
    ), numbered AS MATERIALIZED (
      SELECT nextval('operation_seq') AS seq, clock_timestamp() AS queued_at, ordered.*
      FROM (SELECT * FROM removed ORDER BY execute_at, operation_id) AS ordered
    ), queued AS (
      UPDATE operations SET seq = numbered.seq FROM numbered WHERE operations.id = numbered.operation_id
      RETURNING operations.id, operations.wallet_id, operations.priority
    ), waiting AS (
      INSERT INTO pending_operations (partition, low, seq, operation_id, wallet_id, accepted_at, request_id, traceparent)
      SELECT numbered.partition, queued.priority = 'low', numbered.seq, queued.id, queued.wallet_id, numbered.queued_at,
             numbered.request_id, numbered.traceparent
      FROM numbered JOIN queued ON queued.id = numbered.operation_id
      RETURNING pending_operations.partition, pending_operations.low
    )
    SELECT waiting.partition, waiting.low FROM waiting;
END $$;
