-- The pairs of each batch's metadata, in the order of pages: never changed.
CREATE TABLE batch_metadata (
  project TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  batch INTEGER NOT NULL REFERENCES batch,
  PRIMARY KEY (project, key, value, created_at, batch)
) WITHOUT ROWID;

INSERT INTO batch_metadata
SELECT project, pair.key, pair.value, created_at, sequence
FROM batch JOIN json_each(batch.metadata) AS pair;

-- For lists of what is rare. Those that are unfinished have an index, and most are completed.
CREATE INDEX batch_by_end ON batch (project, status, created_at, sequence)
  WHERE status IN ('failed', 'expired', 'cancelled');
CREATE INDEX batch_by_model ON batch (project, model, created_at, sequence)
  WHERE model IS NOT NULL;
