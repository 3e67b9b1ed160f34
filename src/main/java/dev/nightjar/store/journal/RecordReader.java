package dev.nightjar.store.journal;

import dev.nightjar.store.AnswerLog.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads single records for one caller. It has file channels of its own: an interrupt closes the
 * channel that a thread reads from, and must not close anybody else's.
 */
final class RecordReader implements AutoCloseable {
  private final Path directory;
  private final Map<Integer, FileChannel> channels = new HashMap<>();

  RecordReader(Path directory) {
    this.directory = directory;
  }

  Entry read(int segment, long position, int length) throws IOException {
    byte[] record = new byte[length];
    var target = ByteBuffer.wrap(record);
    FileChannel channel = channel(segment);
    while (target.hasRemaining()) {
      if (channel.read(target, position + target.position()) < 0) {
        throw damaged(segment, position);
      }
    }
    if (JournalRecord.length(record, 0) != length || !JournalRecord.isWhole(record, 0, length)) {
      throw damaged(segment, position);
    }
    return JournalRecord.read(record, 0);
  }

  private FileChannel channel(int segment) throws IOException {
    FileChannel channel = channels.get(segment);
    if (channel == null) {
      channel = FileChannel.open(Segment.path(directory, segment), StandardOpenOption.READ);
      channels.put(segment, channel);
    }
    return channel;
  }

  private IOException damaged(int segment, long position) {
    return new IOException(
        "damaged record in journal segment %s at byte %d; a restart runs its line again"
            .formatted(Segment.path(directory, segment), position));
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : channels.values()) {
      channel.close();
    }
  }
}
