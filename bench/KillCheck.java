import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Compares what the server has at the end, line by line, with what it was given. */
final class KillCheck {
  private final Bench api;
  private final List<KillBatch> batches;
  private final List<String> violations;
  final Map<String, Integer> ended = new TreeMap<>();
  long lines;
  long answered;
  long failed;
  long unexecuted;
  long lost;
  long duplicated;
  long mismatched;
  long disordered;
  long wrongCounts;
  long wrongUsage;
  long wrongStates;
  long wrongLedger;
  private final Sums all = new Sums();

  KillCheck(Bench api, List<KillBatch> batches, List<String> violations) {
    this.api = api;
    this.batches = batches;
    this.violations = violations;
  }

  static void isThere(Bench api, String path, String what, List<String> violations)
      throws Exception {
    try {
      api.get(path);
    } catch (IOException e) {
      violations.add(what + " was accepted and is gone: " + e.getMessage());
    }
  }

  void run() throws Exception {
    for (KillBatch batch : batches) {
      if (batch.fileId != null
          && !api.get("/files/" + batch.fileId + "/content").equals(text(batch.input()))) {
        violations.add("upload of " + batch.name + " is not what was sent");
      }
      if (batch.id != null) {
        check(batch, read(api.get("/batches/" + batch.id)));
      }
    }
    checkLedger();
  }

  /** What is charged is what the output files hold, over all batches and deaths. */
  private void checkLedger() throws Exception {
    long begun = Instant.now().minus(Duration.ofDays(2)).getEpochSecond();
    var charged = new Sums();
    for (JsonNode day :
        read(api.get("/organization/usage/completions?start_time=" + begun)).path("data")) {
      for (JsonNode sum : day.path("results")) {
        charged.completed += sum.path("num_model_requests").asLong();
        charged.input += sum.path("input_tokens").asLong();
        charged.output += sum.path("output_tokens").asLong();
      }
    }
    if (charged.completed != all.completed
        || charged.input != all.input
        || charged.output != all.output) {
      wrongLedger++;
      violations.add(
          "files have %d answers, %d and %d tokens; charged are %d, %d and %d"
              .formatted(
                  all.completed,
                  all.input,
                  all.output,
                  charged.completed,
                  charged.input,
                  charged.output));
    }
  }

  private void check(KillBatch batch, JsonNode json) throws Exception {
    String status = json.path("status").asString();
    ended.merge(status, 1, Integer::sum);
    boolean isRight =
        switch (batch.kind) {
          case BROKEN ->
              status.equals("failed") || (batch.isCancelAsked && status.equals("cancelled"));
          case CHAT, LARGE ->
              batch.isCancelAnswered
                  ? status.equals("cancelled")
                  : status.equals("completed")
                      || (batch.isCancelAsked && status.equals("cancelled"));
        };
    if (!isRight || (batch.isEnded() && !batch.status.equals(status))) {
      wrongStates++;
      violations.add("%s is %s, was %s".formatted(batch.name, status, batch.status));
      return;
    }
    // Cancelled or failed while it was validated: no file, and nothing counted.
    if (json.path("in_progress_at").isNull()) {
      compare(batch, json, new Sums(), false);
      return;
    }
    lines += batch.lines;
    var sums = new Sums();
    int[] times = new int[batch.lines];
    rows(batch, json, true, times, sums);
    rows(batch, json, false, times, sums);
    long missing = Arrays.stream(times).filter(n -> n == 0).count();
    long extra = Arrays.stream(times).filter(n -> n > 1).mapToLong(n -> n - 1).sum();
    if (missing > 0 || extra > 0) {
      violations.add("%s: %d lines lost, %d duplicated".formatted(batch.name, missing, extra));
    }
    lost += missing;
    duplicated += extra;
    answered += sums.completed;
    failed += sums.failed;
    unexecuted += sums.unexecuted;
    compare(batch, json, sums, true);
  }

  private static final class Sums {
    long completed;
    long failed;
    long unexecuted;
    long input;
    long output;
  }

  private void rows(KillBatch batch, JsonNode json, boolean isOutput, int[] times, Sums sums)
      throws Exception {
    JsonNode file = json.path(isOutput ? "output_file_id" : "error_file_id");
    if (file.isNull()) {
      return;
    }
    int last = -1;
    for (String text : api.get("/files/" + file.asString() + "/content").split("\n")) {
      JsonNode line = read(text);
      int row = Integer.parseInt(line.path("custom_id").asString().substring("row-".length()));
      times[row]++;
      if (row <= last) {
        disordered++;
        violations.add("%s: row %d comes after row %d".formatted(batch.name, row, last));
      }
      last = row;
      boolean isOwn =
          isOutput ? isOwnAnswer(batch, row, line, sums) : isOwnError(batch, row, line, json, sums);
      if (!isOwn) {
        mismatched++;
        violations.add("%s row %d has: %.300s".formatted(batch.name, row, text));
      }
    }
  }

  private static boolean isOwnAnswer(KillBatch batch, int row, JsonNode line, Sums sums) {
    sums.completed++;
    JsonNode body = line.at("/response/body");
    JsonNode usage = body.path("usage");
    sums.input += usage.path("prompt_tokens").asLong();
    sums.output += usage.path("completion_tokens").asLong(0);
    String answer =
        batch.kind == KillBatch.Kind.LARGE
            ? Integer.toString(body.path("data").size())
            : body.at("/choices/0/message/content").asString();
    return line.at("/response/status_code").asInt() == 200
        && !KillBatch.isRefused(row)
        && answer.strip().startsWith(batch.expectedAnswer(row));
  }

  private static boolean isOwnError(
      KillBatch batch, int row, JsonNode line, JsonNode json, Sums sums) {
    if (line.at("/error/code").asString("").equals("batch_cancelled")) {
      sums.unexecuted++;
      return json.path("status").asString().equals("cancelled");
    }
    sums.failed++;
    int status = line.at("/response/status_code").asInt(0);
    // Others have used up their attempts, or drew one of the upstream's 400s.
    return KillBatch.isRefused(row)
        ? status == 400
        : status >= 400 || line.path("error").isObject();
  }

  private void compare(KillBatch batch, JsonNode json, Sums sums, boolean hasRun) {
    all.completed += sums.completed;
    all.input += sums.input;
    all.output += sums.output;
    JsonNode counts = json.path("request_counts");
    if (counts.path("total").asLong() != (hasRun ? batch.lines : 0)
        || counts.path("completed").asLong() != sums.completed
        || counts.path("failed").asLong() != sums.failed) {
      wrongCounts++;
      violations.add(
          "%s: files have %d and %d, counts say %s"
              .formatted(batch.name, sums.completed, sums.failed, counts));
    }
    JsonNode usage = json.path("usage");
    if (usage.path("input_tokens").asLong() != sums.input
        || usage.path("output_tokens").asLong() != sums.output) {
      wrongUsage++;
      violations.add(
          "%s: files have %d and %d tokens, usage says %s"
              .formatted(batch.name, sums.input, sums.output, usage));
    }
  }

  private static JsonNode read(String json) {
    return JsonMapper.shared().readTree(json);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
