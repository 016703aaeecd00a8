-- Access: who may ask for what (api_keys), and who has changed what (audit_log).
--
-- A key is a name, what it may do, and the hash of a secret that is stored nowhere. It keeps its name and its scopes for good,
-- and a revoked one stays revoked: so what the log says of a key holds for all that was ever done with it. Keys are never
-- deleted. While there is none, everything is open.

CREATE TABLE api_keys (
  id uuid PRIMARY KEY,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  scopes text[] NOT NULL CHECK (
    cardinality(scopes) > 0 AND scopes <@ ARRAY['operations:read', 'operations:write', 'wallets:read', 'wallets:write',
                                                'webhooks:admin', 'events:read']
  ),
  -- Requests per second; null is as fast as it goes.
  rate_limit integer CHECK (rate_limit BETWEEN 1 AND 100000),
  -- SHA-256 of the token. A token has 256 random bits: there is nothing to be guessed from its hash.
  token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
  -- The token from before the last rotation, which is good for a while longer.
  previous_token_hash bytea CHECK (octet_length(previous_token_hash) = 32),
  previous_token_until timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  CONSTRAINT api_keys_previous_token_ends CHECK ((previous_token_hash IS NULL) = (previous_token_until IS NULL))
);
CREATE TRIGGER api_keys_are_kept BEFORE DELETE OR TRUNCATE ON api_keys EXECUTE FUNCTION refuse_change();
CREATE TRIGGER api_keys_keep_scopes BEFORE UPDATE OF id, name, scopes, created_at ON api_keys EXECUTE FUNCTION refuse_change();
CREATE TRIGGER api_keys_stay_revoked BEFORE UPDATE ON api_keys
  FOR EACH ROW WHEN (OLD.revoked_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

-- Administrative acts, each written in the transaction that does it. An actor is a key, whoever has the command line, or
-- anybody at all while there are no keys. No secret and no URL is in the detail.
CREATE TABLE audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT statement_timestamp(),
  actor text NOT NULL CHECK (actor IN ('key', 'command_line', 'anonymous')),
  key_id uuid REFERENCES api_keys,
  action text NOT NULL CHECK (action ~ '^[a-z_]+\.[a-z_]+$'),
  subject_type text NOT NULL CHECK (subject_type IN ('api_key', 'wallet', 'webhook_endpoint')),
  subject_id uuid NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(detail) = 'object'),
  request_id text CHECK (length(request_id) <= 128),
  CONSTRAINT audit_log_key_is_named CHECK ((actor = 'key') = (key_id IS NOT NULL))
);
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log EXECUTE FUNCTION refuse_change();
