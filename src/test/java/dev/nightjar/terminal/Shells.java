package dev.nightjar.terminal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Shells whose outputs a test reads; it is always the same moment. */
public final class Shells {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final String STDIN = "{\"custom_id\":\"stdin\"}\n";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  public final CompletableFuture<String> stop = new CompletableFuture<>();
  private final Instant now;

  public Shells() {
    this(NOW);
  }

  public Shells(Instant now) {
    this.now = now;
  }

  public Shell shell() {
    return shell(Map.of(), false);
  }

  public Shell shell(Map<String, String> environment, boolean isTerminal) {
    return new Shell(
        environment,
        new ByteArrayInputStream(STDIN.getBytes(StandardCharsets.UTF_8)),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        out,
        new PrintStream(err, true, StandardCharsets.UTF_8),
        isTerminal,
        false,
        () -> stop,
        () -> now,
        ZoneOffset.UTC);
  }

  public String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  public String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
