-- How far an audit has got, and what the next one may begin from. Auditors write here and nowhere else; an audit that may only
-- read does without.

-- Up to this version, the movements of an account were found right, and left it with this balance: so its balance is this one
-- and the movements behind it. accepted is the latest place in the order of acceptance among them.
CREATE TABLE audit_checkpoints (
  account_id bigint PRIMARY KEY,
  version bigint NOT NULL CHECK (version >= 0),
  balance numeric NOT NULL,
  accepted numeric,
  checked_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);

-- All operations up to operations_up_to have ended, none will be added before it, and they were found right. The rest is about
-- the audit that was begun last: null when it has come to its end.
CREATE TABLE audit_progress (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  operations_up_to uuid,
  run_id uuid,
  since_checkpoint boolean,
  place jsonb,
  violations bigint,
  begun_at timestamptz,
  saved_at timestamptz,
  CONSTRAINT audit_progress_run_is_whole CHECK (
    (run_id IS NULL) = (since_checkpoint IS NULL) AND (run_id IS NULL) = (place IS NULL) AND (run_id IS NULL) = (violations IS NULL)
  )
);
INSERT INTO audit_progress DEFAULT VALUES;
