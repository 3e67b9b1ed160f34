package dev.nightjar.validation;

import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts a file into chunks while it streams by: N lines or 4 MiB of input each, N = ⌈total ÷ 64⌉
 * from 16 to 500. The total is known only at the end, so it notes where every sixteenth line begins
 * (and each large one) and joins these pieces then: 12 bytes for 16 lines.
 */
final class ChunkPlan {
  static final int LINES_MIN = 16;
  static final int LINES_MAX = 500;
  static final long BYTES_MAX = 4L << 20;
  private static final int PARTS = 64;

  private long[] pieceStarts = new long[256];
  private int[] pieceLines = new int[256];
  private int pieces;
  private long pieceEnd;
  private long lines;

  /** A request at these positions of the file; they grow from call to call. */
  void add(long start, long end) {
    boolean isFirst = pieces == 0;
    if (isFirst
        || pieceLines[pieces - 1] == LINES_MIN
        || end - pieceStarts[pieces - 1] > BYTES_MAX) {
      begin(start);
    }
    pieceLines[pieces - 1]++;
    pieceEnd = end;
    lines++;
  }

  long lines() {
    return lines;
  }

  private void begin(long start) {
    if (pieces == pieceStarts.length) {
      pieceStarts = Arrays.copyOf(pieceStarts, pieces * 2);
      pieceLines = Arrays.copyOf(pieceLines, pieces * 2);
    }
    pieceStarts[pieces] = start;
    pieceLines[pieces] = 0;
    pieces++;
  }

  /** The chunks of a batch, in order, covering all lines. */
  List<Chunk> chunks(long batch) {
    long linesMax = Math.clamp(Math.ceilDiv(lines, PARTS), LINES_MIN, LINES_MAX);
    var chunks = new ArrayList<Chunk>();
    long firstLine = 0;
    int piece = 0;
    while (piece < pieces) {
      int from = piece;
      int count = 0;
      do {
        count += pieceLines[piece++];
      } while (piece < pieces
          && count + pieceLines[piece] <= linesMax
          && endOf(piece) - pieceStarts[from] <= BYTES_MAX);
      var id = new ChunkId(batch, chunks.size());
      long start = pieceStarts[from];
      chunks.add(new Chunk(id, 0, firstLine, count, start, endOf(piece - 1) - start));
      firstLine += count;
    }
    return chunks;
  }

  private long endOf(int piece) {
    return piece + 1 < pieces ? pieceStarts[piece + 1] : pieceEnd;
  }
}
