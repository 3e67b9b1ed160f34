-- The price when the batch began, as Price.text() gives it; null without one.
ALTER TABLE batch ADD COLUMN price TEXT;
-- Estimated at validation; counts against the quota while the batch is not terminal.
ALTER TABLE batch ADD COLUMN enqueued_tokens INTEGER NOT NULL DEFAULT 0;
-- How a repeated creation is recognised: by the client's own key, or by what an SDK sends again.
ALTER TABLE batch ADD COLUMN idempotency_key TEXT;
ALTER TABLE batch ADD COLUMN request_hash TEXT;
ALTER TABLE batch ADD COLUMN retry_count INTEGER NOT NULL DEFAULT 0;

CREATE UNIQUE INDEX batch_by_idempotency_key ON batch (project, idempotency_key)
  WHERE idempotency_key IS NOT NULL;
CREATE INDEX batch_by_request ON batch (request_hash, created_at) WHERE request_hash IS NOT NULL;

-- Tokens of sealed chunks: money is derived from them, so that nothing is ever rounded. day is the
-- number of the UTC day since 1970-01-01; model is '' where lines of a batch differ.
CREATE TABLE ledger (
  project TEXT NOT NULL REFERENCES project,
  model TEXT NOT NULL,
  day INTEGER NOT NULL,
  price TEXT NOT NULL,
  requests INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  request_bytes INTEGER NOT NULL,
  PRIMARY KEY (project, model, day, price)
);

CREATE INDEX ledger_by_day ON ledger (day);

-- What a project stores.
CREATE INDEX file_storage ON file (project, bytes) WHERE deleted_at IS NULL;

-- hash is SHA-256 of the key, which is kept nowhere. scopes are separated by spaces.
CREATE TABLE api_key (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  project TEXT NOT NULL REFERENCES project,
  name TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  requests_per_minute INTEGER,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
);

-- events are types separated by spaces. previous_secret signs too, until its time is over.
CREATE TABLE webhook_endpoint (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  project TEXT NOT NULL REFERENCES project,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  events TEXT NOT NULL,
  secret TEXT NOT NULL,
  previous_secret TEXT,
  previous_secret_until INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  disabled_reason TEXT,
  deleted_at INTEGER
);

CREATE INDEX webhook_endpoint_by_project ON webhook_endpoint (project) WHERE deleted_at IS NULL;

-- The outbox: one row for each event and endpoint, written with the change that the event tells of.
-- attempts and the time for them are counted from begun_at: its creation, or its last replay.
CREATE TABLE webhook_delivery (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  endpoint INTEGER NOT NULL REFERENCES webhook_endpoint,
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  batch_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  begun_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending',
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER,
  ended_at INTEGER,
  last_status INTEGER,
  last_error TEXT,
  UNIQUE (endpoint, event_id)
);

CREATE INDEX webhook_delivery_by_endpoint ON webhook_delivery (endpoint);
CREATE INDEX webhook_delivery_due ON webhook_delivery (next_at) WHERE state = 'pending';
CREATE INDEX webhook_delivery_of_endpoint_due ON webhook_delivery (endpoint, next_at)
  WHERE state = 'pending';
CREATE INDEX webhook_delivery_ended ON webhook_delivery (ended_at) WHERE ended_at IS NOT NULL;
