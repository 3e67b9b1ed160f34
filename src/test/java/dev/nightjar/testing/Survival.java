package dev.nightjar.testing;

import java.util.Arrays;
import java.util.SplittableRandom;

/** What a power cut spares of that which was not forced. */
public interface Survival {
  Survival NOTHING = of(false);
  Survival EVERYTHING = of(true);

  /** Whether a name that was given, changed or taken away is so afterwards; or a cut file short. */
  boolean keepsChange();

  /** The bytes that reach the disk of one write: from its beginning, perhaps none. */
  byte[] kept(byte[] written);

  private static Survival of(boolean isKept) {
    return new Survival() {
      @Override
      public boolean keepsChange() {
        return isKept;
      }

      @Override
      public byte[] kept(byte[] written) {
        return isKept ? written : new byte[0];
      }

      @Override
      public String toString() {
        return isKept ? "everything" : "nothing";
      }
    };
  }

  /**
   * Each change by itself, so that later ones may be there without earlier ones. A write is there,
   * not there, torn, or has its length and zeros for its end.
   */
  static Survival random(long seed) {
    var random = new SplittableRandom(seed);
    return new Survival() {
      @Override
      public boolean keepsChange() {
        return random.nextBoolean();
      }

      @Override
      public byte[] kept(byte[] written) {
        int torn = random.nextInt(written.length + 1);
        return switch (random.nextInt(4)) {
          case 0 -> written;
          case 1 -> new byte[0];
          case 2 -> Arrays.copyOf(written, torn);
          default -> Arrays.copyOf(Arrays.copyOf(written, torn), written.length);
        };
      }

      @Override
      public String toString() {
        return "some, by seed " + seed;
      }
    };
  }
}
