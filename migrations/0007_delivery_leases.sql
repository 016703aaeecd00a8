-- What a claim takes of the feed is leased by one row, and a delivery has a row of its own when something has come of it, or
-- the lease has ended without that. A row for each from the beginning left its dead entry in deliveries_due, behind which every
-- later claim had to look: after 500,000 deliveries without a vacuum a claim cost three times as much.
CREATE TABLE delivery_leases (
  endpoint_id uuid NOT NULL,
  -- The last place in the feed that was claimed with it.
  position bigint NOT NULL,
  event_ids uuid[] NOT NULL,
  leased_until timestamptz NOT NULL,
  PRIMARY KEY (endpoint_id, position)
) WITH (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
-- They are as short-lived as the row, and to compress them would cost more than to write them.
ALTER TABLE delivery_leases ALTER COLUMN event_ids SET STORAGE EXTERNAL;
