package dev.nightjar.store.disk;

import java.io.IOException;
import java.util.Optional;

/** How much room the disk with the data has. Any thread may call it; it asks the file system. */
public interface DiskSpace {
  /** A disk that never fills up. */
  DiskSpace ENDLESS = () -> new Room(Long.MAX_VALUE, Long.MAX_VALUE, 0);

  Room room() throws IOException;

  /**
   * The disk as of now.
   *
   * @param freeBytes that this process may still write
   * @param minBytes that must stay free: below it nothing new is begun
   */
  record Room(long freeBytes, long totalBytes, long minBytes) {
    public boolean isShort() {
      return freeBytes < minBytes;
    }

    /** Whether as many bytes more would leave less than the minimum. */
    public boolean isTooSmallFor(long bytes) {
      return freeBytes - minBytes < bytes;
    }

    /** Why nothing new is begun, in a sentence; empty while there is room. */
    public Optional<String> shortage() {
      return isShort()
          ? Optional.of(
              "the disk has %s left and %s of it must stay free"
                  .formatted(text(freeBytes), text(minBytes)))
          : Optional.empty();
    }

    private static String text(long bytes) {
      return bytes >= 10L << 30 ? (bytes >> 30) + " GiB" : (bytes >> 20) + " MiB";
    }
  }
}
