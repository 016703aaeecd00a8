-- Webhooks: what is told (events), whom (webhook_endpoints), and how far that has got (deliveries, delivery_attempts).
--
-- An event is written in the transaction that makes it a fact, with the bytes that will tell it, and never changes. A relay
-- then gives it its place in the feed and makes a delivery of it for every endpoint that is subscribed.

-- Drawn while the locks of the wallet are held: so of one wallet's events, the later has the higher number.
CREATE SEQUENCE event_sequence;

CREATE TABLE events (
  id uuid PRIMARY KEY,
  type text NOT NULL CHECK (type ~ '^[a-z_]+(\.[a-z_]+)+$'),
  created_at timestamptz NOT NULL,
  body text NOT NULL
);
CREATE TRIGGER events_unchanged BEFORE UPDATE OR TRUNCATE ON events EXECUTE FUNCTION refuse_change();

-- Lines of a batch tell of themselves only if the batch asks for it.
ALTER TABLE batches ADD COLUMN line_events boolean NOT NULL DEFAULT false;
CREATE TRIGGER batches_keep_line_events BEFORE UPDATE OF line_events ON batches EXECUTE FUNCTION refuse_change();

-- What no relay has seen. It is small and hot, as pending_operations is.
CREATE TABLE unrelayed_events (
  sequence bigint PRIMARY KEY,
  event_id uuid NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 1);

-- The events in the order in which they were relayed. One relay at a time gives out the positions, so they have no gaps and
-- become visible in their order: whoever reads on behind a position misses nothing.
CREATE TABLE event_feed (
  position bigint PRIMARY KEY,
  event_id uuid NOT NULL
);
CREATE TRIGGER event_feed_unchanged BEFORE UPDATE OR TRUNCATE ON event_feed EXECUTE FUNCTION refuse_change();

-- Whom to tell. Secrets and headers are sealed (AES-256-GCM) with a key that the database does not know.
CREATE TABLE webhook_endpoints (
  id uuid PRIMARY KEY,
  url text NOT NULL CHECK (length(url) <= 2048),
  description text CHECK (length(description) <= 500),
  -- '*' is every type.
  event_types text[] NOT NULL CHECK (cardinality(event_types) BETWEEN 1 AND 50),
  -- Requests per second; null is as fast as it goes.
  rate_limit integer CHECK (rate_limit BETWEEN 1 AND 10000),
  sealed_headers bytea,
  sealed_secret bytea NOT NULL,
  sealed_previous_secret bytea,
  previous_secret_until timestamptz,
  status text NOT NULL DEFAULT 'enabled' CHECK (status IN ('enabled', 'disabled')),
  disabled_reason text CHECK (disabled_reason IN ('requested', 'gone', 'failing')),
  disabled_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  CONSTRAINT webhook_endpoints_previous_secret_ends CHECK ((sealed_previous_secret IS NULL) = (previous_secret_until IS NULL)),
  CONSTRAINT webhook_endpoints_disabled_has_reason CHECK (
    (status = 'disabled') = (disabled_reason IS NOT NULL) AND (disabled_reason IS NULL) = (disabled_at IS NULL)
  )
);

-- How it goes with an endpoint. While its last requests have failed it is left alone until paused_until, and then tried with
-- one request: so a dead endpoint costs nothing.
CREATE TABLE webhook_endpoint_states (
  endpoint_id uuid PRIMARY KEY REFERENCES webhook_endpoints,
  failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
  failing_since timestamptz,
  paused_until timestamptz,
  -- The second of the rate limit, and the requests that were begun in it.
  window_started_at timestamptz NOT NULL DEFAULT '-infinity',
  window_requests integer NOT NULL DEFAULT 0,
  CONSTRAINT webhook_endpoint_states_failing_since_first CHECK ((failures > 0) = (failing_since IS NOT NULL))
) WITH (fillfactor = 20);

-- One event for one endpoint. next_attempt_at is also the lease of whoever sends it now. failures counts since it was made
-- or replayed, attempts all of them.
CREATE TABLE deliveries (
  endpoint_id uuid NOT NULL REFERENCES webhook_endpoints,
  event_id uuid NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'succeeded', 'failed')),
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  failures integer NOT NULL DEFAULT 0 CHECK (failures BETWEEN 0 AND attempts),
  next_attempt_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz,
  PRIMARY KEY (endpoint_id, event_id),
  CONSTRAINT deliveries_pending_has_next CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL)),
  CONSTRAINT deliveries_final_has_time CHECK ((status = 'pending') = (completed_at IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX deliveries_due ON deliveries (endpoint_id, next_attempt_at, event_id) WHERE status = 'pending';
CREATE INDEX deliveries_failed ON deliveries (endpoint_id, completed_at) WHERE status = 'failed';

-- One HTTP try: what was answered, or why nothing was.
CREATE TABLE delivery_attempts (
  endpoint_id uuid NOT NULL,
  event_id uuid NOT NULL,
  number integer NOT NULL CHECK (number > 0),
  started_at timestamptz NOT NULL,
  duration_ms integer NOT NULL CHECK (duration_ms >= 0),
  response_status smallint,
  error text,
  response_excerpt text CHECK (length(response_excerpt) <= 1024),
  PRIMARY KEY (endpoint_id, event_id, number),
  CONSTRAINT delivery_attempts_answered_or_not CHECK (response_status IS NOT NULL OR error IS NOT NULL)
);
CREATE TRIGGER delivery_attempts_unchanged BEFORE UPDATE OR TRUNCATE ON delivery_attempts EXECUTE FUNCTION refuse_change();
