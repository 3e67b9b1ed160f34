package dev.nightjar.file;

import java.time.Instant;

/** A part of an upload, whose bytes are an object of its own unless there are none. */
public record UploadPart(PartId id, UploadId upload, long bytes, Instant createdAt) {}
