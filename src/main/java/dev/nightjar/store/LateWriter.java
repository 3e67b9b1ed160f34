package dev.nightjar.store;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An object that is begun when its first byte comes: whoever sends none takes nothing. */
public final class LateWriter extends ObjectStore.Writer {
  private final ObjectStore objects;
  private final String key;
  private ObjectStore.@Nullable Writer begun;

  public LateWriter(ObjectStore objects, String key) {
    this.objects = objects;
    this.key = key;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int count) throws IOException {
    if (count > 0) {
      begin().write(source, offset, count);
    }
  }

  @Override
  public void commit() throws IOException {
    begin().commit();
  }

  @Override
  public long bytesWritten() {
    return begun == null ? 0 : begun.bytesWritten();
  }

  private ObjectStore.Writer begin() throws IOException {
    ObjectStore.Writer writer = begun;
    if (writer == null) {
      writer = objects.create(key);
      begun = writer;
    }
    return writer;
  }

  @Override
  public void close() throws IOException {
    if (begun != null) {
      begun.close();
    }
  }
}
