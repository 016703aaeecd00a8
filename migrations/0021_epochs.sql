-- Oldest program: 19
-- Epochs. A standby that is promoted, or a backup that is restored, continues the ledger from an earlier state: what was acknowledged
-- behind that state is missing, and its positions in the feed of events are given to other events. Each continuation is an epoch.
-- The feed names it in its cursors, so that no reader takes one history for the other.

CREATE TABLE epochs (
  number int PRIMARY KEY CHECK (number > 0),
  -- A UUID of version 7. Random: two servers that continue the same state must not begin the same epoch.
  id uuid NOT NULL UNIQUE DEFAULT encode(set_bit(set_bit(overlay(
    uuid_send(gen_random_uuid())
    PLACING substr(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 3) FROM 1 FOR 6
  ), 52, 1), 53, 1), 'hex')::uuid,
  began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  reason text NOT NULL CHECK (reason IN ('first', 'promotion', 'restore')),
  -- By what the server is known; null if it does not say. A promotion begins a timeline, a restored dump is in another database.
  timeline bigint,
  system_identifier bigint,
  database_oid bigint NOT NULL,
  -- Up to this position, the feed is the same as in the epoch before. 0 if that is not known.
  feed_position bigint NOT NULL CHECK (feed_position >= 0),
  -- What was acknowledged up to this moment is here; null if that is not known, and for the first.
  complete_until timestamptz,
  CONSTRAINT epochs_begin_with_first CHECK ((reason = 'first') = (number = 1))
);

-- By what the server and its database are known. Where a managed service withholds something, it is null.
CREATE FUNCTION server_identity(OUT timeline bigint, OUT system_identifier bigint, OUT database_oid bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
  database_oid := (SELECT oid FROM pg_database WHERE datname = current_database());
  BEGIN
    system_identifier := (SELECT control.system_identifier FROM pg_control_system() AS control);
  EXCEPTION WHEN insufficient_privilege OR undefined_function OR feature_not_supported THEN
    NULL;
  END;
  BEGIN
    -- The control file has the timeline of the last checkpoint, which after a promotion is the one before.
    timeline := ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint;
  EXCEPTION WHEN insufficient_privilege OR undefined_function OR feature_not_supported THEN
    NULL;
  END;
END $$;

-- The present epoch. If the server is not the one that the latest epoch names, another begins. The relay of events asks this before
-- it gives out a position (tryLockRelay, shared/src/database/tables/events.ts): so feed_position is the last position that both
-- epochs share, whichever process begins the epoch.
--
-- It runs as the owner of the schema: nobody else may write epochs.
CREATE FUNCTION current_epoch() RETURNS epochs LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  latest epochs;
  server record;
  why text;
BEGIN
  FOR try IN 1..2 LOOP
    SELECT * INTO latest FROM epochs ORDER BY number DESC LIMIT 1;
    -- A standby has the epoch of its primary.
    IF current_setting('transaction_read_only')::boolean THEN
      RETURN latest;
    END IF;
    server := server_identity();
    why := CASE
      WHEN latest.number IS NULL THEN 'first'
      WHEN server.system_identifier <> latest.system_identifier OR server.database_oid <> latest.database_oid THEN 'restore'
      WHEN server.timeline <> latest.timeline THEN 'promotion'
    END;
    IF why IS NULL THEN
      RETURN latest;
    END IF;
    -- One begins it. Another may have, until the table is locked.
    IF try = 1 THEN
      LOCK TABLE epochs IN SHARE ROW EXCLUSIVE MODE;
    END IF;
  END LOOP;
  INSERT INTO epochs (number, reason, timeline, system_identifier, database_oid, feed_position, complete_until)
  VALUES (
    coalesce(latest.number, 0) + 1, why, server.timeline, server.system_identifier, server.database_oid,
    coalesce((SELECT position FROM event_feed ORDER BY position DESC LIMIT 1), 0),
    CASE why
      -- The commit of the last transaction that a promoted standby has. The server forgets it when it restarts.
      WHEN 'promotion' THEN coalesce(
        pg_last_xact_replay_timestamp(), (SELECT created_at FROM operations ORDER BY id DESC LIMIT 1))
      WHEN 'restore' THEN (SELECT created_at FROM operations ORDER BY id DESC LIMIT 1)
    END
  )
  RETURNING * INTO latest;
  RETURN latest;
END $$;
