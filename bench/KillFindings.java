import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What each kill left on disk: the proof that kills came where they should. */
final class KillFindings {
  private final Path data;
  private final Map<String, Integer> found = new TreeMap<>();

  KillFindings(Path data) {
    this.data = data;
  }

  Map<String, Integer> found() {
    return found;
  }

  /** Whether an object is being written at this moment. */
  boolean isWriting() throws IOException {
    return !names(data.resolve("objects/tmp")).isEmpty();
  }

  void killed(int round, String log, List<String> violations) throws IOException, SQLException {
    log(Integer.toString(round), log, violations);
    if (isWriting()) {
      count("object half written");
    }
    if (Files.exists(data.resolve("meta.db"))) {
      readDatabase();
    }
  }

  /** What a server said while it recovered and ran; an error is a violation. */
  void log(String round, String log, List<String> violations) {
    if (log.contains("ends in an unfinished write")) {
      count("journal tail torn");
    }
    log.lines()
        .filter(line -> line.contains(" SEVERE ") || line.contains("Exception"))
        .forEach(line -> violations.add("round " + round + ": the server says: " + line));
  }

  /** A copy is read: the server's own is to be found as the kill left it. */
  private void readDatabase() throws IOException, SQLException {
    Path copy = Files.createTempDirectory("kill-found");
    for (String name : List.of("meta.db", "meta.db-wal")) {
      if (Files.exists(data.resolve(name))) {
        Files.copy(data.resolve(name), copy.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Set<String> objects = objects();
    boolean isUnsealed = false;
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + copy.resolve("meta.db"));
        var statement = connection.createStatement()) {
      try (var rows =
          statement.executeQuery(
              "SELECT DISTINCT status FROM batch WHERE status NOT IN ('failed', 'completed',"
                  + " 'expired', 'cancelled')")) {
        while (rows.next()) {
          count("batch " + rows.getString(1));
        }
      }
      try (var rows =
          statement.executeQuery(
              "SELECT id, number, epoch FROM chunk JOIN batch ON sequence = batch WHERE state ="
                  + " 'open'")) {
        while (rows.next()) {
          String key =
              "batches@%s-%06d-%d".formatted(rows.getString(1), rows.getInt(2), rows.getLong(3));
          isUnsealed |= objects.contains(key + ".out") || objects.contains(key + ".err");
        }
      }
    }
    if (isUnsealed) {
      count("object written, seal not");
    }
    for (String name : names(copy)) {
      Files.delete(copy.resolve(name));
    }
    Files.delete(copy);
  }

  private Set<String> objects() throws IOException {
    var all = new HashSet<String>();
    for (String folder : names(data.resolve("objects"))) {
      all.addAll(names(data.resolve("objects").resolve(folder)));
    }
    return all;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString().replace("+crc", "")).toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private void count(String what) {
    found.merge(what, 1, Integer::sum);
  }
}
