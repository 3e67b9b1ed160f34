package dev.nightjar.batch;

import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.file.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * Writes the lines of output and error files. All that a line holds derives from the batch, the
 * line and the answer, so that writing it twice gives the same bytes.
 */
public final class AnswerLine {
  private static final int REQUEST_ID_MAX = 128;

  // Written a million times when a large batch is cancelled.
  private static final Bytes EXPIRED =
      noResponse(
          "batch_expired",
          "This request could not be executed before the completion window expired.");
  private static final Bytes CANCELLED =
      noResponse("batch_cancelled", "This request was not executed: the batch was cancelled.");

  private final BatchId batch;
  private final long line;
  private final Bytes customId;

  /**
   * @param line its place in the batch, from 0
   * @param customId the raw token of the input line, quotes included
   */
  public AnswerLine(BatchId batch, long line, Bytes customId) {
    this.batch = batch;
    this.line = line;
    this.customId = OneLine.of(customId);
  }

  /** {@code batch_req_} and 32 characters: the end of the batch's id, then the line. */
  public static String id(BatchId batch, long line) {
    return "batch_req_" + suffix(batch, line);
  }

  /** What we send as {@code X-Request-Id}: the same for each attempt of a line. */
  public static String requestId(BatchId batch, long line) {
    return "req_" + suffix(batch, line);
  }

  private static String suffix(BatchId batch, long line) {
    String id = batch.value();
    String digits = Long.toHexString(line);
    return id.substring(Math.max(0, id.length() - 20)) + "0".repeat(12 - digits.length()) + digits;
  }

  /** A JSON object that the upstream answered; usage counts only when it is a success. */
  public Answer response(int status, @Nullable String requestId, Bytes body, Usage usage) {
    var out = start(body.length());
    responseHead(out, status, requestId);
    write(out, OneLine.of(body));
    write(out, "},\"error\":null}");
    boolean isSuccess = isSuccess(status);
    return Answer.of(isSuccess, isSuccess ? usage : Usage.NONE, Bytes.of(out.toByteArray()));
  }

  /** The same for a body that lies in an object. */
  public Answer spooled(
      int status, @Nullable String requestId, String spool, long spoolBytes, Usage usage) {
    var out = start(0);
    responseHead(out, status, requestId);
    boolean isSuccess = isSuccess(status);
    return new Answer(
        isSuccess,
        isSuccess ? usage : Usage.NONE,
        Bytes.of(out.toByteArray()),
        spool,
        spoolBytes,
        Bytes.utf8("},\"error\":null}"));
  }

  /** An answer that is no JSON object: what it says is the message in OpenAI's error envelope. */
  public Answer wrapped(int status, @Nullable String requestId, String text) {
    String message =
        text.isBlank() ? "The upstream answered %d without a body.".formatted(status) : text;
    String envelope =
        "{\"error\":{\"message\":%s,\"type\":\"upstream_error\",\"param\":null,\"code\":null}}"
            .formatted(quote(message));
    return response(status, requestId, Bytes.utf8(envelope), Usage.NONE);
  }

  /** A line without a usable HTTP response. */
  public Answer error(String code, String message) {
    return failed(noResponse(code, message));
  }

  /** A line that was never executed. */
  public Answer unexecuted(Ending ending) {
    return switch (ending) {
      case EXPIRED -> failed(EXPIRED);
      case CANCELLED -> failed(CANCELLED);
    };
  }

  private Answer failed(Bytes end) {
    var out = start(end.length());
    write(out, end);
    return Answer.of(false, Usage.NONE, Bytes.of(out.toByteArray()));
  }

  private static Bytes noResponse(String code, String message) {
    return Bytes.utf8(
        "\"response\":null,\"error\":{\"code\":%s,\"message\":%s}}"
            .formatted(quote(code), quote(message)));
  }

  private ByteArrayOutputStream start(int bodyBytes) {
    var out = new ByteArrayOutputStream(bodyBytes + customId.length() + 192);
    write(out, "{\"id\":\"" + id(batch, line) + "\",\"custom_id\":");
    write(out, customId);
    write(out, ",");
    return out;
  }

  private void responseHead(ByteArrayOutputStream out, int status, @Nullable String requestId) {
    String id = requestId == null ? requestId(batch, line) : requestId;
    String shortId = id.length() > REQUEST_ID_MAX ? id.substring(0, REQUEST_ID_MAX) : id;
    write(out, "\"response\":{\"status_code\":" + status + ",\"request_id\":");
    write(out, quote(shortId));
    write(out, ",\"body\":");
  }

  private static boolean isSuccess(int status) {
    return status >= 200 && status < 300;
  }

  private static String quote(String text) {
    String quoted = '"' + new String(JsonStringEncoder.getInstance().quoteAsCharArray(text)) + '"';
    return OneLine.of(Bytes.utf8(quoted)).utf8();
  }

  private static void write(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.write(bytes, 0, bytes.length);
  }

  private static void write(ByteArrayOutputStream out, Bytes bytes) {
    out.write(bytes.array(), bytes.offset(), bytes.length());
  }
}
