package dev.nightjar.http.exchange;

import java.nio.charset.StandardCharsets;
import java.util.function.IntPredicate;

/**
 * How the file of a download is called (RFC 6266): in ASCII, which every client understands, and
 * beside it as it is, where that differs.
 */
final class Attachment {
  /** No file system takes a longer name, and proxies want small heads. */
  private static final int NAME_BYTES_MAX = 200;

  private static final int EXTENSION_CHARACTERS_MAX = 20;

  /** RFC 8187: what stands for itself besides letters and digits. */
  private static final String PLAIN = "!#$&+-.^_`|~";

  private Attachment() {}

  static String named(String filename) {
    String name = shortened(replaced(filename, Attachment::isUnsafe));
    if (name.chars().allMatch(c -> c == '.' || c == ' ')) {
      name = "download";
    }
    String ascii = replaced(name, c -> c >= 0x7f || c == '"' || c == '%');
    String plain = "attachment; filename=\"" + ascii + '"';
    return ascii.equals(name) ? plain : plain + "; filename*=UTF-8''" + encoded(name);
  }

  /** What ends a header or a folder, or is no character. */
  private static boolean isUnsafe(int c) {
    return Character.isISOControl(c)
        || c == '/'
        || c == '\\'
        || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  private static String replaced(String text, IntPredicate isReplaced) {
    var replaced = new StringBuilder();
    text.codePoints().forEach(c -> replaced.appendCodePoint(isReplaced.test(c) ? '_' : c));
    return replaced.toString();
  }

  /** Its extension stays. */
  private static String shortened(String name) {
    int dot = name.lastIndexOf('.');
    boolean hasExtension = dot > 0 && name.length() - dot <= EXTENSION_CHARACTERS_MAX;
    String extension = hasExtension ? name.substring(dot) : "";
    String stem = hasExtension ? name.substring(0, dot) : name;
    while (bytes(stem) + bytes(extension) > NAME_BYTES_MAX) {
      stem = stem.substring(0, stem.offsetByCodePoints(stem.length(), -1));
    }
    return stem + extension;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String encoded(String name) {
    var encoded = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      boolean isPlain =
          (c >= '0' && c <= '9')
              || (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || PLAIN.indexOf(c) >= 0;
      encoded.append(isPlain ? String.valueOf(c) : "%%%02X".formatted((int) c));
    }
    return encoded.toString();
  }
}
