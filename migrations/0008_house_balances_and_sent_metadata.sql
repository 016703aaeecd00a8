-- A house account holds the other side of every wallet of its partition, which is more than one wallet can hold: with a
-- bigint, one full wallet made the operations of all others fail. A wallet still holds no more than a bigint does.
--
-- This rewrites entries, in 1.4 s for a million of them, and everything waits meanwhile. Entries continue each other by
-- whole amounts, so that their balances are whole and finite follows from the law; the check says it where one looks.
ALTER TABLE accounts
  ALTER COLUMN balance TYPE numeric,
  ADD CONSTRAINT accounts_balance_fits CHECK (
    balance = trunc(balance)
    AND CASE WHEN wallet_id IS NULL THEN abs(balance) < 1e38
             ELSE balance BETWEEN -9223372036854775808 AND 9223372036854775807 END
  );
ALTER TABLE entries
  ALTER COLUMN balance TYPE numeric,
  ADD CONSTRAINT entries_balance_fits CHECK (balance = trunc(balance) AND abs(balance) < 1e38);

-- Metadata comes back as it was sent. jsonb keeps what an object says, and not how: names get another order, and numbers are
-- written anew. What is there from before stays where it is, so that no row is rewritten; nothing more is added there. Not
-- validated, since no row that exists could break it, and each would have to be read.
ALTER TABLE operations
  ADD COLUMN metadata_sent json,
  ADD CONSTRAINT operations_metadata_sent_is_object CHECK (json_typeof(metadata_sent) = 'object') NOT VALID;
