-- The bound: the rows that the service writes for a deposit (operation, movement, and the balances of wallet and
-- treasury), written by Postgres for itself in sets. Nothing is received, parsed, decided, queued or told, no wallet is
-- looked at but those of its own, and the law of the schema is switched off by who calls this
-- (session_replication_role = replica). What the service does besides is what it costs more.
--
-- Several sessions may run it at once, each on its own share of the wallets and its own treasury.
CREATE PROCEDURE write_sets(session integer, sessions integer, total integer, size integer) LANGUAGE plpgsql AS $$
DECLARE
  treasury bigint := (SELECT id FROM accounts WHERE system = 'treasury' AND asset_id = 4 AND partition = session);
  wallets integer;
  first integer := 0;
BEGIN
  CREATE TEMP TABLE mine ON COMMIT PRESERVE ROWS AS
    SELECT row_number() OVER (ORDER BY wallet_id) - 1 AS place, wallet_id, id AS account_id
    FROM accounts WHERE wallet_id IS NOT NULL AND id % sessions = session;
  wallets := (SELECT count(*) FROM mine);
  CREATE INDEX ON mine (place);
  ANALYZE mine;
  COMMIT;
  WHILE first < total LOOP
    WITH input AS MATERIALIZED (
      SELECT number, mine.wallet_id, mine.account_id, clock_timestamp() AS moment,
             (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
              || lpad(to_hex(session), 3, '0') || '8' || lpad(to_hex(number), 15, '0'))::uuid AS id
      FROM generate_series(first, least(first + size, total) - 1) AS number
      JOIN mine ON mine.place = number % wallets
    ), locked AS MATERIALIZED (
      SELECT id AS account_id, balance, version FROM accounts
      WHERE id = treasury OR id IN (SELECT account_id FROM input) ORDER BY id FOR UPDATE
    ), running AS MATERIALIZED (
      SELECT input.*, locked.balance + 100 * row_number() OVER own AS balance,
             locked.version + row_number() OVER own AS version, lead(number) OVER own IS NULL AS is_last,
             total.balance - 100 * row_number() OVER (ORDER BY number) AS treasury_balance,
             total.version + row_number() OVER (ORDER BY number) AS treasury_version
      FROM input JOIN locked USING (account_id) JOIN locked AS total ON total.account_id = treasury
      WINDOW own AS (PARTITION BY locked.account_id ORDER BY number)
    ), added AS (
      INSERT INTO operations (id, seq, wallet_id, amount, created_at, asset_id, type, priority)
      SELECT id, nextval('operation_seq'), wallet_id, 100, moment, 4, 'deposit', 'high' FROM running ORDER BY number
    ), posted AS (
      INSERT INTO movements (operation_id, from_account_id, from_version, from_balance, to_account_id, to_version, to_balance,
                             amount, asset_id)
      SELECT id, treasury, treasury_version, treasury_balance, account_id, version, balance, 100, 4 FROM running
    )
    UPDATE accounts SET balance = reached.balance, version = reached.version, last_operation_id = reached.id,
                        base_version = accounts.version, base_balance = accounts.balance, updated_at = statement_timestamp()
    FROM (
      SELECT account_id, balance, version, id FROM running WHERE is_last
      UNION ALL
      (SELECT treasury, treasury_balance, treasury_version, id FROM running ORDER BY treasury_version DESC LIMIT 1)
    ) AS reached
    WHERE accounts.id = reached.account_id;
    COMMIT;
    first := first + size;
  END LOOP;
  DROP TABLE mine;
END $$;
