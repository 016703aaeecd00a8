-- The ledger: what exists (assets, clients, wallets), what was asked (operations), what waits (pending_operations), what
-- came of it (outcomes) and what moved (accounts, entries).
--
-- Operations, outcomes and entries are only ever inserted. An operation is pending until it has an outcome, and it can have
-- only one: "exactly once" is a primary key. Accounts are the only rows that change.

CREATE TABLE settings (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  partitions smallint NOT NULL CHECK (partitions BETWEEN 1 AND 1024)
);

CREATE TABLE assets (
  id smallint PRIMARY KEY CHECK (id > 0),
  code text NOT NULL UNIQUE CHECK (code ~ '^[A-Z][A-Z0-9]{1,15}$'),
  name text NOT NULL,
  scale smallint NOT NULL CHECK (scale BETWEEN 0 AND 9),
  transferable boolean NOT NULL
);

INSERT INTO assets (id, code, name, scale, transferable) VALUES
  (1, 'GOLD', 'Gold Coins', 2, false),
  (2, 'DMND', 'Diamonds', 2, false),
  (3, 'PTS', 'Loyalty Points', 2, false),
  (4, 'USD', 'US Dollar', 2, true);

CREATE TABLE clients (
  id uuid PRIMARY KEY,
  login text NOT NULL UNIQUE,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- What never changes about a wallet. It may be cached without an expiry.
CREATE TABLE wallets (
  id uuid PRIMARY KEY,
  client_id uuid REFERENCES clients,
  asset_id smallint NOT NULL REFERENCES assets,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (client_id, asset_id),
  UNIQUE (id, asset_id)
);

-- What changes. A wallet has one account; a system account exists once per asset and partition, so that two partitions
-- never wait for each other's row. The fill factor leaves room for updates in place (HOT).
CREATE TABLE accounts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  wallet_id uuid UNIQUE,
  system text CHECK (system IN ('treasury')),
  partition smallint CHECK (partition >= 0),
  asset_id smallint NOT NULL REFERENCES assets,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'frozen', 'closed')),
  balance bigint NOT NULL DEFAULT 0,
  version bigint NOT NULL DEFAULT 0 CHECK (version >= 0),
  updated_at timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (wallet_id, asset_id) REFERENCES wallets (id, asset_id),
  UNIQUE (system, asset_id, partition),
  CONSTRAINT accounts_wallet_or_system CHECK (
    (wallet_id IS NOT NULL AND system IS NULL AND partition IS NULL)
    OR (wallet_id IS NULL AND system IS NOT NULL AND partition IS NOT NULL)
  ),
  CONSTRAINT accounts_wallet_not_below_zero CHECK (balance >= 0 OR wallet_id IS NULL),
  CONSTRAINT accounts_closed_is_empty CHECK (balance = 0 OR status <> 'closed')
) WITH (fillfactor = 50);

CREATE SEQUENCE operation_seq;

-- What was asked, as accepted. seq is the order of acceptance: it is drawn under the partition's acceptance lock, so for
-- the operations of one wallet it is also the order in which they became visible.
CREATE TABLE operations (
  id uuid PRIMARY KEY,
  seq bigint NOT NULL,
  wallet_id uuid NOT NULL,
  to_wallet_id uuid,
  amount bigint NOT NULL CHECK (amount > 0),
  created_at timestamptz NOT NULL,
  asset_id smallint NOT NULL,
  type text NOT NULL CHECK (type IN ('deposit', 'withdraw', 'resupply', 'transfer', 'top_up', 'bonus', 'spend')),
  priority text NOT NULL CHECK (priority IN ('high', 'low')),
  description text CHECK (length(description) <= 500),
  reference_id text CHECK (reference_id ~ '^[A-Za-z0-9_.:-]{1,255}$'),
  idempotency_key text UNIQUE CHECK (idempotency_key ~ '^[A-Za-z0-9_.:-]{1,255}$'),
  request_hash bytea CHECK (octet_length(request_hash) = 32),
  metadata jsonb CHECK (jsonb_typeof(metadata) = 'object'),
  CONSTRAINT operations_transfer_has_receiver CHECK ((type = 'transfer') = (to_wallet_id IS NOT NULL)),
  CONSTRAINT operations_transfer_to_another CHECK (to_wallet_id <> wallet_id),
  CONSTRAINT operations_key_has_hash CHECK ((idempotency_key IS NULL) = (request_hash IS NULL))
);

CREATE INDEX operations_wallet ON operations (wallet_id, id);

-- The queue of record: one row per operation that has no outcome yet. It is small and hot, so it is vacuumed by count and
-- not by share.
CREATE TABLE pending_operations (
  partition smallint NOT NULL,
  seq bigint NOT NULL,
  operation_id uuid NOT NULL,
  wallet_id uuid NOT NULL,
  accepted_at timestamptz NOT NULL,
  PRIMARY KEY (partition, seq)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 1);
CREATE INDEX pending_operations_wallet ON pending_operations (wallet_id, seq);

-- What came of an operation: final, once. The balances and versions are those of its wallet, and of the receiving one of a
-- transfer, right after it.
CREATE TABLE outcomes (
  operation_id uuid PRIMARY KEY,
  wallet_balance bigint NOT NULL,
  wallet_version bigint NOT NULL,
  to_wallet_balance bigint,
  to_wallet_version bigint,
  completed_at timestamptz NOT NULL DEFAULT statement_timestamp(),
  status text NOT NULL CHECK (status IN ('succeeded', 'failed')),
  error_code text CHECK (error_code ~ '^[a-z_]{1,64}$'),
  CONSTRAINT outcomes_failed_has_code CHECK ((status = 'failed') = (error_code IS NOT NULL))
);

-- For the list of what failed. It costs nothing for what succeeds.
CREATE INDEX outcomes_failed ON outcomes (operation_id) WHERE status = 'failed';

-- One side of a movement on one account. balance is the account's after it. created_at is that of the statement, which
-- comes after the account was locked: so it never decreases from one version to the next.
CREATE TABLE entries (
  account_id bigint NOT NULL,
  version bigint NOT NULL CHECK (version > 0),
  operation_id uuid NOT NULL,
  amount bigint NOT NULL CHECK (amount <> 0),
  balance bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
  PRIMARY KEY (account_id, version),
  UNIQUE (operation_id, account_id)
);

-- The version of an account at a moment: that of its last entry not after it, 0 before the first. A binary search on the
-- primary key, since times never decrease along versions; an index on time would be paid for by every entry.
CREATE FUNCTION version_at(account bigint, moment timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  low bigint := 0;
  high bigint := (SELECT version FROM accounts WHERE id = account);
  middle bigint;
BEGIN
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

-- The law. Each statement is checked as a whole, in sets, when it ends: a foreign key or a row trigger would be paid per
-- row. Whatever the code does, a statement that breaks the law fails and takes its transaction with it. The planner
-- settings hold because every look-up here is by key: a plan made while the tables were empty must not outlive that.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER operations_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON operations EXECUTE FUNCTION refuse_change();
CREATE TRIGGER outcomes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON outcomes EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entries EXECUTE FUNCTION refuse_change();
CREATE TRIGGER settings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settings EXECUTE FUNCTION refuse_change();
CREATE TRIGGER wallets_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallets EXECUTE FUNCTION refuse_change();
CREATE TRIGGER accounts_are_kept BEFORE DELETE OR TRUNCATE ON accounts EXECUTE FUNCTION refuse_change();
CREATE TRIGGER pending_operations_are_kept BEFORE TRUNCATE ON pending_operations EXECUTE FUNCTION refuse_change();

CREATE FUNCTION check_added_entries() RETURNS trigger LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  culprit record;
BEGIN
  SELECT added.operation_id INTO culprit
    FROM added LEFT JOIN accounts ON accounts.id = added.account_id
    GROUP BY added.operation_id, accounts.asset_id
    HAVING sum(added.amount) <> 0
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'entries of operation % do not sum to zero', culprit.operation_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'entries_sum_to_zero';
  END IF;

  SELECT added.account_id, added.version INTO culprit
    FROM added
    LEFT JOIN entries previous ON previous.account_id = added.account_id AND previous.version = added.version - 1
    WHERE added.balance IS DISTINCT FROM
      added.amount + CASE WHEN added.version = 1 THEN 0 ELSE previous.balance END
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'entry % of account % does not continue the one before it', culprit.version, culprit.account_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'entries_continue';
  END IF;

  SELECT added.operation_id INTO culprit
    FROM added
    LEFT JOIN operations ON operations.id = added.operation_id
    LEFT JOIN outcomes ON outcomes.operation_id = added.operation_id
    WHERE outcomes.status IS DISTINCT FROM 'succeeded' OR operations.amount IS DISTINCT FROM abs(added.amount)
      OR 2 <> (SELECT count(*) FROM entries WHERE entries.operation_id = added.operation_id)
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'entries of operation % are not the two that it makes', culprit.operation_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'entries_fit_operation';
  END IF;

  SELECT last.account_id INTO culprit
    FROM (SELECT DISTINCT ON (account_id) account_id, version, balance FROM added ORDER BY account_id, version DESC) last
    LEFT JOIN accounts ON accounts.id = last.account_id
    WHERE accounts.version IS DISTINCT FROM last.version OR accounts.balance IS DISTINCT FROM last.balance
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'account % does not stand at its last entry', culprit.account_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'entries_reach_account';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER entries_law AFTER INSERT ON entries REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_entries();

CREATE FUNCTION check_changed_accounts() RETURNS trigger LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  culprit record;
BEGIN
  SELECT changed.id INTO culprit
    FROM changed
    LEFT JOIN entries ON entries.account_id = changed.id AND entries.version = changed.version
    LEFT JOIN entries AS later ON later.account_id = changed.id AND later.version = changed.version + 1
    WHERE changed.version > 0 AND entries.balance IS DISTINCT FROM changed.balance
      OR changed.version = 0 AND changed.balance <> 0
      OR later.version IS NOT NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'balance of account % is not that of its last entry', culprit.id
      USING ERRCODE = 'WL001', CONSTRAINT = 'accounts_follow_entries';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER accounts_law_insert AFTER INSERT ON accounts REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION check_changed_accounts();
CREATE TRIGGER accounts_law_update AFTER UPDATE ON accounts REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION check_changed_accounts();

CREATE FUNCTION refuse_other_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM before JOIN after USING (id)
    WHERE (before.wallet_id, before.system, before.partition, before.asset_id)
      IS DISTINCT FROM (after.wallet_id, after.system, after.partition, after.asset_id)
  ) THEN
    RAISE EXCEPTION 'an account stays whose it is' USING ERRCODE = 'WL001', CONSTRAINT = 'accounts_keep_owner';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER accounts_keep_owner AFTER UPDATE ON accounts REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_other_account();

CREATE FUNCTION check_added_operations() RETURNS trigger LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  culprit record;
BEGIN
  SELECT added.id INTO culprit
    FROM added
    LEFT JOIN pending_operations ON pending_operations.wallet_id = added.wallet_id AND pending_operations.seq = added.seq
    LEFT JOIN wallets ON wallets.id = added.wallet_id AND wallets.asset_id = added.asset_id
    LEFT JOIN wallets AS receivers ON receivers.id = added.to_wallet_id AND receivers.asset_id = added.asset_id
    WHERE pending_operations.operation_id IS DISTINCT FROM added.id
      OR wallets.id IS NULL
      OR receivers.id IS DISTINCT FROM added.to_wallet_id
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation % is not pending, or not on wallets of its asset', culprit.id
      USING ERRCODE = 'WL001', CONSTRAINT = 'operations_begin_pending';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER operations_law AFTER INSERT ON operations REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_operations();

CREATE FUNCTION check_added_outcomes() RETURNS trigger LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  culprit record;
BEGIN
  SELECT added.operation_id INTO culprit
    FROM added
    LEFT JOIN operations ON operations.id = added.operation_id
    LEFT JOIN pending_operations AS waiting ON waiting.wallet_id = operations.wallet_id AND waiting.seq = operations.seq
    -- An EXISTS under OR would become a hash of the whole table.
    LEFT JOIN LATERAL (
      SELECT true AS found FROM entries WHERE entries.operation_id = added.operation_id LIMIT 1
    ) AS posted ON true
    WHERE operations.id IS NULL
      OR waiting.seq IS NOT NULL
      OR (added.status = 'succeeded') <> (posted.found IS NOT NULL)
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'outcome of operation % does not fit the operation or its entries', culprit.operation_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'outcomes_fit_entries';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER outcomes_law AFTER INSERT ON outcomes REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_outcomes();

CREATE FUNCTION check_removed_pending() RETURNS trigger LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  culprit record;
BEGIN
  SELECT removed.operation_id INTO culprit
    FROM removed LEFT JOIN outcomes ON outcomes.operation_id = removed.operation_id
    WHERE outcomes.operation_id IS NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation % may not leave the queue without an outcome', culprit.operation_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'pending_operations_end_in_outcomes';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER pending_operations_law AFTER DELETE ON pending_operations REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION check_removed_pending();
CREATE FUNCTION check_added_pending() RETURNS trigger LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  culprit record;
BEGIN
  SELECT added.operation_id INTO culprit
    FROM added
    LEFT JOIN operations ON operations.id = added.operation_id
    LEFT JOIN outcomes ON outcomes.operation_id = added.operation_id
    WHERE (operations.wallet_id, operations.seq) IS DISTINCT FROM (added.wallet_id, added.seq)
      OR outcomes.operation_id IS NOT NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'operation % cannot wait', culprit.operation_id
      USING ERRCODE = 'WL001', CONSTRAINT = 'pending_operations_wait_for_outcome';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER pending_operations_law_insert AFTER INSERT ON pending_operations REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION check_added_pending();
CREATE TRIGGER pending_operations_unchanged BEFORE UPDATE ON pending_operations EXECUTE FUNCTION refuse_change();
