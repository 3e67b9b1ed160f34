package dev.nightjar.http.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.Random;

/** Chance by a seed. */
record Dice(Random random) {
  int below(int bound) {
    return random.nextInt(bound);
  }

  /** Bytes as text of ISO-8859-1. */
  String binary(int bytesMax) {
    byte[] bytes = new byte[random.nextInt(bytesMax + 1)];
    random.nextBytes(bytes);
    return new String(bytes, ISO_8859_1);
  }

  /** The other one time in six. */
  String usually(String normal, String other) {
    return random.nextInt(6) == 0 ? other : normal;
  }

  String of(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  String of(List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
