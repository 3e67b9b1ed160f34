import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * One client that uploads and deletes, and one that sends parts and cancels, without a pause; the
 * other project's time for an upload.
 */
final class NeighbourUploads implements Neighbour {
  private static final int THEIR_BYTES = 1 << 20;
  private static final int OUR_BYTES = 16 << 10;

  private final byte[] theirs = bytes(THEIR_BYTES);
  private final byte[] ours = bytes(OUR_BYTES);

  static byte[] bytes(int count) {
    var line = Bench.line(0, "").getBytes(StandardCharsets.UTF_8);
    var bytes = new byte[count];
    new Random(1).nextBytes(bytes);
    System.arraycopy(line, 0, bytes, 0, line.length);
    return bytes;
  }

  @Override
  public String settings() {
    return "storage_bytes_max: 1GiB\n";
  }

  @Override
  public void disturb(NeighbourWorld world) throws Exception {
    Bench client = world.project("theirs");
    Thread parts = Thread.ofPlatform().start(() -> parts(world, client));
    while (!world.isCalm()) {
      try {
        client.delete("/files/" + client.upload(theirs));
      } catch (IOException _) {
        NeighbourWorld.pause(1); // There is no room, which is the point.
      }
    }
    parts.join();
  }

  private void parts(NeighbourWorld world, Bench client) {
    while (!world.isCalm()) {
      try {
        String upload =
            Bench.field(
                client.post(
                    "/uploads",
                    "{\"filename\":\"a.jsonl\",\"purpose\":\"batch\",\"mime_type\":\"application/jsonl\",\"bytes\":%d}"
                        .formatted(THEIR_BYTES)),
                "id");
        client.part(upload, theirs);
        client.post("/uploads/" + upload + "/cancel", "");
      } catch (Exception _) {
        NeighbourWorld.pause(1);
      }
    }
  }

  @Override
  public double operation(NeighbourWorld world) throws Exception {
    Bench client = world.project("ours");
    long begun = System.nanoTime();
    String file = client.upload(ours);
    double took = Neighbour.since(begun);
    client.delete("/files/" + file);
    return took;
  }
}
