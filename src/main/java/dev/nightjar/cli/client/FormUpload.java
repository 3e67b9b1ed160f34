package dev.nightjar.cli.client;

import dev.nightjar.cli.client.ApiClient.Repeat;
import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.LocalFile;
import dev.nightjar.terminal.ProgressDisplay;
import dev.nightjar.terminal.Shell;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Sends a file, or standard input for {@code -}, as a form; it is never held in memory. What comes
 * from standard input is sent once: it cannot be read again.
 *
 * @param expiresAfter from its creation on; null for the server's default
 */
public record FormUpload(
    Shell shell, String source, String purpose, @Nullable Duration expiresAfter) {
  private static final String STDIN = "-";

  /** Also for the server to make it durable, after the last byte. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** The file as the server tells of it. */
  public JsonNode send(ApiClient client) {
    var sent = new AtomicLong();
    var display = new ProgressDisplay(shell.err(), shell.errIsTerminal());
    String boundary = "nightjar-" + UUID.randomUUID();
    long begun = System.nanoTime();
    long total = length();
    var call =
        new ApiClient.Call(
            "POST",
            "/files",
            new Counted(form(boundary), sent),
            request -> request.header("Content-Type", "multipart/form-data; boundary=" + boundary),
            source.equals(STDIN) ? Repeat.NEVER : Repeat.WHOLE,
            () -> progress(display, sent.get(), total, begun),
            PATIENCE);
    try {
      return client.json(call);
    } finally {
      display.clear();
    }
  }

  private static long progress(ProgressDisplay display, long sent, long total, long begun) {
    double seconds = Math.max(0.001, (System.nanoTime() - begun) / 1e9);
    String of = total < 0 ? "" : " of " + Human.bytes(total);
    display.show(
        "uploading: %s%s, %s/s"
            .formatted(Human.bytes(sent), of, Human.bytes((long) (sent / seconds))));
    return sent;
  }

  private long length() {
    if (source.equals(STDIN)) {
      return -1;
    }
    Path path = Path.of(source);
    LocalFile.checkReadable(path);
    try {
      return Files.size(path);
    } catch (IOException e) {
      throw LocalFile.cannotRead(path, e);
    }
  }

  /** The file last, as the official Python client sends it. */
  private BodyPublisher form(String boundary) {
    var head = new StringBuilder();
    head.append(field(boundary, "purpose", purpose));
    if (expiresAfter != null) {
      head.append(field(boundary, "expires_after[anchor]", "created_at"));
      head.append(field(boundary, "expires_after[seconds]", "" + expiresAfter.toSeconds()));
    }
    head.append(
        "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n"
            .formatted(boundary, filename()));
    head.append("Content-Type: application/octet-stream\r\n\r\n");
    return BodyPublishers.concat(
        text(head.toString()), content(), text("\r\n--" + boundary + "--\r\n"));
  }

  private BodyPublisher content() {
    if (source.equals(STDIN)) {
      return BodyPublishers.ofInputStream(shell::in);
    }
    try {
      return BodyPublishers.ofFile(Path.of(source));
    } catch (FileNotFoundException e) {
      throw LocalFile.cannotRead(Path.of(source), e);
    }
  }

  private static BodyPublisher text(String text) {
    return BodyPublishers.ofByteArray(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String field(String boundary, String name, String value) {
    return "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
        .formatted(boundary, name, value);
  }

  /** A quote or a line end in it would end the header: escaped as browsers do it. */
  private String filename() {
    Path name = source.equals(STDIN) ? null : Path.of(source).getFileName();
    return name == null
        ? "stdin.jsonl"
        : name.toString().replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
  }

  /** Counts what goes out, anew at each attempt. */
  private record Counted(BodyPublisher body, AtomicLong sent) implements BodyPublisher {
    @Override
    public long contentLength() {
      return body.contentLength();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
      sent.set(0);
      body.subscribe(
          new Flow.Subscriber<ByteBuffer>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
              subscriber.onSubscribe(subscription);
            }

            @Override
            public void onNext(ByteBuffer item) {
              sent.addAndGet(item.remaining());
              subscriber.onNext(item);
            }

            @Override
            public void onError(Throwable failure) {
              subscriber.onError(failure);
            }

            @Override
            public void onComplete() {
              subscriber.onComplete();
            }
          });
    }
  }
}
