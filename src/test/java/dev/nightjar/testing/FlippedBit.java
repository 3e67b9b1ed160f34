package dev.nightjar.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** A bit of a file that is not as it was written; flipped again, it is. */
public record FlippedBit(Path file, long bit) {
  /** The file of the first object, below this directory, whose key begins so. */
  public static Path fileOf(Path directory, String key) throws IOException {
    String name = key.replace('/', '@');
    try (Stream<Path> tree = Files.walk(directory)) {
      return tree.filter(file -> file.getFileName().toString().startsWith(name))
          .filter(Files::isRegularFile)
          .findFirst()
          .orElseThrow();
    }
  }

  /** Any bit of the file. */
  public static FlippedBit anyOf(Path file, RandomGenerator random) throws IOException {
    return new FlippedBit(file, random.nextLong(Files.size(file) * Byte.SIZE)).flip();
  }

  public FlippedBit flip() throws IOException {
    var one = ByteBuffer.allocate(1);
    long at = bit / Byte.SIZE;
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      channel.read(one, at);
      one.put(0, (byte) (one.get(0) ^ (1 << (bit % Byte.SIZE)))).rewind();
      channel.write(one, at);
    }
    return this;
  }
}
