package dev.nightjar.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * An official Python client, of those that lock files in {@code src/test/python} pin.
 *
 * @param name such as {@code openai-3.22.1}
 */
public record PythonClient(String name) {
  private static final Path FOLDER = Path.of("src/test/python").toAbsolutePath();
  private static final String LOCK = ".txt";

  public static List<PythonClient> all() {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(LOCK))
          .sorted()
          .map(file -> new PythonClient(file.substring(0, file.length() - LOCK.length())))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The interpreter that has it. */
  public String python() {
    Path python = FOLDER.resolve("venv").resolve(name).resolve("bin/python");
    assertThat(python).as("the client; .ci/run installs it").exists();
    return python.toString();
  }

  /** A program beside the lock files. */
  public static String program(String file) {
    return FOLDER.resolve(file).toString();
  }

  @Override
  public String toString() {
    return name;
  }
}
