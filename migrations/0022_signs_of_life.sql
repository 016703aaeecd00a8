-- Oldest program: 19
-- What the service knows about itself: which workers are alive and how fast they are, and one sample of its load per minute.

-- A worker writes its row every two seconds. No column that changes is in an index, and the fill factor leaves room on the page, so
-- that these are updates in place (HOT).
CREATE TABLE workers (
  id uuid PRIMARY KEY,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 300),
  version text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  stopped_at timestamptz,
  -- Operations since it started, and how many of them are in samples.
  succeeded bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  sampled_succeeded bigint NOT NULL DEFAULT 0,
  sampled_failed bigint NOT NULL DEFAULT 0,
  -- In the minute before seen_at.
  succeeded_last_minute int NOT NULL DEFAULT 0,
  failed_last_minute int NOT NULL DEFAULT 0,
  -- Operations per second while the lane is at work, how long its transactions take, and how many operations one has; null before
  -- that was measured.
  high_speed real,
  high_drain_ms real,
  high_drain_size real,
  bulk_speed real,
  bulk_drain_ms real,
  bulk_drain_size real,
  CONSTRAINT workers_sampled_what_ended CHECK (sampled_succeeded <= succeeded AND sampled_failed <= failed)
) WITH (fillfactor = 20);

-- One row per minute, however many workers run: what ended in the minute that begins at `at`, and what waited at its end. Kept for
-- a day.
CREATE TABLE minute_samples (
  at timestamptz PRIMARY KEY CHECK (extract(epoch FROM at)::bigint % 60 = 0),
  accepted bigint NOT NULL CHECK (accepted >= 0),
  succeeded bigint NOT NULL CHECK (succeeded >= 0),
  failed bigint NOT NULL CHECK (failed >= 0),
  pending bigint NOT NULL CHECK (pending >= 0),
  oldest_age_seconds real NOT NULL CHECK (oldest_age_seconds >= 0)
);

-- How the last audit that came to its end has ended.
ALTER TABLE audit_progress
  ADD COLUMN last_finished_at timestamptz,
  ADD COLUMN last_violations bigint;
