package dev.nightjar.api.files;

import dev.nightjar.file.StoredFile;
import dev.nightjar.file.Upload;
import org.jspecify.annotations.Nullable;

/**
 * An upload as of now.
 *
 * @param file what it became; null until it is completed, and when that file is gone again
 */
public record UploadView(Upload upload, @Nullable StoredFile file) {}
