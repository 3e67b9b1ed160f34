package dev.nightjar.cli.files;

import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.RequestLine;
import dev.nightjar.batch.RequestLine.MalformedLineException;
import dev.nightjar.file.JsonLines;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.LocalFile;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import dev.nightjar.validation.CustomIds;
import dev.nightjar.validation.InputLimits;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code nightjar files merge}. */
@Command(
    name = "merge",
    description =
        "Joins JSONL files, inputs or results, in the order given. A custom_id that occurs twice is"
            + " refused, with both places.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  nightjar files merge all.jsonl monday.jsonl tuesday.jsonl"})
final class FilesMerge implements Callable<Integer> {
  private static final int PROBLEMS_MAX = 20;
  private static final int BUFFER_BYTES = 1 << 16;

  @Parameters(
      index = "0",
      paramLabel = "OUT",
      description = "Appears when it is complete; one that exists is replaced.")
  Path output = Path.of("");

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "IN", description = "JSONL.")
  List<Path> inputs = new ArrayList<>();

  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;
  private final CustomIds customIds = new CustomIds(ThreadLocalRandom.current().nextLong());
  private long lineCount;

  FilesMerge(Shell shell) {
    this.shell = shell;
  }

  private interface Visit {
    void line(Path path, JsonLines line) throws IOException;
  }

  @Override
  public Integer call() {
    inputs.forEach(LocalFile::checkReadable);
    try (PartFile part = PartFile.create(output)) {
      try {
        copy(part);
        checkUnique();
        var written = new WrittenFile(output, lineCount, part.length());
        part.commit();
        WrittenFile.show(shell, outputOptions, List.of(written));
        return ExitCode.OK;
      } finally {
        part.discard();
      }
    } catch (IOException e) {
      throw LocalFile.cannotWrite(output, e);
    }
  }

  /** Each line ends with a newline, the last one too; blank ones are left out. */
  private void copy(PartFile part) throws IOException {
    OutputStream out = new BufferedOutputStream(part.out(), BUFFER_BYTES);
    forEachLine((path, line) -> {
      String customId = customId(path, line);
      if (customId != null) {
        customIds.add(customId);
      }
      line.line().writeTo(out);
      out.write('\n');
      lineCount++;
    });
    out.flush();
  }

  private static @Nullable String customId(Path path, JsonLines line) {
    if (line.isTooLong()) {
      throw CommandException.wrong("%s is too long".formatted(place(path, line)));
    }
    try {
      return RequestLine.parse(line.line()).customId();
    } catch (MalformedLineException e) {
      throw CommandException.wrong("%s: %s".formatted(place(path, line), e.problem()));
    }
  }

  /** Equal hashes are settled by reading those ids once more. */
  private void checkUnique() throws IOException {
    Set<Long> suspected = customIds.repeated(PROBLEMS_MAX).hashes();
    if (suspected.isEmpty()) {
      return;
    }
    Map<String, String> first = new HashMap<>();
    List<String> problems = new ArrayList<>();
    forEachLine((path, line) -> {
      String customId = customId(path, line);
      if (customId != null && suspected.contains(customIds.hash(customId))) {
        String place = place(path, line);
        String other = first.putIfAbsent(customId, place);
        if (other != null && problems.size() < PROBLEMS_MAX) {
          problems.add(
              "custom_id '%s' is in %s and in %s"
                  .formatted(Human.printable(BatchError.excerpt(customId)), other, place));
        }
      }
    });
    if (!problems.isEmpty()) {
      problems.forEach(shell::say);
      throw CommandException.wrong("nothing was written: custom_ids must be unique");
    }
  }

  private void forEachLine(Visit visit) throws IOException {
    for (Path path : inputs) {
      try (InputStream in = Files.newInputStream(path)) {
        var lines = new JsonLines(in, InputLimits.DEFAULTS.lineBytesMax());
        while (lines.next()) {
          if (!lines.isBlank()) {
            visit.line(path, lines);
          }
        }
      }
    }
  }

  private static String place(Path path, JsonLines line) {
    return "%s line %d".formatted(path, line.number());
  }
}
