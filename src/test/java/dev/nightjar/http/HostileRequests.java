package dev.nightjar.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.nightjar.testing.Http2Frames;
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

  private static final List<String> METHODS =
      List.of("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "TRACE", "FOO", "get");
  private static final List<String> TRICKS =
      List.of(
          "",
          "/",
          "//",
          "/..",
          "/%2e%2e/%2e%2e",
          "/%00",
          "/%2f",
          "/%",
          "/%zz",
          "/;a=b",
          "/.",
          "/\u00e9",
          "/%ff%fe",
          "/%E2%82%AC",
          "?",
          "#",
          "/*",
          "/..%5c",
          "/ ",
          "/\t",
          "/\"<>{}");
  private static final List<String> FIELDS =
      List.of(
          "input_file_id",
          "endpoint",
          "completion_window",
          "metadata",
          "output_expires_after",
          "unknown",
          "");
  private static final List<String> SCALARS =
      List.of(
          "null",
          "true",
          "0",
          "-1",
          "1e999",
          "1E-999",
          "-0.0",
          "123456789012345678901234567890",
          "\"\"",
          "\"24h\"",
          "\"/v1/responses\"",
          "\"\\ud800\"",
          "\"\\u0000\"",
          "\"\u00c3(\"",
          "\"\u00ed\u00a0\u0080\"",
          "NaN",
          "Infinity",
          "'x'",
          "01",
          "[]",
          "{}",
          "\"",
          "\u00ff",
          "{\"anchor\":\"created_at\",\"seconds\":3600}",
          "[[[[[[]]]]]]",
          "tru",
          "/**/1");
  private static final List<String> QUERY_VALUES =
      List.of(
          "-1",
          "0",
          "1",
          "1000000000",
          "99999999999999999999",
          "NaN",
          "",
          "x",
          "%00",
          "%zz",
          "asc",
          "desc",
          "batch",
          "file-none",
          "batch_none",
          "1.5",
          "%20",
          "+",
          "\u00e9",
          "a&limit=2",
          "%F0%9F%90%A6",
          "'",
          "%27%20OR%201=1");
  private static final List<String> QUERY_NAMES =
      List.of(
          "limit",
          "after",
          "order",
          "purpose",
          "status",
          "model",
          "metadata.k",
          "created_after",
          "created_before",
          "metadata.",
          "x",
          "");
  private static final List<String> BOUNDARIES =
      List.of(
          "boundary=b",
          "boundary=\"b\"",
          "",
          "boundary=",
          "boundary=c",
          "boundary=\"",
          "boundary=b; boundary=c",
          "Boundary=b; charset=x",
          "boundary*=utf-8''b");

  private final Random random;
  private final String fileId;

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
   */
  HostileRequests(long seed, String fileId) {
    this.random = new Random(seed);
    this.fileId = fileId;
  }

  Hostile next() {
    return switch (of(KINDS)) {
      case "json" -> whole("json", request("POST", "/v1/batches", jsonHead(), json()));
      case "form" -> whole("form", request("POST", "/v1/files", formHead(), form()));
      case "query" -> whole("query", request("GET", listPath() + query(), "", ""));
      case "path" -> whole("path", request(of(METHODS.subList(0, 6)), path(), "", ""));
      case "range" -> whole("range", request("GET", content(), conditions(), ""));
      case "head" -> closing("head", hugeHead());
      case "framing" -> closing("framing", framing());
      case "pipeline" -> closing("pipeline", pipeline());
      case "unfinished" -> closing("unfinished", unfinished());
      case "noise" -> closing("noise", noise());
      default -> new Hostile("http2", http2(), false, true);
    };
  }

  private static Hostile whole(String kind, String text) {
    return new Hostile(kind, text, true, false);
  }

  private static Hostile closing(String kind, String text) {
    return new Hostile(kind, text, false, false);
  }

  private static String request(String method, String target, String headers, String body) {
    String length =
        body.isEmpty() && !method.equals("POST")
            ? ""
            : "Content-Length: %d\r\n".formatted(body.length());
    return "%s %s HTTP/1.1\r\nHost: localhost\r\n%s%s\r\n%s"
        .formatted(method, target, headers, length, body);
  }

  // ---- JSON

  private String jsonHead() {
    return random.nextBoolean() ? "Content-Type: application/json\r\n" : "";
  }

  private String json() {
    if (random.nextInt(12) == 0) {
      return of("[", "{\"metadata\":", "\"").repeat(random.nextInt(3_000));
    }
    String json =
        IntStream.range(0, random.nextInt(6))
            .mapToObj(i -> "\"%s\":%s".formatted(of(FIELDS), value(0)))
            .collect(Collectors.joining(",", "{", "}"));
    return random.nextInt(10) == 0 ? json.substring(random.nextInt(json.length())) : json;
  }

  private String value(int depth) {
    if (depth > 4 || random.nextInt(3) > 0) {
      return of(SCALARS);
    }
    return random.nextBoolean()
        ? "[" + list(() -> value(depth + 1)) + "]"
        : "{"
            + list(() -> "\"%s\":%s".formatted(of("k", "anchor", "seconds", ""), value(depth + 1)))
            + "}";
  }

  private String list(Supplier<String> item) {
    return IntStream.range(0, random.nextInt(4))
        .mapToObj(_ -> item.get())
        .collect(Collectors.joining(","));
  }

  // ---- multipart

  private String formHead() {
    return random.nextInt(20) == 0
        ? ""
        : "Content-Type: multipart/form-data; %s\r\n"
            .formatted(usually("boundary=b", of(BOUNDARIES)));
  }

  private String form() {
    if (random.nextInt(200) == 0) {
      return part().repeat(2_000);
    }
    var form = new StringBuilder();
    int parts = random.nextInt(5);
    for (int i = 0; i < parts; i++) {
      form.append(part());
    }
    form.append(usually("--b--\r\n", of("", "--b", "--b-", "--b--", "--b\r\n", "\r\n--b--")));
    if (random.nextInt(10) == 0) {
      form.setLength(random.nextInt(form.length() + 1));
    }
    return form.toString();
  }

  private String part() {
    String name =
        of("file", "file", "purpose", "purpose", "expires_after[seconds]", "x", "", "\u00ff");
    String value =
        of(
            "batch",
            "{\"custom_id\": 1}",
            "vision",
            "--b",
            "\r\n--b",
            binary(40),
            "--c\r\n",
            "x".repeat(9_000));
    String head =
        usually(
            "Content-Disposition: form-data; name=\"%s\"%s"
                .formatted(name, of("", "; filename=\"a.jsonl\"")),
            of(
                "X-" + "h".repeat(random.nextInt(20_000)) + ": 1",
                "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n",
                "Content-Disposition: form-data; name=\"file",
                "content-disposition:form-data;name=file;filename*=x''%zz",
                binary(30),
                ""));
    return usually("--b\r\n", of("--c\r\n", "--b ", "--b\n", ""))
        + head
        + usually("\r\n\r\n", "\r\n")
        + value
        + "\r\n";
  }

  // ---- targets

  private String listPath() {
    return of("/v1/files", "/files", "/v1/batches", "/batches");
  }

  private String query() {
    return "?"
        + IntStream.range(0, 1 + random.nextInt(4))
            .mapToObj(_ -> of(QUERY_NAMES) + of("=", "=", "=", "", "==") + of(QUERY_VALUES))
            .collect(Collectors.joining(of("&", "&", "&&", ";")));
  }

  private String path() {
    String begin =
        of(
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
        of("", "/x", "/file-none", "/batch_none/cancel", "/" + "i".repeat(random.nextInt(5_000)));
    return begin + of(TRICKS) + id + of(TRICKS);
  }

  private String content() {
    return "/v1/files/%s/content".formatted(fileId);
  }

  private String conditions() {
    String value =
        of(
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
    return IntStream.range(0, 1 + random.nextInt(3))
        .mapToObj(_ -> of("Range", "If-None-Match", "If-Range", "Accept") + ": " + value + "\r\n")
        .collect(Collectors.joining());
  }

  // ---- what is not one well-framed request

  private String hugeHead() {
    String header =
        of(
            "X: " + "h".repeat(random.nextInt(40_000)),
            "h".repeat(random.nextInt(40_000)) + ": x",
            "X: a\nInjected: b",
            "X: a\rInjected: b",
            "X : a",
            ": a",
            "X",
            " folded",
            "X: \u0000",
            "Host: evil.example",
            "Host: ",
            "Host: localhost:x",
            "Host: [::1",
            "Origin: null",
            "X: " + binary(200),
            "Connection: " + "close,".repeat(500),
            "Cookie: a=b\r\n".repeat(800));
    return "GET /v1/models HTTP/1.1\r\n%s%s\r\n\r\n"
        .formatted(usually("Host: localhost\r\n", ""), header);
  }

  private String framing() {
    String headers =
        of(
            "Content-Length: 5\r\nContent-Length: 6\r\n",
            "Content-Length: -1\r\n",
            "Content-Length: 5, 5\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked, chunked\r\n",
            "Transfer-Encoding: xchunked\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: \r\n",
            "Content-Length: +5\r\n",
            "Expect: 100-continue\r\nContent-Length: 5\r\n",
            "Expect: x\r\nContent-Length: 5\r\n",
            "Content-Encoding: gzip\r\nContent-Length: 5\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
            "Upgrade: websocket\r\n");
    String chunks =
        of(
            "5\r\nhello\r\n0\r\n\r\n",
            "5;ext=\"" + "e".repeat(random.nextInt(90_000)) + "\"\r\nhello\r\n0\r\n\r\n",
            "FFFFFFFF\r\n",
            "7FFFFFFF\r\nx",
            "-1\r\n",
            "zz\r\n",
            "5\r\nhelloXX0\r\n\r\n",
            "0\r\nTrailer: x\r\n\r\n",
            "00000000000000000005\r\nhello\r\n0\r\n\r\n",
            "5\nhello\n0\n\n",
            "",
            "0",
            "0x5\r\nhello\r\n",
            binary(50));
    return "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n%s\r\n%s"
        .formatted(
            of("/v1/files", "/v1/batches", "/nowhere", "/v1/batches/x/cancel"), headers, chunks);
  }

  private String pipeline() {
    return IntStream.range(0, 2 + random.nextInt(20))
        .mapToObj(_ ->
            request(
                of("GET", "POST", "DELETE"),
                of(listPath(), "/v1/models", "/x"),
                "",
                of("", "{}", "x")))
        .collect(Collectors.joining());
  }

  private String unfinished() {
    String whole =
        of(
            request(
                "POST",
                "/v1/files",
                "Content-Type: multipart/form-data; boundary=b\r\n",
                part() + part()),
            request("POST", "/v1/batches", "", json() + " "),
            request("GET", path(), "", ""));
    return whole.substring(0, random.nextInt(whole.length()));
  }

  private String noise() {
    return of(
        binary(300),
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET\r\n\r\n",
        "\r\n\r\n\r\n",
        "GET / HTTP/1.1\n\n",
        of(METHODS) + " " + of(TRICKS) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\u0016\u0003\u0001\u0002",
        "GET " + "/x".repeat(random.nextInt(6_000)) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "m".repeat(9_000),
        "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  private String http2() {
    Http2Frames frames = Http2Frames.connection();
    int count = random.nextInt(8);
    for (int i = 0; i < count; i++) {
      switch (random.nextInt(4)) {
        case 0 ->
            frames.post(
                1 + 2 * i,
                of("/v1/files", "/v1/batches", "/"),
                "content-type",
                "multipart/form-data; boundary=b");
        case 1 -> frames.data(1 + 2 * random.nextInt(4), of("half", "--b", "{}"));
        case 2 -> frames.end(1 + 2 * random.nextInt(4));
        default ->
            frames.frame(
                random.nextInt(12),
                random.nextInt(256),
                random.nextInt(9),
                binary(40).getBytes(ISO_8859_1));
      }
    }
    String text = new String(frames.bytes(), ISO_8859_1);
    return random.nextInt(5) == 0 ? text.substring(0, random.nextInt(text.length())) : text;
  }

  // ---- dice

  private String binary(int bytesMax) {
    byte[] bytes = new byte[random.nextInt(bytesMax + 1)];
    random.nextBytes(bytes);
    return new String(bytes, ISO_8859_1);
  }

  private String usually(String normal, String other) {
    return random.nextInt(6) == 0 ? other : normal;
  }

  private String of(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private String of(List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
