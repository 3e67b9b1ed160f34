package dev.nightjar.net;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/**
 * How many connections, requests and files the memory and the descriptors of this process allow.
 *
 * @param connections from clients
 * @param streams requests of HTTP/2 on all of them
 * @param files that requests have open
 * @param warning what is too low and what to do about it
 */
public record Capacity(int connections, int streams, int files, Optional<String> warning) {
  private static final long CONNECTION_BYTES = 256 * 1024;
  private static final long STREAM_BYTES = 512 * 1024;
  private static final long FILE_BYTES = 1 << 20;

  /** What the engine opens at times: chunks, objects, the journal, the database's own files. */
  private static final int OWN = 40;

  /** With fewer, a handful of slow clients keeps all others waiting. */
  private static final int FOR_CLIENTS_MIN = 48;

  private static final int CONNECTIONS_MIN = 16;
  private static final int FILES_MIN = 8;

  /** Of this process, whose upstreams may be called {@code calls} times at once. */
  public static Capacity of(int calls) {
    long heap = Runtime.getRuntime().maxMemory();
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? of(heap, unix.getMaxFileDescriptorCount(), unix.getOpenFileDescriptorCount(), calls)
        : of(heap, Integer.MAX_VALUE, 0, calls);
  }

  /**
   * The same of any process.
   *
   * @param open how many of its descriptors are in use at the start
   */
  static Capacity of(long heapBytes, long descriptorsMax, long open, int calls) {
    long needed = open + OWN + calls;
    long left = Math.clamp(descriptorsMax - needed, 0, Integer.MAX_VALUE);
    return new Capacity(
        Math.clamp(left * 2 / 3, CONNECTIONS_MIN, bound(heapBytes, CONNECTION_BYTES)),
        bound(heapBytes, STREAM_BYTES),
        Math.clamp(left / 4, FILES_MIN, bound(heapBytes, FILE_BYTES)),
        left >= FOR_CLIENTS_MIN
            ? Optional.empty()
            : Optional.of(
                "at most %d files and connections may be open at once, which is too low for %d calls in flight: raise it to %d or more (ulimit -n, LimitNOFILE), or lower max_in_flight"
                    .formatted(descriptorsMax, calls, needed + FOR_CLIENTS_MIN)));
  }

  private static int bound(long heapBytes, long each) {
    return Math.clamp(heapBytes / each, CONNECTIONS_MIN, Integer.MAX_VALUE);
  }
}
