package dev.nightjar.http.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.nightjar.testing.Http2Frames;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What is not one well-framed request: the connection is of no use after it. */
record HostileFraming(Dice dice) {
  String hugeHead() {
    String header =
        dice.of(
            "X: " + "h".repeat(dice.below(40_000)),
            "h".repeat(dice.below(40_000)) + ": x",
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
            "X: " + dice.binary(200),
            "Connection: " + "close,".repeat(500),
            "Cookie: a=b\r\n".repeat(800));
    return "GET /v1/models HTTP/1.1\r\n%s%s\r\n\r\n"
        .formatted(dice.usually("Host: localhost\r\n", ""), header);
  }

  String framing() {
    String headers =
        dice.of(
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
        dice.of(
            "5\r\nhello\r\n0\r\n\r\n",
            "5;ext=\"" + "e".repeat(dice.below(90_000)) + "\"\r\nhello\r\n0\r\n\r\n",
            "FFFFFFFF\r\n",
            "7FFFFFFF\r\nx",
            "-1\r\n",
            "+F00000\r\nx",
            "zz\r\n",
            "5\r\nhelloXX0\r\n\r\n",
            "0\r\nTrailer: x\r\n\r\n",
            "00000000000000000005\r\nhello\r\n0\r\n\r\n",
            "5\nhello\n0\n\n",
            "",
            "0",
            "0x5\r\nhello\r\n",
            dice.binary(50));
    return "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n%s\r\n%s"
        .formatted(
            dice.of("/v1/files", "/v1/batches", "/nowhere", "/v1/batches/x/cancel"),
            headers,
            chunks);
  }

  String pipeline() {
    return IntStream.range(0, 2 + dice.below(20))
        .mapToObj(_ ->
            HostileRequests.request(
                dice.of("GET", "POST", "DELETE"),
                dice.of(dice.of("/v1/files", "/v1/batches"), "/v1/models", "/x"),
                "",
                dice.of("", "{}", "x")))
        .collect(Collectors.joining());
  }

  String noise() {
    return dice.of(
        dice.binary(300),
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET\r\n\r\n",
        "\r\n\r\n\r\n",
        "GET / HTTP/1.1\n\n",
        dice.of(HostileWords.METHODS)
            + " "
            + dice.of(HostileWords.TRICKS)
            + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\u0016\u0003\u0001\u0002",
        "GET " + "/x".repeat(dice.below(6_000)) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "m".repeat(9_000),
        "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  String http2() {
    Http2Frames frames = Http2Frames.connection();
    int count = dice.below(8);
    for (int i = 0; i < count; i++) {
      switch (dice.below(4)) {
        case 0 ->
            frames.post(
                1 + 2 * i,
                dice.of("/v1/files", "/v1/batches", "/"),
                "content-type",
                "multipart/form-data; boundary=b");
        case 1 -> frames.data(1 + 2 * dice.below(4), dice.of("half", "--b", "{}"));
        case 2 -> frames.end(1 + 2 * dice.below(4));
        default ->
            frames.frame(
                dice.below(12),
                dice.below(256),
                dice.below(9),
                dice.binary(40).getBytes(ISO_8859_1));
      }
    }
    String text = new String(frames.bytes(), ISO_8859_1);
    return dice.below(5) == 0 ? text.substring(0, dice.below(text.length())) : text;
  }
}
