package dev.nightjar.validation;

import dev.nightjar.batch.JsonFault;
import dev.nightjar.batch.JsonScan;
import dev.nightjar.file.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Files that are no lines of JSON objects, by how they begin, and what makes such lines of them.
 */
final class FileShape {
  private static final int LOOKED_AT_BYTES = 8;

  /** By their first bytes. */
  private static final Map<String, Pattern> COMPRESSED =
      Map.of(
          "gzip", Pattern.compile("1f8b.*"),
          "zip", Pattern.compile("504b0304.*"),
          "zstd", Pattern.compile("28b52ffd.*"),
          "bzip2", Pattern.compile("425a683[1-9]314159.*"),
          "xz", Pattern.compile("fd377a585a00.*"));

  /** With a mark, or beginning with a bracket. */
  private static final Map<String, Pattern> WIDE =
      Map.of(
          "UTF-32", Pattern.compile("(fffe0000|0000feff).*"),
          "UTF-32LE", Pattern.compile("(7b|5b)000000.*"),
          "UTF-32BE", Pattern.compile("000000(7b|5b).*"),
          "UTF-16", Pattern.compile("(fffe(?!0000)|feff).*"),
          "UTF-16LE", Pattern.compile("(7b|5b)00(?!00)..00.*"),
          "UTF-16BE", Pattern.compile("00(7b|5b)00.*"));

  /** As old Macs ended lines, and some spreadsheets still do. */
  private static final Pattern RETURN_ALONE = Pattern.compile("\\}[ \\t]*\\r+[ \\t]*\\{");

  private FileShape() {}

  /**
   * A sentence, or empty for what may be lines.
   *
   * @param line the first that is not blank, or its beginning
   * @param following what comes next, as far as it is known: to a character that is not blank
   */
  static Optional<String> problem(Bytes line, Bytes following) {
    String begins = beginning(line);
    String compression = kind(COMPRESSED, begins);
    if (compression != null) {
      return Optional.of(
          "The file is compressed with %s: decompress it first.".formatted(compression));
    }
    String encoding = kind(WIDE, begins);
    if (encoding != null) {
      return Optional.of(
          "The file is in %s: save it as UTF-8, as `iconv -f %1$s -t UTF-8` does."
              .formatted(encoding));
    }
    if (begins.startsWith("5b")) {
      return Optional.of(
          "The file is a JSON array: put each of its elements on a line of its own, as `jq -c '.[]'`"
              + " does.");
    }
    if (RETURN_ALONE.matcher(latin1(line)).find()) {
      return Optional.of(
          "The file's lines end with a carriage return alone: end each with a line feed, as"
              + " `tr '\\r' '\\n'` does.");
    }
    if (goesOn(line, following)) {
      return Optional.of(
          "The file's objects go over several lines: put each on a line of its own, as `jq -c .`"
              + " does.");
    }
    return Optional.empty();
  }

  /** In hexadecimal digits. */
  private static String beginning(Bytes line) {
    int from = 0;
    while (from < line.length() && (line.at(from) == ' ' || line.at(from) == '\t')) {
      from++;
    }
    int count = Math.min(LOOKED_AT_BYTES, line.length() - from);
    int begin = line.offset() + from;
    return HexFormat.of().formatHex(line.array(), begin, begin + count);
  }

  private static @Nullable String kind(Map<String, Pattern> kinds, String begins) {
    return kinds.entrySet().stream()
        .filter(kind -> kind.getValue().matcher(begins).matches())
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  private static String latin1(Bytes bytes) {
    return new String(bytes.array(), bytes.offset(), bytes.length(), StandardCharsets.ISO_8859_1);
  }

  /** The line's object has not ended, and what follows is a member of it. */
  private static boolean goesOn(Bytes line, Bytes following) {
    byte next = following.length() == 0 ? 0 : following.at(following.length() - 1);
    return (next == '"' || next == '}')
        && JsonScan.fault(line).map(fault -> fault.kind() == JsonFault.Kind.END).orElse(false);
  }
}
