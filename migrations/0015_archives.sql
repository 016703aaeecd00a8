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
  removed_at timestamptz,
  -- It is the lowest id of the month behind it.
  CONSTRAINT archives_end_with_month CHECK (
    before_id = rpad(lpad(to_hex((extract(epoch FROM month + interval '1 month') * 1000)::bigint), 12, '0'), 32, '0')::uuid
  )
);

-- Up to this version, the movements of an account are in the archives, and left it with this balance: its history here begins
-- with the next one. accepted is the latest place in the order of acceptance among them.
--
-- No foreign key: it would lock the account, and a drain would wait for that. The law sees a movement of the account.
CREATE TABLE archive_checkpoints (
  account_id bigint PRIMARY KEY,
  version bigint NOT NULL CHECK (version > 0),
  balance numeric NOT NULL,
  -- That of the last of them.
  operation_id uuid NOT NULL,
  accepted numeric,
  -- When the last of them was applied.
  moved_at timestamptz NOT NULL
) WITH (fillfactor = 80);

-- A replay may stand for an operation that is in the archives. The law looks at it when it is added.
ALTER TABLE batch_replays DROP CONSTRAINT batch_replays_operation_id_fkey;

-- The version of an account at a moment: that of its last entry not after it, 0 before the first. Null if that is in the archives:
-- then the moment is before the last of the movements there. At the version of the checkpoint itself, its balance is there.
CREATE OR REPLACE FUNCTION version_at(account bigint, moment timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  archived archive_checkpoints;
  low bigint := 0;
  high bigint := (SELECT version FROM accounts WHERE id = account);
  middle bigint;
BEGIN
  SELECT * INTO archived FROM archive_checkpoints WHERE account_id = account;
  IF FOUND THEN
    IF moment < archived.moved_at THEN
      RETURN NULL;
    END IF;
    low := archived.version;
  END IF;
  WHILE low < high LOOP
    middle := (low + high + 1) / 2;
    IF (SELECT created_at <= moment FROM entries WHERE account_id = account AND version = middle) THEN
      low := middle;
    ELSE
      high := middle - 1;
    END IF;
  END LOOP;
  RETURN low;
END $$;
