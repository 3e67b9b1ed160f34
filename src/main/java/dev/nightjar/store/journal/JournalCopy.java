package dev.nightjar.store.journal;

import dev.nightjar.store.AnswerLog.Entry;
import dev.nightjar.store.disk.Directories;
import dev.nightjar.store.disk.OwnerOnly;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A journal as it was at one moment, while another process appends to it: the segments of that
 * moment, each up to the length that it had. They are held open, so that they can be copied however
 * long after, also when the journal has deleted them meanwhile. Bytes are copied, never linked: a
 * journal appends to its last segment. The last record may be half written, as after a crash.
 */
public final class JournalCopy implements AutoCloseable {
  private record Held(Path name, FileChannel file, long bytes) {}

  private final List<Held> segments = new ArrayList<>();

  private JournalCopy() {}

  /** Receives what a journal holds; the entry's bytes are good for this call only. */
  public interface Visitor {
    void entry(Entry entry);
  }

  /** Fixes the moment. */
  public static JournalCopy hold(Path journal) throws IOException {
    var copy = new JournalCopy();
    try {
      for (Path path : segments(journal)) {
        copy.hold(path.getFileName(), path);
      }
      return copy;
    } catch (IOException | RuntimeException e) {
      copy.close();
      throw e;
    }
  }

  private void hold(Path name, Path path) throws IOException {
    try {
      var file = FileChannel.open(path, StandardOpenOption.READ);
      segments.add(new Held(name, file, file.size()));
    } catch (NoSuchFileException _) {
      // Deleted since it was listed: all its answers are in sealed chunks.
    }
  }

  private static List<Path> segments(Path journal) throws IOException {
    var paths = new ArrayList<Path>();
    if (Files.isDirectory(journal)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(journal, "*.log")) {
        found.forEach(paths::add);
      }
    }
    return paths;
  }

  /** Writes what is held into a new directory; durable on return. */
  public void writeTo(Path directory) throws IOException {
    Directories.create(directory);
    for (Held segment : segments) {
      Path target = directory.resolve(segment.name);
      try (var out =
          OwnerOnly.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        transfer(segment, out);
        out.force(true);
      }
    }
    Directories.force(directory);
  }

  private static void transfer(Held segment, FileChannel out) throws IOException {
    long position = 0;
    while (position < segment.bytes) {
      long n = segment.file.transferTo(position, segment.bytes - position, out);
      if (n <= 0) {
        throw new EOFException("journal segment %s became shorter".formatted(segment.name));
      }
      position += n;
    }
  }

  /** Visits every answer of a journal that nobody has open. */
  public static void read(Path journal, Visitor visitor) throws IOException {
    for (Path path : segments(journal)) {
      SegmentScan.run(path, (_, _, entry) -> visitor.entry(entry));
    }
  }

  @Override
  public void close() throws IOException {
    for (Held segment : segments) {
      segment.file.close();
    }
  }
}
