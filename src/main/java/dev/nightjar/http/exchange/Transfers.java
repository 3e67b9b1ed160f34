package dev.nightjar.http.exchange;

import dev.nightjar.api.ApiError;
import dev.nightjar.net.ConnectionGuard;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What uploads, downloads and large bodies share, so that any number of them fits into memory and
 * descriptors. Safe for use by many threads.
 */
public final class Transfers {
  private static final long MEBIBYTE = 1 << 20;
  private static final int FAST_MAX = 16;

  /** A usual one takes a third longer (bench/transfer). */
  private static final int FAST_BYTES = 512 * 1024;

  private static final int USUAL_BYTES = 64 * 1024;

  /** Longer than it takes until one that was silent has been so for long. */
  private static final int WAIT_SECONDS = 8;

  private static final Duration BODY_MAX = Duration.ofSeconds(30);

  private final @Nullable ConnectionGuard guard;

  /** In turn. */
  private final Semaphore files;

  private final Semaphore fast = new Semaphore(FAST_MAX);
  private final Semaphore usual;
  private final Semaphore bodies;
  private final int wideWindows;

  /** Held until it is closed. */
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /** Room for a file that a request has open, once it has. One thread. */
  public final class OpenFile implements Held {
    private final ServerRequest request;
    private final AtomicInteger ofConnection;
    private boolean isOpen;

    private OpenFile(ServerRequest request) {
      this.request = request;
      ofConnection = ConnectionGuard.files(request);
    }

    /**
     * To be called before the file is opened. When there is no room, whoever has been silent for
     * longest with an open file makes it, if nobody else does.
     */
    public void open() {
      if (!files.tryAcquire()) {
        await(request, files, "uploads and downloads", Transfers.this::freeFile);
      }
      isOpen = true;
      ofConnection.incrementAndGet();
    }

    @Override
    public void close() {
      if (isOpen) {
        isOpen = false;
        ofConnection.decrementAndGet();
        files.release();
      }
    }
  }

  /** A sixteenth of the heap for each of buffers of downloads, windows of HTTP/2, JSON bodies. */
  public Transfers(@Nullable ConnectionGuard guard, long heapBytes) {
    int mebibytes = Math.clamp(heapBytes / MEBIBYTE / 16, 1, 10_000);
    this.guard = guard;
    this.files = new Semaphore(guard == null ? Integer.MAX_VALUE : guard.limits().files(), true);
    this.usual = new Semaphore(mebibytes * (int) (MEBIBYTE / USUAL_BYTES));
    this.bodies = new Semaphore(mebibytes);
    this.wideWindows = mebibytes;
  }

  /** How many connections of HTTP/2 may have one at once. */
  public int wideWindows() {
    return wideWindows;
  }

  /** For a file that the request will have open. */
  public OpenFile file(ServerRequest request) {
    return new OpenFile(request);
  }

  /** Room for one JSON body, of whatever size is allowed. */
  Held body(ServerRequest request) {
    if (!bodies.tryAcquire()) {
      await(request, bodies, "large requests", () -> {});
    }
    return bodies::release;
  }

  /** How long one may hold its room for a JSON body, however it moves. */
  Duration bodyMax() {
    return guard == null ? BODY_MAX : min(BODY_MAX, guard.limits().body());
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** For so many bytes of a download; there may be many slow clients. */
  DownloadBuffer buffer(long count) {
    if (fast.tryAcquire()) {
      return new DownloadBuffer((int) Math.min(FAST_BYTES, count), fast);
    }
    if (usual.tryAcquire()) {
      return new DownloadBuffer((int) Math.min(USUAL_BYTES, count), usual);
    }
    return new DownloadBuffer((int) Math.min(DownloadBuffer.SMALL_BYTES, count), null);
  }

  private void freeFile() {
    if (guard != null) {
      guard.freeFile();
    }
  }

  /** Ends early when the connection does: a closed one must not wait. */
  private static void await(ServerRequest request, Semaphore room, String what, Runnable makeRoom) {
    ConnectionGuard.await(
        request,
        () -> {
          try {
            for (int second = 0; second < WAIT_SECONDS; second++) {
              makeRoom.run();
              if (room.tryAcquire(1, TimeUnit.SECONDS)) {
                return;
              }
            }
          } catch (InterruptedException e) {
            throw new CloseConnectionException("the client is gone", e);
          }
          throw new ApiError(
              503, null, null, "The server has too many %s at once. Try again.".formatted(what));
        });
  }
}
