package dev.nightjar.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A real file system of a few megabytes, which fills up as a disk does. Where nobody may mount one
 * its tests are aborted; those with an injected fault cover the same there.
 */
public final class SmallDisk implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 * 1024;

  private final Path root;

  private SmallDisk(Path root) {
    this.root = root;
  }

  public static SmallDisk mount(Path at, int megabytes) throws IOException {
    Files.createDirectories(at);
    String error =
        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", at.toString());
    if (!error.isEmpty()) {
      Assumptions.abort("no small disk can be mounted here: " + error);
    }
    return new SmallDisk(at);
  }

  public Path root() {
    return root;
  }

  /** Takes what is free, but for so many bytes. */
  public void fill(long leftBytes) throws IOException {
    try (var out = Files.newOutputStream(ballast())) {
      byte[] bytes = new byte[CHUNK_BYTES];
      for (long left = free() - leftBytes; left > 0; left -= CHUNK_BYTES) {
        out.write(bytes, 0, (int) Math.min(left, CHUNK_BYTES));
      }
    } catch (IOException e) {
      // Others write too: it was full when this came, whatever is free by now.
      if (leftBytes > 0 || !String.valueOf(e.getMessage()).contains("No space left")) {
        throw e;
      }
    }
  }

  /** Gives back what {@link #fill} took. */
  public void clear() throws IOException {
    Files.delete(ballast());
  }

  public long free() throws IOException {
    return Files.getFileStore(root).getUsableSpace();
  }

  private Path ballast() {
    return root.resolve("ballast");
  }

  @Override
  public void close() {
    String error = run("umount", "-l", root.toString());
    if (!error.isEmpty()) {
      throw new IllegalStateException(error);
    }
  }

  /** What it says on failure; empty when it worked. */
  private static String run(String... command) {
    try {
      Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      boolean hasEnded = process.waitFor(60, TimeUnit.SECONDS);
      return hasEnded && process.exitValue() == 0 ? "" : command[0] + ": " + said.strip();
    } catch (IOException e) {
      return command[0] + ": " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(e));
    }
  }
}
