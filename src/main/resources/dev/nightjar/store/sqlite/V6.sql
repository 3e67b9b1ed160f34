-- What each project's rows say is on the disk: of files, also of those deleted or expired, and of
-- parts that are in no file. A row goes when its bytes are gone. Kept by triggers, so that a question
-- costs the same however much there is.
CREATE TABLE storage (
  project TEXT NOT NULL PRIMARY KEY REFERENCES project,
  bytes INTEGER NOT NULL
);

INSERT INTO storage SELECT project, sum(bytes) FROM (
  SELECT project, bytes FROM file
  UNION ALL
  SELECT upload.project, part.bytes FROM part JOIN upload ON upload.sequence = part.upload
  UNION ALL
  SELECT project, -bytes FROM upload WHERE status = 'completed'
) GROUP BY project;

DROP INDEX file_storage;

CREATE TRIGGER file_stored AFTER INSERT ON file BEGIN
  INSERT INTO storage VALUES (new.project, new.bytes)
  ON CONFLICT (project) DO UPDATE SET bytes = bytes + excluded.bytes;
END;

CREATE TRIGGER file_gone AFTER DELETE ON file BEGIN
  UPDATE storage SET bytes = bytes - old.bytes WHERE project = old.project;
END;

CREATE TRIGGER part_stored AFTER INSERT ON part BEGIN
  INSERT INTO storage SELECT project, new.bytes FROM upload WHERE sequence = new.upload
  ON CONFLICT (project) DO UPDATE SET bytes = bytes + excluded.bytes;
END;

CREATE TRIGGER part_gone AFTER DELETE ON part BEGIN
  UPDATE storage SET bytes = bytes - old.bytes
  WHERE project = (SELECT project FROM upload WHERE sequence = old.upload);
END;

-- Its parts have become a file, which counts from now on.
CREATE TRIGGER upload_completed AFTER UPDATE OF status ON upload
WHEN new.status = 'completed' AND old.status <> 'completed' BEGIN
  UPDATE storage SET bytes = bytes - new.bytes WHERE project = new.project;
END;

CREATE TRIGGER completed_upload_gone AFTER DELETE ON upload WHEN old.status = 'completed' BEGIN
  UPDATE storage SET bytes = bytes + old.bytes WHERE project = old.project;
END;
