package dev.nightjar.http.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Makes requests as nobody should send them, the same ones for the same seed. Text is bytes of
 * ISO-8859-1 here, so that any byte can be in it. One thread.
 */
final class HostileRequests {
  /** Each as often as it is worth: a new connection costs ten times a request on an old one. */
  private static final List<String> KINDS =
      List.of(
          "json",
          "json",
          "json",
          "json",
          "json",
          "form",
          "form",
          "form",
          "form",
          "query",
          "query",
          "query",
          "path",
          "path",
          "path",
          "range",
          "range",
          "head",
          "framing",
          "pipeline",
          "unfinished",
          "noise",
          "http2");

  private final Dice dice;
  private final String fileId;
  private final String uploadId;
  private final HostileFraming framing;

  /**
   * A request, and how to send it.
   *
   * @param isWhole one request that leaves the connection in order; else the client sends nothing
   *     more, and reads until the server closes
   * @param isHttp2 its answers are frames
   */
  record Hostile(String kind, String text, boolean isWhole, boolean isHttp2) {
    byte[] bytes() {
      return text.getBytes(ISO_8859_1);
    }

    boolean isHead() {
      return text.startsWith("HEAD ");
    }
  }

  /**
   * @param fileId of a file that can be downloaded
   * @param uploadId of an upload that takes parts
   */
  HostileRequests(long seed, String fileId, String uploadId) {
    this.dice = new Dice(new Random(seed));
    this.fileId = fileId;
    this.uploadId = uploadId;
    this.framing = new HostileFraming(dice);
  }

  Hostile next() {
    return switch (dice.of(KINDS)) {
      case "json" -> whole("json", request("POST", jsonTarget(), jsonHead(), json()));
      case "form" -> whole("form", request("POST", formTarget(), formHead(), form()));
      case "query" -> whole("query", request("GET", listPath() + query(), "", ""));
      case "path" ->
          whole("path", request(dice.of(HostileWords.METHODS.subList(0, 6)), path(), "", ""));
      case "range" -> whole("range", request("GET", content(), conditions(), ""));
      case "head" -> closing("head", framing.hugeHead());
      case "framing" -> closing("framing", framing.framing());
      case "pipeline" -> closing("pipeline", framing.pipeline());
      case "unfinished" -> closing("unfinished", unfinished());
      case "noise" -> closing("noise", framing.noise());
      default -> new Hostile("http2", framing.http2(), false, true);
    };
  }

  private static Hostile whole(String kind, String text) {
    return new Hostile(kind, text, true, false);
  }

  private static Hostile closing(String kind, String text) {
    return new Hostile(kind, text, false, false);
  }

  static String request(String method, String target, String headers, String body) {
    String length =
        body.isEmpty() && !method.equals("POST")
            ? ""
            : "Content-Length: %d\r\n".formatted(body.length());
    return "%s %s HTTP/1.1\r\nHost: localhost\r\n%s%s\r\n%s"
        .formatted(method, target, headers, length, body);
  }

  // ---- JSON

  private String jsonTarget() {
    return dice.of(
        "/v1/batches", "/v1/batches", "/v1/uploads", "/v1/uploads/%s/complete".formatted(uploadId));
  }

  private String jsonHead() {
    return dice.below(2) == 0 ? "Content-Type: application/json\r\n" : "";
  }

  private String json() {
    if (dice.below(12) == 0) {
      return dice.of("[", "{\"metadata\":", "\"").repeat(dice.below(3_000));
    }
    String json =
        IntStream.range(0, dice.below(6))
            .mapToObj(i -> "\"%s\":%s".formatted(dice.of(HostileWords.FIELDS), value(0)))
            .collect(Collectors.joining(",", "{", "}"));
    return dice.below(10) == 0 ? json.substring(dice.below(json.length())) : json;
  }

  private String value(int depth) {
    if (depth > 4 || dice.below(3) > 0) {
      return dice.of(HostileWords.SCALARS);
    }
    return dice.below(2) == 0
        ? "[" + list(() -> value(depth + 1)) + "]"
        : "{"
            + list(() ->
                "\"%s\":%s".formatted(dice.of("k", "anchor", "seconds", ""), value(depth + 1)))
            + "}";
  }

  private String list(Supplier<String> item) {
    return IntStream.range(0, dice.below(4))
        .mapToObj(_ -> item.get())
        .collect(Collectors.joining(","));
  }

  // ---- multipart

  private String formTarget() {
    return dice.of("/v1/files", "/v1/files", "/v1/uploads/%s/parts".formatted(uploadId));
  }

  private String formHead() {
    return dice.below(20) == 0
        ? ""
        : "Content-Type: multipart/form-data; %s\r\n"
            .formatted(dice.usually("boundary=b", dice.of(HostileWords.BOUNDARIES)));
  }

  private String form() {
    if (dice.below(200) == 0) {
      return part().repeat(2_000);
    }
    var form = new StringBuilder();
    int parts = dice.below(5);
    for (int i = 0; i < parts; i++) {
      form.append(part());
    }
    form.append(
        dice.usually("--b--\r\n", dice.of("", "--b", "--b-", "--b--", "--b\r\n", "\r\n--b--")));
    if (dice.below(10) == 0) {
      form.setLength(dice.below(form.length() + 1));
    }
    return form.toString();
  }

  private String part() {
    String name =
        dice.of(
            "file",
            "file",
            "data",
            "purpose",
            "purpose",
            "expires_after[seconds]",
            "x",
            "",
            "\u00ff");
    String value =
        dice.of(
            "batch",
            "{\"custom_id\": 1}",
            "vision",
            "--b",
            "\r\n--b",
            dice.binary(40),
            "--c\r\n",
            "x".repeat(9_000));
    String head =
        dice.usually(
            "Content-Disposition: form-data; name=\"%s\"%s"
                .formatted(name, dice.of("", "; filename=\"a.jsonl\"")),
            dice.of(
                "X-" + "h".repeat(dice.below(20_000)) + ": 1",
                "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n",
                "Content-Disposition: form-data; name=\"file",
                "content-disposition:form-data;name=file;filename*=x''%zz",
                dice.binary(30),
                ""));
    return dice.usually("--b\r\n", dice.of("--c\r\n", "--b ", "--b\n", ""))
        + head
        + dice.usually("\r\n\r\n", "\r\n")
        + value
        + "\r\n";
  }

  // ---- targets

  private String listPath() {
    return dice.of("/v1/files", "/files", "/v1/batches", "/batches");
  }

  private String query() {
    return "?"
        + IntStream.range(0, 1 + dice.below(4))
            .mapToObj(_ ->
                dice.of(HostileWords.QUERY_NAMES)
                    + dice.of("=", "=", "=", "", "==")
                    + dice.of(HostileWords.QUERY_VALUES))
            .collect(Collectors.joining(dice.of("&", "&", "&&", ";")));
  }

  private String path() {
    String begin =
        dice.of(
            "/v1/files",
            "/v1/batches",
            "/v1/models",
            "/v1",
            "",
            "/healthz/live",
            "/batches",
            "http://localhost/v1/files",
            "http://evil.example/v1/files",
            "*",
            "localhost:80");
    String id =
        dice.of("", "/x", "/file-none", "/batch_none/cancel", "/" + "i".repeat(dice.below(5_000)));
    return begin + dice.of(HostileWords.TRICKS) + id + dice.of(HostileWords.TRICKS);
  }

  private String content() {
    return "/v1/files/%s/content".formatted(fileId);
  }

  private String conditions() {
    String value =
        dice.of(
            "bytes=0-1",
            "bytes=5-1",
            "bytes=-1",
            "bytes=-",
            "bytes=999999999999999999-",
            "bytes=0-1,2-3",
            "bytes=99999999999999999999999-",
            "octets=0-1",
            "=",
            "*",
            "\"",
            "\"" + fileId + "\"",
            "W/\"" + fileId + "\"",
            ",".repeat(500),
            "bytes=0-" + "9".repeat(18),
            "\u00e9");
    return IntStream.range(0, 1 + dice.below(3))
        .mapToObj(
            _ -> dice.of("Range", "If-None-Match", "If-Range", "Accept") + ": " + value + "\r\n")
        .collect(Collectors.joining());
  }

  private String unfinished() {
    String whole =
        dice.of(
            request(
                "POST",
                "/v1/files",
                "Content-Type: multipart/form-data; boundary=b\r\n",
                part() + part()),
            request("POST", "/v1/batches", "", json() + " "),
            request("GET", path(), "", ""));
    return whole.substring(0, dice.below(whole.length()));
  }
}
