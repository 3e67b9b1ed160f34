CREATE TABLE project (
  id TEXT NOT NULL PRIMARY KEY,
  created_at INTEGER NOT NULL
);

INSERT INTO project VALUES ('default', 0);

-- Times are epoch milliseconds. content is the file's manifest.
CREATE TABLE file (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  project TEXT NOT NULL REFERENCES project,
  filename TEXT NOT NULL,
  purpose TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  deleted_at INTEGER,
  content BLOB NOT NULL
);

CREATE INDEX file_by_time ON file (project, created_at, sequence);

CREATE TABLE batch (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  project TEXT NOT NULL REFERENCES project,
  endpoint TEXT NOT NULL,
  model TEXT,
  input_file_id TEXT NOT NULL,
  completion_window TEXT NOT NULL,
  status TEXT NOT NULL,
  ending TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  in_progress_at INTEGER,
  finalizing_at INTEGER,
  completed_at INTEGER,
  failed_at INTEGER,
  expired_at INTEGER,
  cancelling_at INTEGER,
  cancelled_at INTEGER,
  total INTEGER NOT NULL DEFAULT 0,
  completed INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  input_tokens INTEGER NOT NULL DEFAULT 0,
  cached_tokens INTEGER NOT NULL DEFAULT 0,
  output_tokens INTEGER NOT NULL DEFAULT 0,
  reasoning_tokens INTEGER NOT NULL DEFAULT 0,
  unsealed_chunks INTEGER NOT NULL DEFAULT 0,
  errors TEXT NOT NULL DEFAULT '[]',
  metadata TEXT,
  output_file_id TEXT,
  error_file_id TEXT,
  output_expires_after INTEGER
);

CREATE INDEX batch_by_time ON batch (project, created_at, sequence);
CREATE INDEX batch_unfinished ON batch (sequence)
  WHERE status IN ('validating', 'in_progress', 'finalizing', 'cancelling');

-- Rows of unfinished batches only: a finished one has its manifests instead.
CREATE TABLE chunk (
  batch INTEGER NOT NULL REFERENCES batch,
  number INTEGER NOT NULL,
  epoch INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'waiting',
  first_line INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  length INTEGER NOT NULL,
  output_bytes INTEGER NOT NULL DEFAULT 0,
  error_bytes INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (batch, number)
);

CREATE INDEX chunk_waiting ON chunk (batch, number) WHERE state = 'waiting';
