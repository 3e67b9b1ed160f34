package dev.nightjar.batch;

import java.io.Serializable;

/**
 * A contiguous range of lines of one batch: the unit that a node claims and seals.
 *
 * @param epoch the fence: grows each time the chunk changes hands; 0 before the first claim
 * @param firstLine index of its first request in the batch, from 0, blank lines not counted
 * @param lines requests in it
 * @param offset where it begins in the input file, in bytes
 * @param length how long it is there, blank lines included
 */
public record Chunk(ChunkId id, long epoch, long firstLine, int lines, long offset, long length)
    implements Serializable {}
