package dev.nightjar.store;

import dev.nightjar.batch.Chunk;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Inputs of chunks as ranges of the file's objects. Chunks of one file share what is open of it,
 * and with the last of them it is closed. Any thread may call it; the lock is for {@link #files}.
 */
public final class ObjectChunkInputs implements ChunkInputs {
  private final ObjectStore objects;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<FileId, OpenFile> files = new HashMap<>();

  private static final class OpenFile {
    private final ContentReader reader;
    private int chunks;

    private OpenFile(ContentReader reader) {
      this.reader = reader;
    }
  }

  public ObjectChunkInputs(ObjectStore objects) {
    this.objects = objects;
  }

  /** Reads nothing yet: a chunk that is only closed needs an input that may be lost no more. */
  @Override
  public ChunkInput open(FileId file, Manifest content, Chunk chunk) {
    lock.lock();
    try {
      OpenFile open =
          files.computeIfAbsent(file, _ -> new OpenFile(new ContentReader(objects, content)));
      open.chunks++;
      return new Range(file, open.reader, chunk);
    } finally {
      lock.unlock();
    }
  }

  private void closed(FileId file) {
    OpenFile last = null;
    lock.lock();
    try {
      OpenFile open = files.get(file);
      if (open != null && --open.chunks == 0) {
        last = files.remove(file);
      }
    } finally {
      lock.unlock();
    }
    if (last != null) {
      last.reader.close();
    }
  }

  private final class Range implements ChunkInput {
    private final FileId file;
    private final ContentReader reader;
    private final Chunk chunk;

    Range(FileId file, ContentReader reader, Chunk chunk) {
      this.file = file;
      this.reader = reader;
      this.chunk = chunk;
    }

    @Override
    public byte[] read(long position, int count) throws IOException {
      return reader.read(position, count);
    }

    @Override
    public void readFully(long position, byte[] buffer, int count) throws IOException {
      reader.readFully(position, buffer, 0, count);
    }

    @Override
    public InputStream stream() {
      return reader.stream(chunk.offset(), chunk.length());
    }

    @Override
    public void close() {
      closed(file);
    }
  }
}
