package dev.nightjar.sim.answer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** What comes from the seed: ids by the request's bytes, chance by the attempt's number. */
public final class Seeded {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final long seed;
  private final AtomicLong attempts = new AtomicLong();

  public Seeded(long seed) {
    this.seed = seed;
  }

  /** Chance for the next attempt, whoever makes it. */
  public RandomGenerator nextAttempt() {
    return new SplittableRandom(mix(seed + GOLDEN * attempts.incrementAndGet()));
  }

  /** The same for the same bytes. */
  public RandomGenerator of(String text) {
    return new SplittableRandom(hash(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Such as {@code chatcmpl-sim0123456789abcdef01234567}. */
  String id(String prefix, byte[] body) {
    long hash = hash(body);
    HexFormat hex = HexFormat.of();
    return prefix + "sim" + hex.toHexDigits(hash) + hex.toHexDigits((int) mix(hash + GOLDEN));
  }

  private long hash(byte[] bytes) {
    long hash = mix(seed) ^ bytes.length;
    int at = 0;
    for (; at + Long.BYTES <= bytes.length; at += Long.BYTES) {
      hash = Long.rotateLeft((hash ^ (long) LONGS.get(bytes, at)) * GOLDEN, 29);
    }
    for (; at < bytes.length; at++) {
      hash = Long.rotateLeft((hash ^ bytes[at]) * GOLDEN, 29);
    }
    return mix(hash);
  }

  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
