-- The tables of the baselines that keep balances: a wallet with its balance, and a history with the balance before and after.
-- It is what the ancestors had, and less than the service keeps: no double entry, no treasury, no outcome apart from the
-- request, no law in the schema but that no balance goes below zero.

CREATE TABLE wallets (
  id uuid PRIMARY KEY,
  balance bigint NOT NULL DEFAULT 0 CHECK (balance >= 0),
  version bigint NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

CREATE TABLE history (
  id uuid PRIMARY KEY,
  wallet_id uuid NOT NULL REFERENCES wallets,
  type text NOT NULL CHECK (type IN ('DEPOSIT', 'WITHDRAW')),
  amount bigint NOT NULL,
  balance_before bigint NOT NULL,
  balance_after bigint NOT NULL,
  description text,
  reference_id text UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX history_wallet ON history (wallet_id, created_at);
