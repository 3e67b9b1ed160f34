package dev.nightjar.http.files;

import static dev.nightjar.testing.TestApi.LINE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Tag("server")
class FileListTest {
  @TempDir private Path directory;
  private TestApi api;
  private final List<String> ids = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    api = new TestApi(directory);
    for (int i = 0; i < 5; i++) {
      ids.add(api.upload(i == 2 ? "user_data" : "batch", "a.jsonl", LINE));
    }
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void newestComesFirstUnlessAskedOtherwise() throws Exception {
    assertThat(list("")).isEqualTo(ids.reversed());
    assertThat(list("?order=desc")).isEqualTo(ids.reversed());
    assertThat(list("?order=asc")).isEqualTo(ids);
  }

  @Test
  void pagesFollowEachOtherWithoutGapOrRepeat() throws Exception {
    JsonNode first = page("?limit=2");
    JsonNode second = page("?limit=2&after=" + ids.get(3));
    JsonNode last = page("?limit=2&after=" + ids.get(1));
    JsonNode beyond = page("?limit=2&after=" + ids.get(0));

    assertThat(ids(first)).containsExactly(ids.get(4), ids.get(3));
    assertThat(first.get("first_id").asString()).isEqualTo(ids.get(4));
    assertThat(first.get("last_id").asString()).isEqualTo(ids.get(3));
    assertThat(first.get("has_more").asBoolean()).isTrue();
    assertThat(ids(second)).containsExactly(ids.get(2), ids.get(1));
    assertThat(ids(last)).containsExactly(ids.get(0));
    assertThat(last.get("has_more").asBoolean()).isFalse();
    assertThat(beyond.toString())
        .isEqualTo(
            "{\"object\":\"list\",\"data\":[],\"first_id\":\"\",\"last_id\":\"\",\"has_more\":false}");
  }

  @Test
  void purposeFilters() throws Exception {
    assertThat(list("?purpose=user_data")).containsExactly(ids.get(2));
    assertThat(list("?purpose=other")).isEmpty();
  }

  @Test
  void aDeletedFileIsGoneFromEverywhere() throws Exception {
    String id = ids.get(1);

    HttpResponse<byte[]> deleted = api.send(api.request("/v1/files/" + id).DELETE());

    assertThat(TestApi.json(deleted).toString())
        .isEqualTo("{\"id\":\"%s\",\"object\":\"file\",\"deleted\":true}".formatted(id));
    assertThat(list("")).doesNotContain(id);
    assertThat(api.get("/v1/files/" + id).statusCode()).isEqualTo(404);
    assertThat(api.get("/v1/files/" + id + "/content").statusCode()).isEqualTo(404);
    assertThat(api.send(api.request("/v1/files/" + id).DELETE()).statusCode()).isEqualTo(404);
  }

  @Test
  void aClientThatDeletesWhilePagingGoesOn() throws Exception {
    var seen = new ArrayList<String>();
    JsonNode page = page("?limit=2");
    while (!page.get("data").isEmpty()) {
      seen.addAll(ids(page));
      for (String id : ids(page)) {
        api.send(api.request("/v1/files/" + id).DELETE());
      }
      page = page("?limit=2&after=" + seen.getLast());
    }

    assertThat(seen).isEqualTo(ids.reversed());
    assertThat(list("")).isEmpty();
  }

  @Test
  void aPageGoesOnAfterAFileThatHasExpired() throws Exception {
    api.now.updateAndGet(now -> now.plus(Duration.ofDays(30)));

    assertThat(list("?after=" + ids.get(3))).containsExactly(ids.get(2));
  }

  @Test
  void anExpiredFileIsGoneFromEverywhere() throws Exception {
    api.now.updateAndGet(now -> now.plus(Duration.ofDays(30)));

    assertThat(list("")).containsExactly(ids.get(2));
    assertThat(api.get("/v1/files/" + ids.get(0)).statusCode()).isEqualTo(404);
  }

  private JsonNode page(String query) throws IOException, InterruptedException {
    return TestApi.json(api.get("/v1/files" + query));
  }

  private List<String> list(String query) throws IOException, InterruptedException {
    return ids(page(query));
  }

  private static List<String> ids(JsonNode page) {
    return page.get("data").valueStream().map(file -> file.get("id").asString()).toList();
  }
}
