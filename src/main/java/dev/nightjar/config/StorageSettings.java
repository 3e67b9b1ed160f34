package dev.nightjar.config;

import dev.nightjar.file.DefaultLife;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of each project.
 *
 * @param life how long files live when nobody says otherwise
 * @param bytesMax how much a project may store; null: as much as there is room
 */
public record StorageSettings(DefaultLife life, @Nullable Long bytesMax) {
  public static final StorageSettings DEFAULT = new StorageSettings(DefaultLife.OPENAI, null);

  public static StorageSettings of(SettingsFile file) {
    return new StorageSettings(
        RetentionFile.life(file.retention()),
        BytesText.parseIfSet("storage_bytes_max", file.storageBytesMax()));
  }
}
