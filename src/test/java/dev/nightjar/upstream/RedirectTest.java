package dev.nightjar.upstream;

import static dev.nightjar.testing.ScriptedServer.playing;
import static dev.nightjar.upstream.Sending.request;
import static dev.nightjar.upstream.Sending.upstream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.testing.ScriptedServer.Received;
import dev.nightjar.testing.ScriptedServer.Script;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("F1")
class RedirectTest {
  private static final UpstreamResult ANSWERED = new UpstreamResult.Answered(200, null, null);

  private final CollectingSink sink = new CollectingSink(1 << 20);

  /** Whoever asks for another path is sent there. */
  private static Script sending(int status, String location) {
    return peer -> {
      while (true) {
        Received request = peer.readRequest();
        boolean isThere = request.head().startsWith("POST /there?a=b ");
        String host = request.headers().get("host");
        peer.send(
            isThere
                ? Sending.OK
                : "HTTP/1.1 %d Elsewhere\r\nLocation: %s\r\nContent-Length: 4\r\n\r\ngone"
                    .formatted(status, location.replace("HOST", host)));
      }
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"/there?a=b", "http://HOST/there?a=b", "HTTP://HOST/there?a=b"})
  void redirectOnTheSameServerIsFollowedWithTheBody(String location) throws Exception {
    for (int status : List.of(307, 308)) {
      try (var server = playing(sending(status, location));
          var upstream = upstream(server)) {
        assertThat(upstream.newCall(request("{\"a\":1}")).execute(sink)).isEqualTo(ANSWERED);

        assertThat(sink.text()).isEqualTo("{}");
        Received last = server.received().getLast();
        assertThat(last.body()).isEqualTo("{\"a\":1}");
        assertThat(last.headers()).containsEntry("authorization", "Bearer sk-test");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://elsewhere.example/there?a=b",
        "//elsewhere.example/there?a=b",
        "https://HOST/there?a=b",
        "http://127.0.0.1:1/there?a=b",
        "http://user@HOST/there?a=b",
        "there?a=b",
        "",
        "http://[/there",
      })
  void redirectToAnywhereElseIsTheAnswer(String location) throws Exception {
    try (var server = playing(sending(308, location));
        var upstream = upstream(server)) {
      assertThat(upstream.newCall(request("{}")).execute(sink))
          .isEqualTo(new UpstreamResult.Answered(308, null, null));

      assertThat(server.received()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 300, 304})
  void otherRedirectsAreTheAnswer(int status) throws Exception {
    try (var server = playing(sending(status, "/there?a=b"));
        var upstream = upstream(server)) {
      assertThat(upstream.newCall(request("{}")).execute(sink))
          .isEqualTo(new UpstreamResult.Answered(status, null, null));
    }
  }

  @Test
  void redirectsWithoutEndAreFollowedThreeTimes() throws Exception {
    try (var server = playing(sending(307, "/nowhere"));
        var upstream = upstream(server)) {
      assertThat(upstream.newCall(request("{}")).execute(sink))
          .isEqualTo(new UpstreamResult.Answered(307, null, null));

      assertThat(server.received()).hasSize(4);
    }
  }
}
