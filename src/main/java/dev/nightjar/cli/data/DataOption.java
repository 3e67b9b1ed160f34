package dev.nightjar.cli.data;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flag that names the data directory. */
final class DataOption {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Data directory (default: NIGHTJAR_DATA, or nightjar-data).")
  @Nullable Path data;

  Path path(Map<String, String> environment) {
    String set = environment.getOrDefault("NIGHTJAR_DATA", "");
    Path otherwise = Path.of(set.isBlank() ? "nightjar-data" : set);
    return data == null ? otherwise : data;
  }
}
