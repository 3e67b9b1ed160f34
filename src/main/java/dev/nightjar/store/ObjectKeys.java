package dev.nightjar.store;

import dev.nightjar.batch.BatchId;
import dev.nightjar.file.FileId;
import dev.nightjar.file.PartId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How objects are named. The epoch in a seal's key keeps an old owner from touching a new one's.
 */
public final class ObjectKeys {
  private static final Pattern OF_FILE = Pattern.compile("files/([^./]+)(\\.[^/]+)?");
  private static final Pattern OF_BATCH =
      Pattern.compile("(?:batches/([^-/]+)-\\d+-\\d+\\.(?:out|err))|(?:spool/([^-/]+)-\\d+-[^/]+)");

  private ObjectKeys() {}

  /** What an object was written for. */
  public sealed interface Owner {
    /** A whole file, or a part of the upload that becomes it. */
    record OfFile(FileId file) implements Owner {}

    /** A seal or a spooled answer. */
    record OfBatch(BatchId batch) implements Owner {}
  }

  /** Reads the key of an object; empty when it is none of ours. */
  public static Optional<Owner> owner(String key) {
    Matcher file = OF_FILE.matcher(key);
    if (file.matches()) {
      return Optional.of(new Owner.OfFile(new FileId(file.group(1))));
    }
    Matcher batch = OF_BATCH.matcher(key);
    if (batch.matches()) {
      String id = batch.group(1) != null ? batch.group(1) : batch.group(2);
      return Optional.of(new Owner.OfBatch(new BatchId(id)));
    }
    return Optional.empty();
  }

  public static String upload(FileId file) {
    return "files/" + file;
  }

  /** Named after the file that its upload becomes. */
  public static String part(FileId file, PartId part) {
    return "files/%s.%s".formatted(file, part);
  }

  public static String output(BatchId batch, int chunk, long epoch) {
    return seal(batch, chunk, epoch) + ".out";
  }

  public static String error(BatchId batch, int chunk, long epoch) {
    return seal(batch, chunk, epoch) + ".err";
  }

  public static String spool(BatchId batch, long line, String attempt) {
    return "spool/%s-%d-%s".formatted(batch, line, attempt);
  }

  private static String seal(BatchId batch, int chunk, long epoch) {
    return "batches/%s-%06d-%d".formatted(batch, chunk, epoch);
  }
}
