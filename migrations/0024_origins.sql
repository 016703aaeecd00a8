-- Oldest program: 19
-- Where an operation comes from, for logs and traces: it waits with the operation, and goes with it.

-- `request_id` is what the caller named the request; null if the caller gave it no name, and then the request has the id of the
-- operation. `traceparent` is that of W3C Trace Context; null if the request is not sampled. Rows without either are no longer than
-- before: the bitmap of nulls fits into the padding of the row's header.
ALTER TABLE pending_operations
  ADD COLUMN request_id text CHECK (octet_length(request_id) <= 128),
  ADD COLUMN traceparent text CHECK (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');
ALTER TABLE scheduled_operations
  ADD COLUMN request_id text CHECK (octet_length(request_id) <= 128),
  ADD COLUMN traceparent text CHECK (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');

-- The span in which an event was written, for the requests that tell it. Only events of sampled operations have a row, for an hour.
-- Unlogged: the log of the database and its standbys need not know it, and after a crash it is empty.
CREATE UNLOGGED TABLE event_traces (
  event_id uuid PRIMARY KEY,
  traceparent text NOT NULL
);

-- As in migration 19, and what is scheduled takes along where it comes from.
CREATE OR REPLACE FUNCTION queue_due_operations(most int) RETURNS TABLE (ring_partition smallint, ring_low boolean)
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
      DELETE FROM scheduled_operations WHERE operation_id = ANY (due)
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
