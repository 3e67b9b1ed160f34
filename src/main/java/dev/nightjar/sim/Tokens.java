package dev.nightjar.sim;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;

/** Counts tokens: as OpenAI's current models do, or roughly. */
final class Tokens {
  private static final int BYTES_PER_TOKEN = 4;

  private final boolean isExact;

  /** Made at the first use: reading the vocabulary takes a while. */
  private static final class Exact {
    static final Encoding ENCODING =
        Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);

    private Exact() {}
  }

  Tokens(boolean isExact) {
    this.isExact = isExact;
  }

  int count(String text) {
    return isExact
        ? Exact.ENCODING.countTokensOrdinary(text)
        : Math.ceilDiv(text.length(), BYTES_PER_TOKEN);
  }
}
