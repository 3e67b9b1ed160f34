package dev.nightjar.run;

import dev.nightjar.batch.RequestLine;
import dev.nightjar.batch.RequestLine.MalformedLineException;
import dev.nightjar.config.SettingsException;
import dev.nightjar.file.Bytes;
import dev.nightjar.file.JsonLines;
import dev.nightjar.terminal.LocalFile;
import dev.nightjar.validation.InputLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run is given: a file, or a stream, of which a copy is made first; all of it, or only those
 * lines whose custom_ids a file of failed lines has.
 */
final class RunInput {
  private static final int LINE_BYTES_MAX = Integer.MAX_VALUE - 16;

  private final Path given;
  private final @Nullable Path only;
  private final Path spool;

  /**
   * @param only null for all lines
   * @param spool where the copy of a stream is
   */
  RunInput(Path given, @Nullable Path only, Path spool) {
    this.given = given;
    this.only = only;
    this.spool = spool;
  }

  /** It can be read again and again. */
  boolean isThere() {
    return Files.isRegularFile(file());
  }

  private Path file() {
    return isStream() ? spool : given;
  }

  boolean isStream() {
    return LocalFile.isStream(given);
  }

  /** Copies a stream: it can be read once only, and its end may be long in coming. */
  void spool() throws IOException {
    try (InputStream in = LocalFile.isStandard(given) ? System.in : Files.newInputStream(given);
        OutputStream out = Files.newOutputStream(spool)) {
      in.transferTo(out);
    }
  }

  void deleteSpool() throws IOException {
    Files.deleteIfExists(spool);
  }

  InputStream open() throws IOException {
    return Files.newInputStream(file());
  }

  /** Copies what is to be run, and gives the hash of that. */
  String copyTo(OutputStream out) throws IOException {
    var hashed = new DigestOutputStream(out, sha256());
    try (InputStream in = open()) {
      if (only == null) {
        in.transferTo(hashed);
      } else {
        copyOnly(in, only, hashed);
      }
    }
    hashed.flush();
    return HexFormat.of().formatHex(hashed.getMessageDigest().digest());
  }

  String sha256OfLines() throws IOException {
    return copyTo(OutputStream.nullOutputStream());
  }

  /** Both are in the order of the input. */
  private void copyOnly(InputStream in, Path failed, OutputStream out) throws IOException {
    try (InputStream failedIn = Files.newInputStream(failed)) {
      var lines = new JsonLines(in, InputLimits.DEFAULTS.lineBytesMax());
      var wanted = new JsonLines(failedIn, LINE_BYTES_MAX);
      Optional<String> next = nextId(wanted);
      while (next.isPresent() && lines.next()) {
        if (next.equals(customId(lines.line()))) {
          lines.line().writeTo(out);
          out.write('\n');
          next = nextId(wanted);
        }
      }
      if (next.isPresent()) {
        throw new SettingsException(
            "%s has no line '%s' where %s has one".formatted(given, next.get(), failed));
      }
    }
  }

  private static Optional<String> nextId(JsonLines lines) throws IOException {
    while (lines.next()) {
      Optional<String> id = FailedLines.customId(lines.line());
      if (id.isPresent()) {
        return id;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> customId(Bytes line) {
    try {
      return Optional.ofNullable(RequestLine.parse(line).customId());
    } catch (MalformedLineException _) {
      return Optional.empty(); // It never ran.
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
