package dev.nightjar.engine.stepped;

import dev.nightjar.batch.BatchStatus;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a client does with a batch of 200 lines, and how that has to end, whatever dies. */
enum CrashScenario {
  RUNS_TO_ITS_END(BatchStatus.COMPLETED, Integer.MAX_VALUE),
  CANCELLED_WHILE_VALIDATING(BatchStatus.CANCELLED, 0),
  CANCELLED_WHILE_RUNNING(BatchStatus.CANCELLED, 130),
  EXPIRES(BatchStatus.EXPIRED, 130),
  FILES_DELETED(BatchStatus.COMPLETED, 60),
  INVALID_INPUT(BatchStatus.FAILED, Integer.MAX_VALUE);

  static final int LINES = 200;

  final BatchStatus end;

  /** The client does its part once this many calls have been made. */
  final int callsBefore;

  CrashScenario(BatchStatus end, int callsBefore) {
    this.end = end;
    this.callsBefore = callsBefore;
  }

  /** Whether lines may end without being executed. */
  boolean stopsEarly() {
    return this == CANCELLED_WHILE_RUNNING || this == EXPIRES;
  }

  boolean hasFiles() {
    return this != CANCELLED_WHILE_VALIDATING && this != INVALID_INPUT;
  }

  /** With a blank line and a CR LF among them. */
  String input() {
    int broken = this == INVALID_INPUT ? 150 : -1;
    return IntStream.range(0, LINES)
        .mapToObj(line -> line == broken ? "no JSON\n" : line(line))
        .collect(Collectors.joining());
  }

  private static String line(int line) {
    String request =
        "{\"custom_id\":\"row-%d\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":%s}"
            .formatted(
                line,
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"question %d\"}]}"
                    .formatted(line));
    return switch (line) {
      case 50 -> "\n" + request + "\n";
      case 110 -> request + "\r\n";
      default -> request + "\n";
    };
  }
}
