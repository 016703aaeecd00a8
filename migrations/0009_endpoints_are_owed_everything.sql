-- An endpoint that exists is owed every event of its types until it is deleted: also what happens while it is disabled. And what
-- it does at the moment can be seen: how long it is left alone, and how its last requests ended.
ALTER TABLE webhook_endpoint_states
  -- How often a pause was ended from outside. A round of requests that was claimed before does not pause the endpoint again.
  ADD COLUMN pause_resets integer NOT NULL DEFAULT 0,
  ADD COLUMN last_success_at timestamptz,
  ADD COLUMN last_failure_at timestamptz,
  ADD COLUMN last_error text CHECK (length(last_error) <= 100),
  ADD CONSTRAINT webhook_endpoint_states_failure_has_error CHECK ((last_failure_at IS NULL) = (last_error IS NULL));

-- Nothing is skipped any more. A process of the version before, which may run beside this one for a while, would still write down
-- what is to be skipped, and a worker of that version would never send it.
UPDATE webhook_endpoint_states SET skipped = '{}';
CREATE FUNCTION skip_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.skipped := '{}';
  RETURN NEW;
END $$;
CREATE TRIGGER webhook_endpoint_states_skip_nothing BEFORE UPDATE OF skipped ON webhook_endpoint_states
  FOR EACH ROW EXECUTE FUNCTION skip_nothing();
