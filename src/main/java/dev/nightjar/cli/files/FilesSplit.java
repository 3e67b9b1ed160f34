package dev.nightjar.cli.files;

import dev.nightjar.file.JsonLines;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.LocalFile;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import dev.nightjar.validation.InputLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nightjar files split}. */
@Command(
    name = "split",
    description =
        "Cuts a JSONL file into pieces PREFIX-0001.jsonl, PREFIX-0002.jsonl and so on, at the ends"
            + " of lines. One after the other the pieces are the file again.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  nightjar files split in.jsonl --lines 50000 -o parts/in"})
final class FilesSplit implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "PATH", description = "JSONL.")
  Path path = Path.of("");

  @Option(
      names = "--lines",
      paramLabel = "N",
      required = true,
      description = "In a piece, blank ones not counted.")
  long linesMax;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "PREFIX",
      description = "Of the pieces' paths (default: PATH without .jsonl).")
  @Nullable String prefix;

  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  FilesSplit(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    LocalFile.checkReadable(path);
    if (linesMax < 1) {
      throw CommandException.wrong("--lines is %d; it must be at least 1".formatted(linesMax));
    }
    checkNoPieces();
    List<WrittenFile> pieces = cut();
    if (pieces.isEmpty()) {
      throw CommandException.wrong(path + " has no lines");
    }
    WrittenFile.show(shell, outputOptions, pieces);
    return ExitCode.OK;
  }

  private List<WrittenFile> cut() {
    List<WrittenFile> pieces = new ArrayList<>();
    try (InputStream in = Files.newInputStream(path);
        FileChannel bytes = FileChannel.open(path)) {
      var lines = new JsonLines(in, InputLimits.DEFAULTS.lineBytesMax());
      long start = 0;
      long count = 0;
      while (lines.next()) {
        boolean isFull = count == linesMax;
        if (isFull && !lines.isBlank()) {
          pieces.add(write(bytes, start, lines.offset(), count, pieces.size() + 1));
          start = lines.offset();
          count = 0;
        }
        count += lines.isBlank() ? 0 : 1;
      }
      if (lines.end() > start) {
        pieces.add(write(bytes, start, lines.end(), count, pieces.size() + 1));
      }
      return pieces;
    } catch (IOException e) {
      throw LocalFile.cannotRead(path, e);
    }
  }

  /** Pieces of another file, or of a longer one, would be taken for this one's. */
  private void checkNoPieces() {
    Path first = piece(1);
    Path folder = first.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw CommandException.wrong("there is no folder " + folder);
    }
    String name = Path.of(prefix()).getFileName() + "-";
    try (DirectoryStream<Path> there =
        Files.newDirectoryStream(
            folder,
            file -> {
              String other = file.getFileName().toString();
              return other.startsWith(name)
                  && other.substring(name.length()).matches("\\d{4,}\\.jsonl");
            })) {
      for (Path other : there) {
        throw CommandException.wrong(
            "%s exists; move it away, or choose another PREFIX with -o".formatted(other));
      }
    } catch (IOException e) {
      throw LocalFile.cannotRead(folder, e);
    }
  }

  private String prefix() {
    String text = path.toString();
    return prefix != null ? prefix : text.replaceFirst("\\.jsonl$", "");
  }

  private Path piece(int number) {
    return Path.of(String.format(Locale.ROOT, "%s-%04d.jsonl", prefix(), number));
  }

  private WrittenFile write(FileChannel bytes, long start, long end, long lines, int number) {
    Path target = piece(number);
    try (PartFile part = PartFile.create(target)) {
      long position = start;
      while (position < end) {
        position += bytes.transferTo(position, end - position, part.channel());
      }
      part.commit();
    } catch (IOException e) {
      throw LocalFile.cannotWrite(target, e);
    }
    return new WrittenFile(target, lines, end - start);
  }
}
