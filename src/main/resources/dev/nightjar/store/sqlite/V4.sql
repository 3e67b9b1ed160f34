-- All problems of a batch that has more than its row shows: lists must not read them.
CREATE TABLE batch_errors (
  batch INTEGER PRIMARY KEY REFERENCES batch,
  errors TEXT NOT NULL
);

ALTER TABLE batch ADD COLUMN errors_total INTEGER NOT NULL DEFAULT 0;

UPDATE batch SET errors_total = json_array_length(errors) WHERE errors <> '[]';
INSERT INTO batch_errors SELECT sequence, errors FROM batch WHERE errors_total > 10;
UPDATE batch SET errors = (
  SELECT json_group_array(json(value)) FROM (
    SELECT value FROM json_each(batch.errors) ORDER BY key LIMIT 10))
WHERE errors_total > 10;
