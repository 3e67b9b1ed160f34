package dev.nightjar.store;

import dev.nightjar.batch.BatchId;
import dev.nightjar.file.FileId;
import dev.nightjar.file.PartId;

/**
 * How objects are named. The epoch in a seal's key keeps an old owner from touching a new one's.
 */
public final class ObjectKeys {
  private ObjectKeys() {}

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
