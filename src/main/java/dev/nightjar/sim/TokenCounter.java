package dev.nightjar.sim;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import dev.nightjar.sim.SimOptions.UsageCount;

/** Counts the tokens of a text. */
interface TokenCounter {
  int count(String text);

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
