-- A delivery is made when it is claimed: a claim reads the feed behind the endpoint's position. To make it when the event was
-- relayed cost a row and two index entries for every endpoint, also for one that takes nothing.
--
-- No relay of before may go on: what it feeds would be told twice. The lock waits for the one under way, and what all of them
-- have fed until then has its deliveries.
LOCK TABLE event_feed IN ACCESS EXCLUSIVE MODE;

-- Of the events from before, whose deliveries are made, the type is not filled in.
ALTER TABLE event_feed ADD COLUMN type text, ADD CONSTRAINT event_feed_has_type CHECK (type IS NOT NULL) NOT VALID;

-- Deliveries are made of what the feed has up to position. skipped are the positions that were given out while the endpoint was
-- disabled, of which it is not told; while it is disabled, the last of these ranges has no end.
ALTER TABLE webhook_endpoint_states ADD COLUMN position bigint, ADD COLUMN skipped int8multirange NOT NULL DEFAULT '{}';
UPDATE webhook_endpoint_states
SET position = head.position,
    skipped = CASE status WHEN 'disabled' THEN int8multirange(int8range(head.position, NULL, '()')) ELSE '{}' END
FROM webhook_endpoints, (SELECT coalesce(max(position), 0) AS position FROM event_feed) AS head
WHERE webhook_endpoints.id = endpoint_id;
ALTER TABLE webhook_endpoint_states ALTER COLUMN position SET NOT NULL;
