-- Retention: events, deliveries, attempts and the keys of the lines of finished batches are deleted when they are older than the
-- RETENTION_… settings, in pieces, by whichever worker has the turn. The law says what may go (migrations/repeatable/law.sql, 7).

-- One row for all workers: the next piece, when it may be taken, and from where the feed is kept.
CREATE TABLE retention (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  -- The first position of the feed that is kept. A reader behind it has missed something. Of the positions before it only events
  -- with a delivery that is kept are left.
  feed_floor bigint NOT NULL DEFAULT 1 CHECK (feed_floor > 0),
  kind text NOT NULL DEFAULT 'attempts' CHECK (kind IN ('attempts', 'deliveries', 'events', 'batch_keys')),
  -- The key of the row behind which the next piece of that kind begins; empty for the first.
  place text[] NOT NULL DEFAULT '{}',
  next_at timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 20);
INSERT INTO retention DEFAULT VALUES;

-- When the keys of its lines were removed. The index holds the finished batches of which that is still to be done; a batch costs
-- one entry in it.
ALTER TABLE batches ADD COLUMN keys_removed_at timestamptz,
  ADD CONSTRAINT batches_keys_removed_when_finished CHECK (keys_removed_at IS NULL OR finished_at IS NOT NULL);
CREATE INDEX batches_with_keys ON batches (finished_at) WHERE finished_at IS NOT NULL AND keys_removed_at IS NULL;
