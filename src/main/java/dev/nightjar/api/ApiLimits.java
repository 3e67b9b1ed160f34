package dev.nightjar.api;

import dev.nightjar.file.DefaultLife;
import java.util.Set;

/**
 * How much a request may bring, and what may be asked for.
 *
 * @param fileBytesMax of one uploaded file
 * @param jsonBytesMax of one JSON body
 * @param fileLife of files that are uploaded without a life of their own
 * @param extraEndpoints POST paths that batches may name besides OpenAI's
 * @param storageBytesMax of one project; {@link Long#MAX_VALUE} for any
 */
public record ApiLimits(
    long fileBytesMax,
    int jsonBytesMax,
    Set<String> extraEndpoints,
    DefaultLife fileLife,
    long storageBytesMax) {
  public static final int METADATA_PAIRS_MAX = 16;
  public static final int METADATA_KEY_CHARACTERS_MAX = 64;
  public static final int METADATA_VALUE_CHARACTERS_MAX = 512;
  public static final int FILENAME_CHARACTERS_MAX = 512;

  /** One part of an upload. */
  public static final long PART_BYTES_MAX = 64L << 20;

  /** Of one upload; more than enough for the largest file in parts of 2 MiB. */
  public static final int PARTS_MAX = 10_000;

  /** How many times each byte of an upload may be sent: SDKs try a part again twice. */
  public static final int PART_TIMES_MAX = 3;

  /** Of one project, not expired. */
  public static final int OPEN_UPLOADS_MAX = 1_000;

  public static final ApiLimits DEFAULT = new ApiLimits(16L << 30, 1 << 20, Set.of());

  /** OpenAI's own: 200 MB a file. */
  public static final ApiLimits OPENAI = new ApiLimits(200L << 20, 1 << 20, Set.of());

  public ApiLimits(long fileBytesMax, int jsonBytesMax, Set<String> extraEndpoints) {
    this(fileBytesMax, jsonBytesMax, extraEndpoints, DefaultLife.OPENAI, Long.MAX_VALUE);
  }

  public ApiLimits {
    extraEndpoints = Set.copyOf(extraEndpoints);
  }
}
