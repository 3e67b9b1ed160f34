package dev.nightjar.store.disk;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells a full disk from other faults: Java and SQLite say it in words only. */
public final class DiskFull {
  private static final List<String> WORDS =
      List.of("no space left", "quota exceeded", "not enough space", "sqlite_full");

  /** More causes than any exception has that is not a ring. */
  private static final int CAUSES_MAX = 16;

  private DiskFull() {}

  public static boolean isCauseOf(Throwable failure) {
    @Nullable Throwable cause = failure;
    for (int i = 0; cause != null && i < CAUSES_MAX; i++) {
      String message = cause.getMessage();
      if (message != null && WORDS.stream().anyMatch(message.toLowerCase(Locale.ROOT)::contains)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}
