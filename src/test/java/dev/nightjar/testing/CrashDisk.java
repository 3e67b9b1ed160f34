package dev.nightjar.testing;

import dev.nightjar.file.Bytes;
import dev.nightjar.store.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files that are lost as on a real disk. All changes are seen at once by whoever reads the folder,
 * as in a kernel's memory. {@link #crash} then makes of the folder what a power cut may leave: what
 * was forced, and of the rest as much as its {@link Survival} says. Writes of one file and of
 * several may survive in any combination; a rename is there as a whole or not at all; a forced file
 * whose name was not forced may have no name. One thread.
 */
public final class CrashDisk implements Disk {
  private final Path root;

  /** Told before each change, and before each force. */
  private CrashPoints points;

  /** What is not durable, in the order in which it was done. */
  private final List<Change> unforced = new ArrayList<>();

  /** Names as readers see them and as the disk has them, of files touched since the last crash. */
  private final Map<Path, Content> seen = new HashMap<>();

  private final Map<Path, Content> durable = new HashMap<>();

  /** The bytes of one file, whatever its name; those that are durable. */
  private static final class Content {
    byte[] forced = new byte[0];

    Content() {}

    Content(Path file) throws IOException {
      forced = Files.readAllBytes(file);
    }
  }

  private sealed interface Change {
    record Written(Content content, long at, Bytes bytes) implements Change {}

    record Truncated(Content content, long size) implements Change {}

    record Named(Path name, Content content) implements Change {}

    record Renamed(Path from, Path to, Content content) implements Change {}

    record Deleted(Path name, Content content) implements Change {}

    record MadeDirectory(Path name) implements Change {}
  }

  public CrashDisk(Path root, CrashPoints points) {
    this.root = root;
    this.points = points;
  }

  // ---- files and names

  @Override
  public OpenFile create(Path file) throws IOException {
    points.before("create " + shown(file));
    return named(file, REAL.create(file));
  }

  @Override
  public OpenFile open(Path file) throws IOException {
    Content known = content(file);
    if (known != null) {
      return new CrashFile(file, known, REAL.open(file));
    }
    points.before("create " + shown(file));
    return named(file, REAL.open(file));
  }

  private OpenFile named(Path file, OpenFile real) {
    var content = new Content();
    seen.put(file, content);
    unforced.add(new Change.Named(file, content));
    return new CrashFile(file, content, real);
  }

  /** Of a file that was there before this disk, or the last crash: all of it is durable. */
  private @Nullable Content content(Path file) throws IOException {
    Content known = seen.get(file);
    if (known == null && Files.exists(file)) {
      known = new Content(file);
      seen.put(file, known);
      durable.put(file, known);
    }
    return known;
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    points.before("rename " + shown(from) + " to " + shown(to));
    Content content = content(from);
    content(to); // What is replaced may come back.
    REAL.rename(from, to);
    if (content == null) {
      throw new IllegalStateException("renamed without being there: " + from);
    }
    seen.remove(from);
    seen.put(to, content);
    unforced.add(new Change.Renamed(from, to, content));
  }

  @Override
  public boolean delete(Path file) throws IOException {
    Content content = content(file);
    if (content == null) {
      return false;
    }
    points.before("delete " + shown(file));
    seen.remove(file);
    unforced.add(new Change.Deleted(file, content));
    return REAL.delete(file);
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    points.before("make directory " + shown(directory));
    REAL.createDirectory(directory);
    unforced.add(new Change.MadeDirectory(directory));
  }

  @Override
  public void forceDirectory(Path directory) {
    if (!directory.startsWith(root)) {
      return;
    }
    points.before("force directory " + shown(directory));
    for (Change change : List.copyOf(unforced)) {
      Path name = nameOf(change);
      if (name != null && directory.equals(name.getParent())) {
        unforced.remove(change);
        apply(change, durable);
        if (change instanceof Change.Renamed(Path from, _, Content content)) {
          // The file left this name for good, even if that name was never durable.
          unforced.removeIf(earlier ->
              earlier instanceof Change.Named(Path name2, Content content2)
                  && name2.equals(from)
                  && content2.equals(content));
        }
      }
    }
  }

  private static @Nullable Path nameOf(Change change) {
    return switch (change) {
      case Change.Named(Path name, _) -> name;
      case Change.Renamed(_, Path to, _) -> to;
      case Change.Deleted(Path name, _) -> name;
      case Change.MadeDirectory(Path name) -> name;
      case Change.Written _, Change.Truncated _ -> null;
    };
  }

  private static void apply(Change change, Map<Path, Content> names) {
    switch (change) {
      case Change.Named(Path name, Content content) -> names.put(name, content);
      case Change.Renamed(Path from, Path to, Content content) -> {
        names.remove(from, content);
        names.put(to, content);
      }
      case Change.Deleted(Path name, Content content) -> names.remove(name, content);
      case Change.MadeDirectory _, Change.Written _, Change.Truncated _ -> {}
    }
  }

  private final class CrashFile implements OpenFile {
    private final Path path;
    private final Content content;
    private final OpenFile real;

    CrashFile(Path path, Content content, OpenFile real) {
      this.path = path;
      this.content = content;
      this.real = real;
    }

    @Override
    public int write(ByteBuffer bytes, long at) throws IOException {
      points.before("write %d bytes to %s".formatted(bytes.remaining(), shown(path)));
      byte[] copy = new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      int written = real.write(bytes, at);
      if (written != copy.length) {
        throw new IOException("wrote %d of %d bytes".formatted(written, copy.length));
      }
      unforced.add(new Change.Written(content, at, Bytes.of(copy)));
      return written;
    }

    @Override
    public void truncate(long size) throws IOException {
      if (size < Files.size(path)) {
        points.before("truncate " + shown(path));
        real.truncate(size);
        unforced.add(new Change.Truncated(content, size));
      }
    }

    @Override
    public void force() {
      points.before("force " + shown(path));
      for (Change change : List.copyOf(unforced)) {
        if (content.equals(contentOf(change))) {
          content.forced = after(content.forced, change, Survival.EVERYTHING);
          unforced.remove(change);
        }
      }
    }

    @Override
    public void close() throws IOException {
      real.close();
    }
  }

  private static @Nullable Content contentOf(Change change) {
    return switch (change) {
      case Change.Written(Content content, _, _) -> content;
      case Change.Truncated(Content content, _) -> content;
      case Change.Named _, Change.Renamed _, Change.Deleted _, Change.MadeDirectory _ -> null;
    };
  }

  private static byte[] after(byte[] bytes, Change change, Survival survival) {
    return switch (change) {
      case Change.Written(_, long at, Bytes written) -> {
        byte[] kept = survival.kept(written.array());
        if (kept.length == 0) {
          yield bytes;
        }
        int end = Math.toIntExact(at + kept.length);
        byte[] more = Arrays.copyOf(bytes, Math.max(bytes.length, end));
        System.arraycopy(kept, 0, more, (int) at, kept.length);
        yield more;
      }
      case Change.Truncated(_, long size) ->
          size < bytes.length && survival.keepsChange() ? Arrays.copyOf(bytes, (int) size) : bytes;
      case Change.Named _, Change.Renamed _, Change.Deleted _, Change.MadeDirectory _ -> bytes;
    };
  }

  // ---- the power cut

  /** Whether a crash now can leave more than one state. */
  public boolean hasUnforced() {
    return !unforced.isEmpty();
  }

  /** Makes the folder what a power cut at this moment may leave. */
  public void crash(Survival survival) throws IOException {
    if (survival.equals(Survival.THE_KERNEL)) {
      return;
    }
    Map<Path, Content> names = new HashMap<>(durable);
    Map<Content, byte[]> bytes = new HashMap<>();
    Set<Path> lostDirectories = new HashSet<>();
    for (Change change : unforced) {
      Content content = contentOf(change);
      if (content != null) {
        byte[] before = bytes.getOrDefault(content, content.forced);
        bytes.put(content, after(before, change, survival));
      } else if (survival.keepsChange()) {
        apply(change, names);
      } else if (change instanceof Change.MadeDirectory(Path name)) {
        lostDirectories.add(name);
      }
    }
    names.keySet().removeIf(name -> lostDirectories.stream().anyMatch(name::startsWith));
    Set<Path> touched = new HashSet<>(seen.keySet());
    touched.addAll(durable.keySet());
    touched.addAll(names.keySet());
    for (Path name : touched) {
      Content content = names.get(name);
      if (content == null) {
        Files.deleteIfExists(name);
      } else {
        Files.write(name, bytes.getOrDefault(content, content.forced));
      }
    }
    for (Path directory : lostDirectories) {
      deleteTree(directory);
    }
    unforced.clear();
    seen.clear();
    durable.clear();
  }

  /** From now on somebody else counts. */
  public void startAgain(CrashPoints newPoints) {
    points = newPoints;
  }

  private static void deleteTree(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> tree = Files.walk(directory)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private String shown(Path path) {
    return root.relativize(path).toString();
  }
}
