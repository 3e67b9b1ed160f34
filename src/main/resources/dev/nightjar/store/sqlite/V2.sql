-- file_id is the file that the upload becomes; its row appears when the upload is completed.
-- file_life is in seconds. parts are the ids of that file's parts in order, after one another.
CREATE TABLE upload (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  project TEXT NOT NULL REFERENCES project,
  filename TEXT NOT NULL,
  purpose TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  file_id TEXT NOT NULL UNIQUE,
  file_life INTEGER,
  status TEXT NOT NULL DEFAULT 'pending',
  ended_at INTEGER,
  parts TEXT NOT NULL DEFAULT ''
);

CREATE INDEX upload_pending ON upload (project, expires_at) WHERE status = 'pending';

CREATE TABLE part (
  id TEXT NOT NULL PRIMARY KEY,
  upload INTEGER NOT NULL REFERENCES upload,
  bytes INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE INDEX part_by_upload ON part (upload);

-- For the sweep of what is gone.
CREATE INDEX file_deleted ON file (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX file_expiring ON file (expires_at) WHERE expires_at IS NOT NULL;
