package dev.nightjar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.terminal.Printable;
import dev.nightjar.terminal.ProgressDisplay;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What others wrote stays in its line. */
@Tag("K5")
class LogLineTest {
  private static final String FORGED = "/a\n2026-01-01 00:00:00.000 INFO all is well\r\u001b[2J";

  @Test
  void messageBeginsNoLineOfItsOwn() {
    String text = new LogLine().format(new LogRecord(Level.WARNING, "GET " + FORGED + " failed"));

    assertThat(text.lines())
        .singleElement()
        .asString()
        .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\S+ GET /a\\\\n2026-01-01 .*")
        .endsWith("all is well\\r\\u{1b}[2J failed");
  }

  @Test
  void traceIsWholeAndEachLineOfItIsIndented() {
    var entry = new LogRecord(Level.SEVERE, "broken");
    entry.setThrown(new IllegalStateException(FORGED, new IOException("below " + FORGED)));

    List<String> lines = new LogLine().format(entry).lines().toList();

    assertThat(lines.getFirst()).endsWith("broken");
    assertThat(lines.subList(1, lines.size())).allMatch(line -> line.startsWith("\t"));
    assertThat(lines)
        .anyMatch(line -> line.contains("at dev.nightjar.LogLineTest"))
        .anyMatch(line -> line.startsWith("\tCaused by: java.io.IOException: below /a"))
        .noneMatch(line -> line.contains("\u001b"));
  }

  @ParameterizedTest
  @CsvSource({
    "plain text é 漢 😀, plain text é 漢 😀",
    "'a\nb\r\tc', a\\nb\\r\\tc",
    "'\u001b[31m', \\u{1b}[31m",
    "'\u009b31m', \\u{9b}31m",
    "'a\u2028b\u202ec', a\\u{2028}b\\u{202e}c",
  })
  void whatDoesSomethingIsEscaped(String text, String shown) {
    assertThat(Printable.escaped(text)).isEqualTo(shown);
  }

  @Test
  void progressShowsTheServersReasonInItsLine() {
    var bytes = new ByteArrayOutputStream();
    var display = new ProgressDisplay(new PrintStream(bytes, true, StandardCharsets.UTF_8));

    display.last("waiting: " + FORGED);

    assertThat(bytes.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
  }
}
