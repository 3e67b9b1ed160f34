package dev.nightjar.cli.files;

import dev.nightjar.batch.RequestLine;
import dev.nightjar.batch.RequestLine.MalformedLineException;
import dev.nightjar.file.JsonLines;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.LocalFile;
import dev.nightjar.validation.InputLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The url of an input's first request, which is the endpoint of its batch. */
public final class FirstUrl {
  private FirstUrl() {}

  public static String of(Path path) {
    LocalFile.checkReadable(path);
    try (InputStream in = Files.newInputStream(path)) {
      return of(in, path.toString());
    } catch (IOException e) {
      throw LocalFile.cannotRead(path, e);
    }
  }

  /** {@code name} is for the message that there is none. */
  public static String of(InputStream in, String name) throws IOException {
    try {
      var lines = new JsonLines(in, InputLimits.DEFAULTS.lineBytesMax());
      while (lines.next()) {
        if (!lines.isBlank()) {
          String url = RequestLine.parse(lines.line()).url();
          if (url != null) {
            return url;
          }
          break;
        }
      }
    } catch (MalformedLineException _) {
      // Said below; validation has the details.
    }
    throw CommandException.wrong(
        "the first line of %s names no url; say which one with --endpoint".formatted(name));
  }
}
