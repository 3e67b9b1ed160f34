package dev.nightjar.upstream;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * An OpenAI-compatible inference server. Calls block, one virtual thread each. It reports what
 * happened and decides nothing: whose fault a failure is, the engine says.
 */
public interface Upstream extends AutoCloseable {
  /** Its name in messages and metrics. */
  String name();

  /** What is known of its kind. */
  default Preset preset() {
    return Preset.NONE;
  }

  /** How what it says may be shown. */
  default OwnWords words() {
    return OwnWords.ANY;
  }

  /** Prepares one call; nothing is sent yet. */
  Call newCall(Request request);

  /** {@code GET /models}: the server is there if this gives a {@code Probe.Alive}. */
  Probe probe(Duration timeout);

  @Override
  void close();

  /** One attempt. */
  interface Call {
    /**
     * Sends it and reads the whole answer into the sink. Never throws for what the network does.
     */
    UpstreamResult execute(Sink sink);

    /** Closes the connection, from any thread, before, during or after {@code execute}. */
    void abort();
  }

  /**
   * What to send.
   *
   * @param path the line's url, such as {@code /v1/chat/completions}
   * @param requestId sent as {@code X-Request-Id} and {@code Idempotency-Key}
   * @param timeout for the whole call, the answer's last byte included
   */
  record Request(String path, Body body, String requestId, Duration timeout) {}

  /** Where the body's bytes come from; may be asked more than once. */
  interface Body {
    long length();

    void writeTo(OutputStream out) throws IOException;
  }

  /** Takes the bytes of an answer. */
  interface Sink {
    /** Forgets what came so far: the call is sent once more. */
    void restart() throws IOException;

    /** False when there are more bytes than an answer may have: the call ends as TooLarge. */
    boolean accept(byte[] buffer, int offset, int count) throws IOException;
  }

  /** What a probe saw. */
  sealed interface Probe {
    /**
     * It answers; {@code models} is empty when it does not list any.
     *
     * @param slots calls that it works on at a time; 0: it does not say
     */
    record Alive(Optional<List<String>> models, int slots) implements Probe {
      public Alive(Optional<List<String>> models) {
        this(models, 0);
      }
    }

    /**
     * It does not answer, or not with its models (401, 403, 429, 5xx).
     *
     * @param status 0 when it does not answer
     */
    record Dead(String reason, int status) implements Probe {}
  }
}
