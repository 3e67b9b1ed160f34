package dev.nightjar.cli.client;

import dev.nightjar.cli.client.ApiClient.Repeat;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.ProgressDisplay;
import dev.nightjar.terminal.Shell;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The content of a file of the server. When the connection breaks, the rest is asked for; what the
 * server sends once more is passed over.
 */
public final class ContentDownload {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-\\d+/.*");
  private static final int OK = 200;
  private static final int PARTIAL = 206;

  private final String fileId;
  private final OutputStream sink;
  private final ProgressDisplay display;
  private final long begun = System.nanoTime();
  private final long before;

  // Written by the client's thread while the caller's looks at it.
  private volatile long position;
  private volatile long total = -1;
  private volatile @Nullable String tag;
  private long skip;

  /** {@code position} is how much of the file the sink has already. */
  public ContentDownload(Shell shell, String fileId, OutputStream sink, long position) {
    this.fileId = fileId;
    this.sink = sink;
    this.display = new ProgressDisplay(shell.err(), shell.errIsTerminal());
    this.before = position;
    this.position = position;
  }

  /** How long the file is. */
  public long run(ApiClient client) {
    var call =
        new ApiClient.Call(
            "GET",
            ApiClient.path("/files", fileId) + "/content",
            null,
            this::askForRest,
            Repeat.REST,
            this::progress,
            PATIENCE);
    try {
      var _ = client.send(call, handler());
      return position;
    } finally {
      display.clear();
    }
  }

  /** From the last byte that is there: behind it may be none, and then nothing could be asked. */
  private void askForRest(HttpRequest.Builder request) {
    if (position > 0) {
      request.header("Range", "bytes=%d-".formatted(position - 1));
      if (tag != null) {
        request.header("If-Range", tag);
      }
    }
  }

  private BodyHandler<byte[]> handler() {
    return info ->
        info.statusCode() == OK || info.statusCode() == PARTIAL
            ? content(info)
            : BodyHandlers.ofByteArray().apply(info);
  }

  private BodySubscriber<byte[]> content(ResponseInfo info) {
    String now = info.headers().firstValue("etag").orElse(null);
    if (position > 0 && tag != null && !tag.equals(now)) {
      throw CommandException.wrong("file %s changed while it was downloaded".formatted(fileId));
    }
    tag = now;
    long start = start(info);
    if (start > position) {
      throw CommandException.wrong("the server leaves out a part of file " + fileId);
    }
    skip = position - start;
    long length = info.headers().firstValueAsLong("content-length").orElse(-1);
    total = length < 0 ? -1 : start + length;
    return BodySubscribers.mapping(
        BodySubscribers.ofByteArrayConsumer(bytes -> bytes.ifPresent(this::take)),
        _ -> new byte[0]);
  }

  private static long start(ResponseInfo info) {
    if (info.statusCode() == OK) {
      return 0;
    }
    Matcher range = CONTENT_RANGE.matcher(info.headers().firstValue("content-range").orElse(""));
    if (!range.matches()) {
      throw CommandException.wrong("the server does not say which part of the file it sends");
    }
    return Long.parseLong(range.group(1));
  }

  private void take(byte[] bytes) {
    int passed = (int) Math.min(skip, bytes.length);
    skip -= passed;
    try {
      sink.write(bytes, passed, bytes.length - passed);
    } catch (IOException e) {
      throw "Broken pipe".equals(e.getMessage())
          ? CommandException.silent()
          : CommandException.wrong("the file cannot be written: " + e.getMessage());
    }
    // Only this thread writes it.
    long next = position + bytes.length - passed;
    position = next;
  }

  private long progress() {
    double seconds = Math.max(0.001, (System.nanoTime() - begun) / 1e9);
    String of = total < 0 ? "" : " of " + Human.bytes(total);
    long rate = (long) ((position - before) / seconds);
    display.show("downloading: %s%s, %s/s".formatted(Human.bytes(position), of, Human.bytes(rate)));
    return position;
  }
}
