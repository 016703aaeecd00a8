-- Archive: `npm run archive` writes months of history to files, and then deletes what is in them. What is left of it is one row for
-- each month, and where every account stood: everything behind that continues it. The law says what may be deleted
-- (migrations/repeatable/law.sql, 8).

-- The months that were written. Operations with an id below before_id are in the files of their month or of a later one, if they
-- have ended; what had not ended when its month was written, or had ended behind an operation that was not written, is in those
-- of a later month. The counts are those of the month's files.
CREATE TABLE archives (
  month date PRIMARY KEY CHECK (extract(day FROM month) = 1),
  before_id uuid NOT NULL UNIQUE,
  operations bigint NOT NULL CHECK (operations >= 0),
  movements bigint NOT NULL CHECK (movements >= 0),
  failures bigint NOT NULL CHECK (failures >= 0),
  -- SHA-256 of the manifest, which names the files with theirs.
  manifest_hash bytea NOT NULL CHECK (length(manifest_hash) = 32),
  written_at timestamptz NOT NULL DEFAULT now(),
  -- When the last row of it was deleted.
  removed_at timestamptz
);

-- Up to this version, the movements of an account are in the archives, and left it with this balance: its history here begins
-- with the next one. accepted is the latest place in the order of acceptance among them.
CREATE TABLE archive_checkpoints (
  account_id bigint PRIMARY KEY REFERENCES accounts,
  version bigint NOT NULL CHECK (version > 0),
  balance numeric NOT NULL,
  accepted numeric,
  -- When the last of them was applied.
  moved_at timestamptz NOT NULL
) WITH (fillfactor = 80);

-- A replay may stand for an operation that is in the archives. The law looks at it when it is added.
ALTER TABLE batch_replays DROP CONSTRAINT batch_replays_operation_id_fkey;
