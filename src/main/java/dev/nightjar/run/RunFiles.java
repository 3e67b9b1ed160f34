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
import dev.nightjar.terminal.LocalFile;
import java.io.ByteArrayInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The files of a run: input, output, errors, and the state directory beside the output. */
final class RunFiles {
  static final String PROJECT = "default";
  private static final String DIGEST = "input_sha256";
  private static final int COPY_BYTES = 256 * 1024;

  final RunInput input;
  private final RunRequest request;
  private final Disk disk;

  /**
   * Of the last run whose output is here.
   *
   * @param sha256 of the lines that it was given
   */
  record Finished(String sha256, long lines, long failed) {}

  RunFiles(RunRequest request) {
    this(request, Disk.REAL);
  }

  RunFiles(RunRequest request, Disk disk) {
    this.request = request;
    this.disk = disk;
    this.input = new RunInput(request.input(), request.only(), beside(anchor(), ".nightjar.in"));
  }

  /** What the names of other files derive from. */
  private Path anchor() {
    return hasStream() ? request.errors() : request.output();
  }

  /** The output is one. */
  boolean hasStream() {
    return LocalFile.isStream(request.output());
  }

  Path state() {
    return beside(anchor(), ".nightjar");
  }

  private Path note() {
    return anchor().resolveSibling("." + anchor().getFileName() + ".nightjar");
  }

  /** Empty if it is not known whose the output is. */
  Optional<Finished> finished() throws IOException {
    if (!Files.isRegularFile(note())) {
      return Optional.empty();
    }
    String[] said = Files.readString(note()).strip().split(" ", -1);
    return said.length == 3
        ? Optional.of(new Finished(said[0], Long.parseLong(said[1]), Long.parseLong(said[2])))
        : Optional.empty();
  }

  private static Path beside(Path path, String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }

  /** Copies the input, so that the run does not depend on it any more, and makes a batch of it. */
  Batch submit(RunNode node, String endpoint) throws IOException {
    var ids = new NewIds(new SecureRandom());
    FileId id = ids.newFile();
    long bytes;
    String digest;
    try (ObjectStore.Writer out = node.objects().create(ObjectKeys.upload(id))) {
      digest = input.copyTo(out);
      out.commit();
      bytes = out.bytesWritten();
    }
    String name = request.input().getFileName().toString();
    node.stores()
        .files()
        .insertFile(
            new NewFile(id, PROJECT, name, "batch", bytes, null),
            Manifest.ofObject(ObjectKeys.upload(id), bytes));
    Map<String, String> metadata = Map.of(DIGEST, digest);
    return node.stores()
        .batches()
        .createBatch(
            NewBatch.withoutDeadline(ids.newBatch(), PROJECT, endpoint, id, "none", metadata))
        .batch();
  }

  /** A run goes on only with the input it began with; without one it has its copy. */
  void checkUnchanged(Batch batch) throws IOException {
    if (input.isThere() && !input.sha256OfLines().equals(batch.metadata().get(DIGEST))) {
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
    if (hasStream()) {
      exportToStream(stored, objects, batch.outputFileId());
      return;
    }
    String sha256 = batch.metadata().getOrDefault(DIGEST, "");
    String finished =
        "%s %d %d%n".formatted(sha256, batch.counts().total(), batch.counts().failed());
    write(new ByteArrayInputStream(finished.getBytes(StandardCharsets.UTF_8)), note());
    export(stored, objects, batch.outputFileId(), request.output());
  }

  private void exportToStream(FileStore stored, ObjectStore objects, @Nullable FileId file)
      throws IOException {
    Manifest content = content(stored, file);
    Path target = request.output();
    try (var reader = ContentReader.forward(objects, content);
        OutputStream out =
            LocalFile.isStandard(target)
                ? new FileOutputStream(FileDescriptor.out)
                : Files.newOutputStream(target, StandardOpenOption.WRITE)) {
      reader.stream(0, reader.length()).transferTo(out);
    }
  }

  private static Manifest content(FileStore stored, @Nullable FileId file) {
    return file == null ? new Manifest(List.of()) : stored.content(file).orElseThrow();
  }

  private void export(FileStore stored, ObjectStore objects, @Nullable FileId file, Path target)
      throws IOException {
    try (var reader = ContentReader.forward(objects, content(stored, file))) {
      write(reader.stream(0, reader.length()), target);
    }
  }

  private void write(InputStream in, Path target) throws IOException {
    Path part = beside(target, ".part");
    if (!Files.exists(part)) {
      Files.createFile(part); // As the user's umask has it: the disk would make it its owner's.
    }
    try (Disk.OpenFile out = disk.open(part)) {
      out.truncate(0);
      write(in, out);
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

  /** What was paid for goes only once the names of the files with it are durable. */
  void deleteState() throws IOException {
    disk.forceDirectory(folder(anchor()));
    if (Files.isDirectory(folder(request.errors()))) { // There is none if no line has failed.
      disk.forceDirectory(folder(request.errors()));
    }
    Directories.delete(state());
  }

  private static Path folder(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent());
  }
}
