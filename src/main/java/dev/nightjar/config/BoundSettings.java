package dev.nightjar.config;

import org.jspecify.annotations.Nullable;

/**
 * How much of the disk and the memory may be taken; null: as much as the engine thinks right.
 *
 * @param diskFreeMin how much of the disk nobody may take
 */
public record BoundSettings(
    DiskFreeMin diskFreeMin,
    @Nullable Long requestBytesMax,
    @Nullable Long unappendedBytesMax,
    @Nullable Long unsealedBytesMax,
    @Nullable Long validationBytesMax,
    @Nullable Integer openChunksMax) {
  public static final BoundSettings DEFAULT = ofDisk(DiskFreeMin.DEFAULT);

  public static BoundSettings ofDisk(DiskFreeMin diskFreeMin) {
    return new BoundSettings(diskFreeMin, null, null, null, null, null);
  }

  public static BoundSettings of(SettingsFile file) {
    return new BoundSettings(
        file.diskFreeMin() == null ? DiskFreeMin.DEFAULT : DiskFreeMin.parse(file.diskFreeMin()),
        BytesText.parseIfSet("request_bytes_max", file.requestBytesMax()),
        BytesText.parseIfSet("unappended_bytes_max", file.unappendedBytesMax()),
        BytesText.parseIfSet("unsealed_bytes_max", file.unsealedBytesMax()),
        BytesText.parseIfSet("validation_bytes_max", file.validationBytesMax()),
        openChunks(file.openChunksMax()));
  }

  private static @Nullable Integer openChunks(@Nullable Integer count) {
    if (count != null && count < 1) {
      throw new SettingsException("open_chunks_max is %d; it must be at least 1".formatted(count));
    }
    return count;
  }
}
