package dev.nightjar.file;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A file as the API lists it; its bytes are what its {@link Manifest} names.
 *
 * @param sequence grows with each file of this store: the order of files made in the same instant
 * @param purpose the API's word, such as {@code batch} or {@code batch_output}
 */
public record StoredFile(
    FileId id,
    long sequence,
    String project,
    String filename,
    String purpose,
    long bytes,
    Instant createdAt,
    @Nullable Instant expiresAt) {}
