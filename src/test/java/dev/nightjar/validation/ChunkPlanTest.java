package dev.nightjar.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunkPlanTest {
  private static final long BATCH = 7;

  private final ChunkPlan plan = new ChunkPlan();
  private long end;

  @Test
  void noLinesAreNoChunks() {
    assertThat(plan.chunks(BATCH)).isEmpty();
    assertThat(plan.lines()).isZero();
  }

  @Test
  void oneLineIsOneChunk() {
    plan.add(3, 10);

    assertThat(plan.chunks(BATCH)).containsExactly(new Chunk(new ChunkId(BATCH, 0), 0, 0, 1, 3, 7));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 16",
    "16, 16",
    "17, 16",
    "1024, 16",
    "1025, 16",
    "2048, 32",
    "3072, 48",
    "3073, 48",
    "31744, 496",
    "32000, 496",
    "1000000, 496"
  })
  void chunksHaveASixtyFourthOfTheLinesInSixteens(int lines, int most) {
    addLines(lines, 100);

    List<Chunk> chunks = plan.chunks(BATCH);

    assertThat(chunks.subList(0, chunks.size() - 1)).allMatch(chunk -> chunk.lines() == most);
    assertThat(chunks.getLast().lines()).isBetween(1, Math.max(16, Math.ceilDiv(lines, 64)));
    assertCovered(chunks, lines);
  }

  @Test
  void chunksHaveFourMebibytesAtTheMost() {
    addLines(20_000, 100_000);

    List<Chunk> chunks = plan.chunks(BATCH);

    assertThat(chunks).allMatch(chunk -> chunk.length() <= ChunkPlan.BYTES_MAX);
    assertThat(chunks.subList(0, chunks.size() - 1))
        .allMatch(chunk -> chunk.length() > ChunkPlan.BYTES_MAX / 2);
    assertCovered(chunks, 20_000);
  }

  @Test
  void hugeLineIsAChunkOfItsOwn() {
    addLines(20, 100);
    addLines(1, 60_000_000);
    addLines(20, 100);

    List<Chunk> chunks = plan.chunks(BATCH);

    assertThat(chunks).filteredOn(chunk -> chunk.length() >= 60_000_000).hasSize(1);
    assertThat(chunks)
        .filteredOn(chunk -> chunk.length() >= 60_000_000)
        .allMatch(chunk -> chunk.lines() == 1);
    assertCovered(chunks, 41);
  }

  @Test
  void blankLinesBetweenRequestsAreInsideTheirChunk() {
    for (int i = 0; i < 100; i++) {
      end += 50;
      addLines(1, 10);
    }

    List<Chunk> chunks = plan.chunks(BATCH);

    assertThat(chunks.getFirst().offset()).isEqualTo(50);
    for (int i = 1; i < chunks.size(); i++) {
      assertThat(chunks.get(i).offset())
          .isEqualTo(chunks.get(i - 1).offset() + chunks.get(i - 1).length());
    }
  }

  @Test
  void chunksCoverAllLinesInOrderWithoutOverlap() {
    long seed = new Random().nextLong();
    System.out.println("ChunkPlanTest seed " + seed);
    var random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      var cut = new ChunkPlan();
      var starts = new ArrayList<Long>();
      var ends = new ArrayList<Long>();
      long at = 0;
      int scale = 1 << random.nextInt(24);
      for (int i = 1 + random.nextInt(5_000); i > 0; i--) {
        at += random.nextInt(4) == 0 ? random.nextInt(9) : 0;
        starts.add(at);
        at += 1 + random.nextInt(random.nextInt(100) == 0 ? 10_000_000 : scale);
        ends.add(at);
        cut.add(starts.getLast(), at);
      }

      assertHolds(cut.chunks(BATCH), starts, ends, "seed " + seed + ", round " + round);
    }
  }

  private static void assertHolds(
      List<Chunk> chunks, List<Long> starts, List<Long> ends, String what) {
    int most = Math.clamp(Math.ceilDiv(starts.size(), 64), 16, 500);
    int line = 0;
    for (int i = 0; i < chunks.size(); i++) {
      Chunk chunk = chunks.get(i);
      int last = line + chunk.lines() - 1;
      assertThat(chunk.id()).as(what).isEqualTo(new ChunkId(BATCH, i));
      assertThat(chunk.firstLine()).as(what).isEqualTo(line);
      assertThat(chunk.lines()).as(what).isBetween(1, most);
      assertThat(chunk.offset()).as(what).isEqualTo(starts.get(line));
      long next = last + 1 < starts.size() ? starts.get(last + 1) : ends.get(last);
      assertThat(chunk.offset() + chunk.length()).as(what).isBetween(ends.get(last), next);
      if (chunk.lines() > 1) {
        assertThat(ends.get(last) - chunk.offset()).as(what).isLessThanOrEqualTo(4L << 20);
      }
      line += chunk.lines();
    }
    assertThat(line).as(what).isEqualTo(starts.size());
  }

  @Test
  void tenMillionLinesNeedLittleMemory() {
    long before = allocated();
    addLines(10_000_000, 1_000);
    List<Chunk> chunks = plan.chunks(BATCH);
    long used = allocated() - before;

    assertThat(chunks).hasSizeLessThan(25_000);
    assertThat(used).as("bytes allocated in all").isLessThan(48L << 20);
  }

  private static long allocated() {
    var threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }

  private void addLines(int count, int bytes) {
    for (int i = 0; i < count; i++) {
      plan.add(end, end + bytes);
      end += bytes;
    }
  }

  private void assertCovered(List<Chunk> chunks, int lines) {
    long offset = 0;
    long line = 0;
    for (Chunk chunk : chunks) {
      assertThat(chunk.offset()).isEqualTo(offset);
      assertThat(chunk.firstLine()).isEqualTo(line);
      offset += chunk.length();
      line += chunk.lines();
    }
    assertThat(offset).isEqualTo(end);
    assertThat(line).isEqualTo(lines).isEqualTo(plan.lines());
  }
}
