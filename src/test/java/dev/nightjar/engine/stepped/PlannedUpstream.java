package dev.nightjar.engine.stepped;

import dev.nightjar.file.Bytes;
import dev.nightjar.upstream.Upstream;
import dev.nightjar.upstream.UpstreamResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An upstream that answers at once, each line by its number: most succeed, some are refused, some
 * need a second attempt, some have answers too large for memory. No two answers are equal.
 */
final class PlannedUpstream implements Upstream {
  private static final Pattern QUESTION = Pattern.compile("question (\\d+)");
  private static final int LARGE_BYTES = 18_000;
  private static final String CONTROL = "{\"choices\":[],\"id\":\"control\"}";

  private final CrashWitness witness;

  /** Whether the calls are made by an owner of their chunks, who knows what is done. */
  private boolean isOwners = true;

  private boolean isHangingUp;

  PlannedUpstream(CrashWitness witness) {
    this.witness = witness;
  }

  void callerIsNoLongerOwner() {
    isOwners = false;
  }

  /** From now on every third call is closed by us. */
  void hangUp() {
    isHangingUp = true;
  }

  @Override
  public String name() {
    return "planned";
  }

  @Override
  public Call newCall(Request request) {
    return new Call() {
      @Override
      public UpstreamResult execute(Sink sink) {
        OptionalInt line = line(request.body());
        try {
          return line.isPresent()
              ? answer(line.getAsInt(), witness.asked(line.getAsInt(), isOwners), sink)
              : answered(200, CONTROL, sink);
        } catch (IOException e) {
          return new UpstreamResult.LocalFault(e.toString());
        }
      }

      @Override
      public void abort() {}
    };
  }

  private UpstreamResult answer(int line, int ask, Sink sink) throws IOException {
    if (isHangingUp && witness.asked() % 3 == 0) {
      return new UpstreamResult.Aborted();
    }
    if (ask == 1) {
      switch (line % 60) {
        case 13 -> {
          return answered(408, refusal(line), sink);
        }
        case 21 -> {
          return answered(500, refusal(line), sink);
        }
        case 33 -> {
          return new UpstreamResult.Broken("connection reset");
        }
        case 40 -> {
          return answered(503, refusal(line), sink);
        }
        default -> {}
      }
    }
    return isRefused(line)
        ? answered(400, refusal(line), sink)
        : answered(200, success(line), sink);
  }

  static boolean isRefused(int line) {
    return line % 20 == 7;
  }

  private static UpstreamResult answered(int status, String body, Upstream.Sink sink)
      throws IOException {
    Bytes bytes = Bytes.utf8(body);
    if (!sink.accept(bytes.array(), bytes.offset(), bytes.length())) {
      return new UpstreamResult.TooLarge();
    }
    return new UpstreamResult.Answered(status, null, null);
  }

  private String success(int line) {
    String more = line % 90 == 45 ? "large ".repeat(LARGE_BYTES / 6) : "";
    return """
    {"id":"answer-%d","choices":[{"message":{"content":"%sAnswer to question %d."}}],
    "usage":{"prompt_tokens":%d,"completion_tokens":3}}\
    """
        .formatted(witness.asked(), more, line, 10 + line);
  }

  private String refusal(int line) {
    return "{\"error\":{\"message\":\"answer-%d: question %d. is refused\",\"type\":\"planned\"}}"
        .formatted(witness.asked(), line);
  }

  /** Which line it is of; a control call is of none. */
  private static OptionalInt line(Body body) {
    var bytes = new ByteArrayOutputStream();
    try {
      body.writeTo(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Matcher question = QUESTION.matcher(bytes.toString(StandardCharsets.UTF_8));
    return question.find()
        ? OptionalInt.of(Integer.parseInt(question.group(1)))
        : OptionalInt.empty();
  }

  @Override
  public Probe probe(Duration timeout) {
    return new Probe.Alive(Optional.empty());
  }

  @Override
  public void close() {}
}
