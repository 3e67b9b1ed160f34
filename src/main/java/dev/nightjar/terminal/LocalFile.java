package dev.nightjar.terminal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;

/** Files of this machine: their names, and what may be wrong with them, in words. */
public final class LocalFile {
  private static final Set<String> STANDARD =
      Set.of("-", "/dev/stdin", "/dev/stdout", "/dev/fd/0", "/dev/fd/1");

  private LocalFile() {}

  public static void checkReadable(Path path) {
    if (!Files.isRegularFile(path)) {
      throw CommandException.wrong("there is no file " + path);
    }
  }

  /** What can be read or written once only: standard input or output, or a pipe. */
  public static boolean isStream(Path path) {
    return isStandard(path)
        || (Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path));
  }

  /** Standard input or output. */
  public static boolean isStandard(Path path) {
    return STANDARD.contains(path.toString());
  }

  public static CommandException cannotRead(Path path, IOException e) {
    return CommandException.wrong("%s cannot be read: %s".formatted(path, reason(e)));
  }

  public static CommandException cannotWrite(Path path, IOException e) {
    return CommandException.wrong("%s cannot be written: %s".formatted(path, reason(e)));
  }

  /** {@code answers.jsonl} → {@code answers.errors.jsonl}. */
  public static Path errorsBeside(Path output) {
    String name = output.getFileName().toString();
    String stem = name.endsWith(".jsonl") ? name.substring(0, name.length() - 6) : name;
    return output.resolveSibling(stem + ".errors.jsonl");
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> "there is no " + missing.getFile();
      case AccessDeniedException denied -> "no permission for " + denied.getFile();
      case FileSystemException other when other.getReason() != null -> other.getReason();
      default -> e.getMessage() == null ? e.toString() : e.getMessage();
    };
  }
}
