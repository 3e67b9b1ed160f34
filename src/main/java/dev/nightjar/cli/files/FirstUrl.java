package dev.nightjar.cli.files;

import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.EndpointPath;
import dev.nightjar.batch.RequestLine;
import dev.nightjar.batch.RequestLine.MalformedLineException;
import dev.nightjar.file.JsonLines;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.LocalFile;
import dev.nightjar.validation.Beginning;
import dev.nightjar.validation.InputLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The url of an input's first request, which is the endpoint of its batch. */
public final class FirstUrl {
  private FirstUrl() {}

  public static String of(Path path) {
    LocalFile.checkReadable(path);
    try (InputStream in = Files.newInputStream(path)) {
      Beginning.of(in)
          .problem()
          .ifPresent(problem -> {
            throw noInput(path.toString(), problem.line(), problem.message());
          });
    } catch (IOException e) {
      throw LocalFile.cannotRead(path, e);
    }
    try (InputStream in = Files.newInputStream(path)) {
      return of(in, path.toString());
    } catch (IOException e) {
      throw LocalFile.cannotRead(path, e);
    }
  }

  /** {@code name} is for messages. */
  public static String of(InputStream in, String name) throws IOException {
    var lines = new JsonLines(in, InputLimits.DEFAULTS.lineBytesMax());
    while (lines.next()) {
      if (!lines.isBlank()) {
        return url(lines, name);
      }
    }
    throw none(name);
  }

  private static String url(JsonLines lines, String name) {
    try {
      String url = RequestLine.parse(lines.line()).url();
      if (url == null) {
        throw none(name);
      }
      if (!EndpointPath.is(url)) {
        throw CommandException.wrong(
            "the url of the first line of %s is '%s'; it must be a path, such as %s"
                .formatted(name, Human.printable(BatchError.excerpt(url)), EndpointPath.EXAMPLE));
      }
      return url;
    } catch (MalformedLineException e) {
      throw noInput(name, lines.number(), e.problem());
    }
  }

  private static CommandException noInput(String name, @Nullable Long line, String problem) {
    String place = line == null ? "" : "line %d: ".formatted(line);
    return CommandException.wrong(
        "%s is no input of a batch: %s%s".formatted(name, place, Human.printable(problem)));
  }

  private static CommandException none(String name) {
    return CommandException.wrong(
        "the first line of %s names no url; say which one with --endpoint".formatted(name));
  }
}
