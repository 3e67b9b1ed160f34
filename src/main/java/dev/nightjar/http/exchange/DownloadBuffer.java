package dev.nightjar.http.exchange;

import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** How much of a download is read and sent at once: more, if there is room. One thread. */
final class DownloadBuffer implements AutoCloseable {
  /** What a client that does not read may keep. */
  static final int SMALL_BYTES = 8 * 1024;

  private byte[] bytes;
  private @Nullable Semaphore room;

  /**
   * A buffer.
   *
   * @param room of which it holds one; null for none
   */
  DownloadBuffer(int length, @Nullable Semaphore room) {
    this.bytes = new byte[length];
    this.room = room;
  }

  byte[] bytes() {
    return bytes;
  }

  /** For a client that is slow: others have more use of the room. */
  void shrink() {
    if (room != null) {
      close();
      bytes = new byte[Math.min(bytes.length, SMALL_BYTES)];
    }
  }

  @Override
  public void close() {
    if (room != null) {
      room.release();
      room = null;
    }
  }
}
