import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;

/**
 * Three batches at a time of a file of half a gigabyte, over and over; the other project's time from
 * the creation of a batch of 17 MiB, which is no small file either, to the end of its validation.
 * The last line of each file is wrong, so that nothing runs.
 */
final class NeighbourValidation implements Neighbour {
  private static final int THEIR_MIB = Integer.parseInt(System.getenv().getOrDefault("FILE_MIB", "512"));
  private static final int OUR_MIB = 17;
  private static final int AT_ONCE = 3;
  private static final String PADDING = "x".repeat(4_000);

  private String theirs = "";
  private String ours = "";

  @Override
  public void prepare(NeighbourWorld world) throws Exception {
    theirs = upload(world, "theirs", THEIR_MIB);
    ours = upload(world, "ours", OUR_MIB);
  }

  private static String upload(NeighbourWorld world, String project, int mib) throws Exception {
    Path file = Files.createTempFile(world.data().getParent(), project, ".jsonl");
    try (var out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      long bytes = 0;
      for (int i = 0; bytes < (long) mib << 20; i++) {
        String line = Bench.line(i, PADDING);
        out.write(line);
        bytes += line.length();
      }
      out.write("{\n");
    }
    String id = world.project(project).upload(file);
    Files.delete(file);
    return id;
  }

  @Override
  public void disturb(NeighbourWorld world) throws Exception {
    Bench client = world.project("theirs");
    var batches = new ArrayDeque<String>();
    while (!world.isCalm()) {
      batches.removeIf(batch -> hasEnded(client, batch));
      while (batches.size() < AT_ONCE) {
        batches.add(client.create(theirs));
      }
      NeighbourWorld.pause(50);
    }
    // A round without must not meet what this one has left.
    for (String batch : batches) {
      if (!hasEnded(client, batch)) {
        client.post("/batches/" + batch + "/cancel", "");
      }
    }
  }

  private static boolean hasEnded(Bench client, String batch) {
    try {
      return Bench.isTerminal(client.get("/batches/" + batch));
    } catch (Exception _) {
      return false;
    }
  }

  @Override
  public double operation(NeighbourWorld world) throws Exception {
    Bench client = world.project("ours");
    long begun = System.nanoTime();
    String batch = client.create(ours);
    while (!hasEnded(client, batch)) {
      NeighbourWorld.pause(5);
    }
    return Neighbour.since(begun);
  }
}
