package dev.nightjar.sim.answer;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import dev.nightjar.config.SettingsException;

/** Counts the tokens of a text. */
public interface TokenCounter {
  int count(String text);

  /** How tokens are counted. */
  enum UsageCount {
    /** With the tokenizer of o200k_base. */
    EXACT,
    /** Bytes divided by four. */
    FAST;

    public static UsageCount parse(String text) {
      return switch (text) {
        case "exact" -> EXACT;
        case "fast" -> FAST;
        default ->
            throw new SettingsException("--usage is '%s'; it is exact or fast".formatted(text));
      };
    }
  }

  static TokenCounter of(UsageCount usage) {
    return switch (usage) {
      case EXACT -> {
        Encoding encoding =
            Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);
        yield encoding::countTokensOrdinary;
      }
      case FAST -> text -> (utf8Length(text) + 3) / 4;
    };
  }

  private static int utf8Length(String text) {
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // Both halves of a surrogate pair together make four bytes.
      length += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return length;
  }
}
