package dev.nightjar.engine.trace;

import dev.nightjar.store.disk.OwnerOnly;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The traces in a data directory, the latest few of them, and how one is asked for. */
public record TraceFiles(Path directory) {
  private static final int KEPT = 5;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** A server that sees this file writes a trace and deletes it. */
  public Path request() {
    return directory.resolve("trace.request");
  }

  /** The oldest first. */
  public List<Path> all() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(TraceFiles::isTrace).sorted().toList();
    }
  }

  private static boolean isTrace(Path file) {
    return file.getFileName().toString().matches("trace-\\d{8}T\\d{6}\\.\\d{3}Z\\.bin");
  }

  /** Writes one and deletes the oldest beyond a few. */
  public Path write(Trace trace, Instant at) throws IOException {
    Path file = directory.resolve("trace-%s.bin".formatted(TIME.format(at)));
    Path aside = directory.resolve("trace.tmp");
    try (var channel =
            OwnerOnly.open(
                aside,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        var out = new BufferedOutputStream(Channels.newOutputStream(channel))) {
      trace.write(out);
    }
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    List<Path> all = all();
    for (Path old : all.subList(0, Math.max(0, all.size() - KEPT))) {
      Files.deleteIfExists(old);
    }
    return file;
  }
}
