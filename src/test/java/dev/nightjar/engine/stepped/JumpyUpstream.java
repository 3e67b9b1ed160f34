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
import java.util.random.RandomGenerator;

/**
 * Takes no time and has much to complain of: it throttles, asks to be left alone for up to an hour,
 * and is down for a while. Its model {@code never} does nothing else.
 */
final class JumpyUpstream implements Upstream {
  private static final int HOUR_SECONDS = 3_600;

  private final JumpyTime time;
  private final RandomGenerator random;

  /** One call in so many is throttled. */
  private final int throttled;

  private long downUntil;
  private int hopelessCalls;

  /** By the time that the machine was awake, when a line was last asked for that can succeed. */
  private long lastCall;

  JumpyUpstream(JumpyTime time, RandomGenerator random, int throttled) {
    this.time = time;
    this.random = random;
    this.throttled = throttled;
    this.lastCall = time.awake();
  }

  int hopelessCalls() {
    return hopelessCalls;
  }

  long lastCall() {
    return lastCall;
  }

  @Override
  public String name() {
    return "jumpy";
  }

  @Override
  public Call newCall(Request request) {
    return new Call() {
      @Override
      public UpstreamResult execute(Sink sink) {
        try {
          return answer(text(request.body()), sink);
        } catch (IOException e) {
          return new UpstreamResult.LocalFault(e.toString());
        }
      }

      @Override
      public void abort() {}
    };
  }

  private UpstreamResult answer(String body, Sink sink) throws IOException {
    if (body.contains("\"never\"")) {
      hopelessCalls++;
      return throttled(HOUR_SECONDS);
    }
    lastCall = time.awake();
    if (time.now() < downUntil) {
      return new UpstreamResult.Unreachable("it is down");
    }
    if (random.nextInt(throttled * 4) == 0) {
      downUntil = time.now() + Duration.ofSeconds(random.nextInt(HOUR_SECONDS)).toMillis();
      return new UpstreamResult.Unreachable("it is down");
    }
    if (random.nextInt(throttled) == 0) {
      return throttled(random.nextInt(1, random.nextBoolean() ? 60 : HOUR_SECONDS));
    }
    Bytes answer =
        Bytes.utf8(
            "{\"choices\":[],\"echo\":%s,\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}"
                .formatted(body));
    return sink.accept(answer.array(), answer.offset(), answer.length())
        ? new UpstreamResult.Answered(200, null, null)
        : new UpstreamResult.TooLarge();
  }

  private static UpstreamResult throttled(int seconds) {
    return new UpstreamResult.Answered(429, null, Duration.ofSeconds(seconds));
  }

  private static String text(Body body) {
    var bytes = new ByteArrayOutputStream();
    try {
      body.writeTo(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Override
  public Probe probe(Duration timeout) {
    return time.now() < downUntil
        ? new Probe.Dead("it is down", 0)
        : new Probe.Alive(Optional.empty());
  }

  @Override
  public void close() {}
}
