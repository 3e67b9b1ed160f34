-- A batch without a deadline runs in the background: expires_at may be null.
ALTER TABLE batch ADD COLUMN deadline INTEGER;
UPDATE batch SET deadline = expires_at;
ALTER TABLE batch DROP COLUMN expires_at;
ALTER TABLE batch RENAME COLUMN deadline TO expires_at;
-- Since when nothing of it is sent, by its owner's wish.
ALTER TABLE batch ADD COLUMN paused_at INTEGER;
-- How many of its calls may be under way, by its owner's wish.
ALTER TABLE batch ADD COLUMN max_in_flight INTEGER;

-- events counts what happened to a batch that readers follow: each seal, each entry of its timeline.
-- Its own counter under its own row, so that a reader who has seen a number has seen all below it.
ALTER TABLE batch ADD COLUMN events INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chunk ADD COLUMN sealed_as INTEGER;
UPDATE chunk SET sealed_as = (
  SELECT count(*) FROM chunk AS earlier
  WHERE earlier.batch = chunk.batch AND earlier.number <= chunk.number AND earlier.state = 'sealed')
WHERE state = 'sealed';
UPDATE batch SET events = (SELECT coalesce(max(sealed_as), 0) FROM chunk WHERE batch = sequence)
WHERE status IN ('validating', 'in_progress', 'finalizing', 'cancelling');

-- For lists by state, and to count the unfinished, however many there are of each.
DROP INDEX batch_unfinished;
DROP INDEX batch_by_end;
CREATE INDEX batch_by_status ON batch (status, project, created_at, sequence);

-- What failed lines have in common, tallied when their chunk is sealed. code is the upstream's, or a
-- status; '' for none. first_lines are the first of them, as JSON: [[line, custom_id], …].
CREATE TABLE failure_group (
  batch INTEGER NOT NULL REFERENCES batch,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  lines INTEGER NOT NULL,
  first_lines TEXT NOT NULL,
  PRIMARY KEY (batch, kind, code, message)
) WITHOUT ROWID;

-- What happened to a batch, when, and for how long: changes of its state, and reasons that lasted.
CREATE TABLE timeline (
  batch INTEGER NOT NULL REFERENCES batch,
  event INTEGER NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  began_at INTEGER NOT NULL,
  ended_at INTEGER,
  times INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (batch, event)
) WITHOUT ROWID;

-- Which node has a chunk, or has sealed it. Until now there was one, which has 'local' for a name.
ALTER TABLE chunk ADD COLUMN node TEXT;

UPDATE chunk SET node = 'local' WHERE state <> 'waiting';
