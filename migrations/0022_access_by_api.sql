-- Oldest program: 19
--
-- Keys are made and revoked by the API too, by callers with a scope for that. What it may do to keys stands in `grants.sql`. This
-- only adds: a program that does not know the scope has no endpoint that asks for it.
ALTER TABLE api_keys
  DROP CONSTRAINT api_keys_scopes_check,
  ADD CONSTRAINT api_keys_scopes_check CHECK (
    cardinality(scopes) > 0 AND scopes <@ ARRAY['operations:read', 'operations:write', 'wallets:read', 'wallets:write',
                                                'webhooks:admin', 'events:read', 'assets:admin', 'access:admin']
  );
