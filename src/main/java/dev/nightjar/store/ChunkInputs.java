package dev.nightjar.store;

import dev.nightjar.batch.Chunk;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import java.io.IOException;

/** Where the inputs of claimed chunks come from. Any thread may call it. */
public interface ChunkInputs {
  /** {@code content} is that of {@code file}, which has the chunk's lines. */
  ChunkInput open(FileId file, Manifest content, Chunk chunk) throws IOException;
}
