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
 * @param calls of upstreams at once, as many as were asked for or fewer
 * @param deliveries of webhooks at once
 * @param warning what is too low and what to do about it
 */
public record Capacity(
    int connections, int streams, int files, int calls, int deliveries, Optional<String> warning) {
  private static final long CONNECTION_BYTES = 256 * 1024;
  private static final long STREAM_BYTES = 512 * 1024;
  private static final long FILE_BYTES = 1 << 20;

  /** The stores and the engine, at most: the database, the journal, chunks, objects, selectors. */
  private static final int OWN = 64;

  /** With fewer, a handful of slow clients keeps all others waiting. */
  private static final int FOR_CLIENTS_MIN = 48;

  private static final int CONNECTIONS_MIN = 16;
  private static final int FILES_MIN = 8;

  private static final int DELIVERIES_MIN = 8;
  private static final int DELIVERIES_MAX = 128;

  /** Tests of webhooks, which are sent beside the deliveries. */
  private static final int WEBHOOK_TESTS = 16;

  /** Of this process before it opens anything, whose upstreams may be called so often at once. */
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
    long room = Math.clamp(descriptorsMax - open - OWN, 0, Integer.MAX_VALUE);
    int deliveries = Math.clamp(room / 4 - WEBHOOK_TESTS, DELIVERIES_MIN, DELIVERIES_MAX);
    long shared = room - deliveries - WEBHOOK_TESTS;
    int allowed = Math.clamp(shared - FOR_CLIENTS_MIN, 1, Math.max(1, calls));
    long left = Math.max(0, shared - allowed);
    return new Capacity(
        Math.clamp(left * 2 / 3, CONNECTIONS_MIN, bound(heapBytes, CONNECTION_BYTES)),
        bound(heapBytes, STREAM_BYTES),
        Math.clamp(left / 4, FILES_MIN, bound(heapBytes, FILE_BYTES)),
        allowed,
        deliveries,
        allowed >= calls
            ? Optional.empty()
            : Optional.of(
                "at most %d files and connections may be open at once, which is too low for %d calls in flight: max_in_flight is lowered to %d in all; raise the limit to %d or more (ulimit -n, LimitNOFILE)"
                    .formatted(descriptorsMax, calls, allowed, needed(open, calls))));
  }

  private static long needed(long open, int calls) {
    return open + OWN + DELIVERIES_MAX + WEBHOOK_TESTS + calls + FOR_CLIENTS_MIN;
  }

  private static int bound(long heapBytes, long each) {
    return Math.clamp(heapBytes / each, CONNECTIONS_MIN, Integer.MAX_VALUE);
  }
}
