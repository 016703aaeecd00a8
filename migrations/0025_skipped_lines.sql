-- Oldest program: 19
-- A batch may be accepted without its bad lines. It keeps how many were left out, and which, so that the same request sent again
-- is answered as the first time.

-- `skipped_lines` is a JSON array of line, field and message, as text: a message quotes what was sent, which may have characters
-- that jsonb refuses. A batch has at most 1,000 of them, each with at most 300 characters, and reads of the batch leave it alone.
ALTER TABLE batches
  ADD COLUMN skipped integer NOT NULL DEFAULT 0 CHECK (skipped BETWEEN 0 AND 1000),
  ADD COLUMN skipped_lines text CHECK (octet_length(skipped_lines) <= 4194304),
  ADD CONSTRAINT batches_name_skipped_lines CHECK ((skipped = 0) = (skipped_lines IS NULL)),
  -- What succeeds or fails as one leaves nothing out.
  ADD CONSTRAINT batches_atomic_is_whole CHECK (NOT atomic OR skipped = 0);
