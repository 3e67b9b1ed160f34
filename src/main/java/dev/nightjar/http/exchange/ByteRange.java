package dev.nightjar.http.exchange;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The part of a file that a {@code Range} header asks for (RFC 9110 §14). */
record ByteRange(long from, long count) {
  private static final Pattern SINGLE =
      Pattern.compile("bytes=\\s*(\\d{0,18})-(\\d{0,18})\\s*", Pattern.CASE_INSENSITIVE);

  /** The range of a file of {@code length} bytes does not exist. */
  static final ByteRange UNSATISFIABLE = new ByteRange(-1, 0);

  /** Null for the whole file: no header, several ranges, or none that we understand. */
  static @Nullable ByteRange of(@Nullable String header, long length) {
    Matcher matcher = header == null ? null : SINGLE.matcher(header);
    if (matcher == null || !matcher.matches()) {
      return null;
    }
    String first = matcher.group(1);
    String last = matcher.group(2);
    if (first.isEmpty()) {
      return last.isEmpty() ? null : suffix(Long.parseLong(last), length);
    }
    long from = Long.parseLong(first);
    long to = last.isEmpty() ? Long.MAX_VALUE : Long.parseLong(last);
    if (to < from) {
      return null;
    }
    return from >= length
        ? UNSATISFIABLE
        : new ByteRange(from, Math.min(to, length - 1) - from + 1);
  }

  private static ByteRange suffix(long bytes, long length) {
    long count = Math.min(bytes, length);
    return count == 0 ? UNSATISFIABLE : new ByteRange(length - count, count);
  }

  /** The value of {@code Content-Range}. */
  String contentRange(long length) {
    return equals(UNSATISFIABLE)
        ? "bytes */" + length
        : "bytes %d-%d/%d".formatted(from, from + count - 1, length);
  }
}
