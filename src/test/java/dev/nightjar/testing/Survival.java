package dev.nightjar.testing;

import java.util.Arrays;
import java.util.SplittableRandom;

/** What a power cut spares of that which was not forced. */
public interface Survival {
  Survival NOTHING = of("nothing", false);
  Survival EVERYTHING = of("everything", true);

  /** Only the process dies: nothing is lost, and what was not forced still can be, later. */
  Survival THE_KERNEL = of("the kernel", true);

  /** Whether a name that was given, changed or taken away is so afterwards; or a cut file short. */
  boolean keepsChange();

  /** The bytes that reach the disk of one write: from its beginning, perhaps none. */
  byte[] kept(byte[] written);

  private static Survival of(String name, boolean isKept) {
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
        return name;
      }
    };
  }

  /**
   * Each change by itself, so that later ones may be there without earlier ones. A write is there,
   * not there, torn, or has its length and zeros somewhere in it.
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
          default -> {
            byte[] holed = written.clone();
            Arrays.fill(holed, torn, random.nextInt(torn, holed.length + 1), (byte) 0);
            yield holed;
          }
        };
      }

      @Override
      public String toString() {
        return "some, by seed " + seed;
      }
    };
  }
}
