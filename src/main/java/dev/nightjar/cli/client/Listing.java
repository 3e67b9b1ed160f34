package dev.nightjar.cli.client;

import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * A list of the API, page after page.
 *
 * @param path with its query, which says nothing of {@code limit} and {@code after}
 * @param pageMax how many items a page may have
 */
public record Listing(String path, int pageMax) {
  /** Gives as many items as there are, {@code limit} at the most. */
  public void read(ApiClient client, int limit, Consumer<JsonNode> item) {
    String join = path.contains("?") ? "&" : "?";
    String after = "";
    int left = limit;
    while (left > 0) {
      int asked = Math.min(left, pageMax);
      JsonNode page = client.get(path + join + "limit=" + asked + after);
      JsonNode data = page.path("data");
      int taken = 0;
      for (JsonNode one : data) {
        if (taken++ < left) {
          item.accept(one);
        }
      }
      left -= taken;
      if (taken == 0 || !page.path("has_more").asBoolean(false)) {
        return;
      }
      after = "&after=" + ApiClient.encoded(data.get(taken - 1).path("id").asString(""));
    }
  }
}
