-- The law of the ledger binds an operation to the house accounts of the partition of its wallet. The partition is the CRC-32
-- of the wallet's id modulo the number of partitions (shared/src/words/partition.ts), which Postgres 15 has no function for: so the
-- account of a wallet keeps the CRC-32, computed once when it is made. It is generated, so that no process can claim another.
--
-- This rewrites accounts, and everything waits meanwhile: about 22 µs for each wallet. To open a wallet takes as much longer.
CREATE FUNCTION wallet_hash(wallet uuid) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  -- What four bits add: the polynomial of CRC-32 (IEEE 802.3) in reverse.
  steps CONSTANT bigint[] := '{0, 498536548, 997073096, 651767980, 1994146192, 1802195444, 1303535960, 1342533948,
    3988292384, 4027552580, 3604390888, 3412177804, 2607071920, 2262029012, 2685067896, 3183342108}';
  id CONSTANT bytea := decode(wallet::text, 'escape');
  crc bigint := 4294967295;
BEGIN
  FOR place IN 0 .. length(id) - 1 LOOP
    crc := crc # get_byte(id, place);
    crc := (crc >> 4) # steps[1 + (crc & 15)];
    crc := (crc >> 4) # steps[1 + (crc & 15)];
  END LOOP;
  RETURN crc # 4294967295;
END $$;

-- Null for a house account, which has its partition itself.
ALTER TABLE accounts ADD COLUMN wallet_hash bigint GENERATED ALWAYS AS (wallet_hash(wallet_id)) STORED;
