-- What the lists of operations and wallets filter by. Each index is built by itself, outside of a transaction, while processes
-- write: run-migrations.ts says how. This file holds nothing else.

-- Operations by their reference, of which there are few for each: it names a request, and what was retried with its batch. An
-- operation without a reference costs nothing. One of 13 characters, greater than those before, costs 32 bytes here and 65 of the
-- write-ahead log; one of 32 random characters 78 and 125; either some 2 us. (A hash of the reference in its place costs as much
-- as random characters.) In "C", references are compared as bytes.
CREATE INDEX CONCURRENTLY IF NOT EXISTS operations_reference ON operations (reference_id COLLATE "C")
  WHERE reference_id IS NOT NULL;

-- Wallets of an asset, in the order of their ids.
CREATE INDEX CONCURRENTLY IF NOT EXISTS wallets_asset ON wallets (asset_id, id);

-- Wallets that are frozen or closed. The others, whose balances change, are not in it.
CREATE INDEX CONCURRENTLY IF NOT EXISTS accounts_not_active ON accounts (status, wallet_id) WHERE status <> 'active';
