package dev.nightjar.run;

import dev.nightjar.batch.Batch;
import dev.nightjar.config.SettingsException;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.store.BatchStore.NewBatch;
import dev.nightjar.store.ContentReader;
import dev.nightjar.store.FileStore;
import dev.nightjar.store.FileStore.NewFile;
import dev.nightjar.store.NewIds;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.disk.Directories;
import dev.nightjar.store.disk.Disk;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The files of a run: input, output, errors, and the state directory beside the output. */
final class RunFiles {
  static final String PROJECT = "default";
  private static final String DIGEST = "input_sha256";
  private static final int COPY_BYTES = 256 * 1024;

  private final RunRequest request;
  private final Disk disk;

  RunFiles(RunRequest request) {
    this(request, Disk.REAL);
  }

  RunFiles(RunRequest request, Disk disk) {
    this.request = request;
    this.disk = disk;
  }

  Path state() {
    return beside(request.output(), ".nightjar");
  }

  private static Path beside(Path path, String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }

  /** Copies the input, so that the run does not depend on it any more, and makes a batch of it. */
  Batch submit(RunNode node, String endpoint) throws IOException {
    var ids = new NewIds(new SecureRandom());
    FileId id = ids.newFile();
    long bytes;
    MessageDigest digest = sha256();
    try (var in = new DigestInputStream(Files.newInputStream(request.input()), digest);
        ObjectStore.Writer out = node.objects().create(ObjectKeys.upload(id))) {
      copy(in, out);
      out.commit();
      bytes = out.bytesWritten();
    }
    String name = request.input().getFileName().toString();
    node.stores()
        .files()
        .insertFile(
            new NewFile(id, PROJECT, name, "batch", bytes, null),
            Manifest.ofObject(ObjectKeys.upload(id), bytes));
    Map<String, String> metadata = Map.of(DIGEST, HexFormat.of().formatHex(digest.digest()));
    return node.stores()
        .batches()
        .createBatch(
            NewBatch.withoutDeadline(ids.newBatch(), PROJECT, endpoint, id, "none", metadata))
        .batch();
  }

  /** A run goes on only with the input it began with; without one it has its copy. */
  void checkUnchanged(Batch batch) {
    if (!Files.isRegularFile(request.input())) {
      return;
    }
    MessageDigest digest = sha256();
    try (var in = new DigestInputStream(Files.newInputStream(request.input()), digest)) {
      copy(in, OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(batch.metadata().get(DIGEST))) {
      throw new SettingsException(
          "%s has changed since this run began; restore it, or delete %s to begin again"
              .formatted(request.input(), state()));
    }
  }

  /** Errors first, the output last: its rename is what makes the run done. */
  void export(FileStore stored, ObjectStore objects, Batch batch) throws IOException {
    if (batch.errorFileId() != null) {
      export(stored, objects, batch.errorFileId(), request.errors());
    }
    export(stored, objects, batch.outputFileId(), request.output());
  }

  private void export(FileStore stored, ObjectStore objects, @Nullable FileId file, Path target)
      throws IOException {
    Manifest content = file == null ? new Manifest(List.of()) : stored.content(file).orElseThrow();
    Path part = beside(target, ".part");
    if (!Files.exists(part)) {
      Files.createFile(part); // As the user's umask has it: the disk would make it its owner's.
    }
    try (var reader = ContentReader.forward(objects, content);
        Disk.OpenFile out = disk.open(part)) {
      out.truncate(0);
      write(reader.stream(0, reader.length()), out);
      out.force();
    }
    disk.rename(part, target);
  }

  private static void write(InputStream in, Disk.OpenFile file) throws IOException {
    byte[] buffer = new byte[COPY_BYTES];
    long at = 0;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
      while (bytes.hasRemaining()) {
        at += file.write(bytes, at);
      }
    }
  }

  private static void copy(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[COPY_BYTES];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      out.write(buffer, 0, n);
    }
  }

  long linesAsked() throws IOException {
    return lines(request.input());
  }

  long linesAnswered() throws IOException {
    return lines(request.output()) + (Files.exists(request.errors()) ? lines(request.errors()) : 0);
  }

  private static long lines(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      var lines = new dev.nightjar.file.JsonLines(in, Integer.MAX_VALUE - 16);
      long count = 0;
      while (lines.next()) {
        count += lines.isBlank() ? 0 : 1;
      }
      return count;
    }
  }

  /** What was paid for goes only once the names of the files with it are durable. */
  void deleteState() throws IOException {
    disk.forceDirectory(folder(request.output()));
    if (Files.isDirectory(folder(request.errors()))) { // There is none if no line has failed.
      disk.forceDirectory(folder(request.errors()));
    }
    Directories.delete(state());
  }

  private static Path folder(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
