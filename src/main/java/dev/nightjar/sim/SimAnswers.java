package dev.nightjar.sim;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes answers in OpenAI's shapes. The same request gets the same answer, but for its time; every
 * text says that it is simulated.
 */
final class SimAnswers {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int WORDS = 12;
  private static final int DIMENSIONS = 1_536;
  private static final int LARGE_DIMENSIONS = 3_072;
  private static final int DIMENSIONS_MAX = 16_384;

  private final Tokens tokens;
  private final long seed;

  /** The request is wrong; answered with 400 in OpenAI's envelope. */
  static final class BadRequestException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final @Nullable String parameter;

    BadRequestException(@Nullable String parameter, String message) {
      super(message);
      this.parameter = parameter;
    }

    @Nullable String parameter() {
      return parameter;
    }
  }

  SimAnswers(Tokens tokens, long seed) {
    this.tokens = tokens;
    this.seed = seed;
  }

  ObjectNode chat(JsonNode request, long created) {
    JsonNode messages = required(request, "messages");
    String prompt = text(messages);
    ObjectNode message = NODES.objectNode().put("role", "assistant");
    String finish = "stop";
    String output;
    JsonNode function = request.path("tools").path(0).path("function");
    if (function.isObject() && !request.path("tool_choice").asString("auto").equals("none")) {
      output = arguments(function.path("parameters"));
      finish = "tool_calls";
      message.putNull("content");
      ObjectNode call = message.putArray("tool_calls").addObject();
      call.put("id", "call_" + id(request)).put("type", "function");
      call.putObject("function")
          .put("name", function.path("name").asString())
          .put("arguments", output);
    } else {
      output = content(request.path("response_format"), "json_schema", messages);
      int limit = limit(request, "max_completion_tokens", "max_tokens");
      if (tokens.count(output) > limit) {
        output = output.substring(0, Math.min(output.length(), limit * 2));
        finish = "length";
      }
      message.put("content", output);
    }
    message.putNull("refusal");
    ObjectNode answer = head(request, "chatcmpl-", "chat.completion", created);
    ObjectNode choice = answer.putArray("choices").addObject();
    choice.put("index", 0).set("message", message);
    choice.putNull("logprobs").put("finish_reason", finish);
    answer.set("usage", usage(tokens.count(prompt) + 3, tokens.count(output)));
    answer.put("system_fingerprint", "nightjar_sim");
    return answer;
  }

  ObjectNode completion(JsonNode request, long created) {
    String prompt = text(required(request, "prompt"));
    String output = simulated(prompt);
    ObjectNode answer = head(request, "cmpl-", "text_completion", created);
    answer
        .putArray("choices")
        .addObject()
        .put("text", output)
        .put("index", 0)
        .putNull("logprobs")
        .put("finish_reason", "stop");
    answer.set("usage", usage(tokens.count(prompt), tokens.count(output)));
    return answer;
  }

  ObjectNode response(JsonNode request, long created) {
    JsonNode input = required(request, "input");
    ObjectNode answer = NODES.objectNode();
    answer.put("id", "resp_" + id(request)).put("object", "response").put("created_at", created);
    answer.put("status", "completed").putNull("error").putNull("incomplete_details");
    answer.putNull("instructions").put("model", request.path("model").asString("simulated"));
    ArrayNode output = answer.putArray("output");
    JsonNode tool = request.path("tools").path(0);
    String produced;
    if (tool.path("type").asString("").equals("function")
        && !request.path("tool_choice").asString("auto").equals("none")) {
      produced = arguments(tool.path("parameters"));
      output
          .addObject()
          .put("type", "function_call")
          .put("id", "fc_" + id(request))
          .put("call_id", "call_" + id(request))
          .put("name", tool.path("name").asString())
          .put("arguments", produced)
          .put("status", "completed");
    } else {
      produced = content(request.path("text").path("format"), "schema", input);
      ObjectNode message = output.addObject();
      message.put("type", "message").put("id", "msg_" + id(request)).put("status", "completed");
      ObjectNode part = message.put("role", "assistant").putArray("content").addObject();
      part.put("type", "output_text").put("text", produced).putArray("annotations");
      part.putArray("logprobs");
    }
    answer.put("parallel_tool_calls", true).put("temperature", 1.0).put("top_p", 1.0);
    answer.put("tool_choice", "auto").putObject("metadata");
    answer.set("tools", request.path("tools").isArray() ? request.get("tools") : NODES.arrayNode());
    int in = tokens.count(text(input));
    int out = tokens.count(produced);
    ObjectNode usage = answer.putObject("usage");
    usage.put("input_tokens", in).putObject("input_tokens_details").put("cached_tokens", 0);
    usage.put("output_tokens", out).putObject("output_tokens_details").put("reasoning_tokens", 0);
    usage.put("total_tokens", in + out);
    return answer;
  }

  ObjectNode embeddings(JsonNode request) {
    JsonNode input = required(request, "input");
    boolean isOne = !input.isArray() || input.path(0).isNumber();
    ArrayNode inputs = isOne ? NODES.arrayNode().add(input) : (ArrayNode) input;
    boolean isBase64 = request.path("encoding_format").asString("float").equals("base64");
    String model = request.path("model").asString("simulated");
    int standard = model.contains("3-large") ? LARGE_DIMENSIONS : DIMENSIONS;
    int dimensions = request.path("dimensions").asInt(standard);
    if (dimensions < 1 || dimensions > DIMENSIONS_MAX) {
      throw new BadRequestException(
          "dimensions", "'dimensions' must be from 1 to " + DIMENSIONS_MAX + ".");
    }
    ObjectNode answer = NODES.objectNode().put("object", "list");
    ArrayNode data = answer.putArray("data");
    int count = 0;
    for (JsonNode one : inputs) {
      float[] vector = vector(one.toString().hashCode() ^ seed, dimensions);
      ObjectNode item = data.addObject().put("object", "embedding").put("index", data.size() - 1);
      if (isBase64) {
        item.put("embedding", base64(vector));
      } else {
        ArrayNode floats = item.putArray("embedding");
        for (float value : vector) {
          floats.add(value);
        }
      }
      count += one.isArray() ? one.size() : tokens.count(one.asString());
    }
    answer.put("model", model);
    answer.putObject("usage").put("prompt_tokens", count).put("total_tokens", count);
    return answer;
  }

  private static float[] vector(long seed, int dimensions) {
    var random = new SplittableRandom(seed);
    var vector = new float[dimensions];
    double squares = 0;
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) (random.nextDouble() - 0.5);
      squares += vector[i] * vector[i];
    }
    float length = (float) Math.sqrt(squares);
    for (int i = 0; i < dimensions; i++) {
      vector[i] /= length;
    }
    return vector;
  }

  private static String base64(float[] vector) {
    var bytes =
        java.nio.ByteBuffer.allocate(vector.length * Float.BYTES)
            .order(java.nio.ByteOrder.LITTLE_ENDIAN);
    for (float value : vector) {
      bytes.putFloat(value);
    }
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  ObjectNode moderation(JsonNode request) {
    JsonNode input = required(request, "input");
    int inputs = input.isArray() && input.path(0).isString() ? input.size() : 1;
    ObjectNode answer = NODES.objectNode().put("id", "modr-" + id(request));
    answer.put("model", request.path("model").asString("omni-moderation-latest"));
    ArrayNode results = answer.putArray("results");
    for (int i = 0; i < inputs; i++) {
      ModerationResult.addTo(results);
    }
    return answer;
  }

  private ObjectNode head(JsonNode request, String prefix, String object, long created) {
    return NODES
        .objectNode()
        .put("id", prefix + id(request))
        .put("object", object)
        .put("created", created)
        .put("model", request.path("model").asString("simulated"));
  }

  private String id(JsonNode request) {
    long hash = seed * 0x9E3779B97F4A7C15L;
    byte[] bytes = request.toString().getBytes(StandardCharsets.UTF_8);
    for (byte b : bytes) {
      hash = (hash ^ b) * 0x100000001B3L;
    }
    return HexFormat.of().toHexDigits(hash);
  }

  private static JsonNode required(JsonNode request, String name) {
    JsonNode value = request.path(name);
    if (value.isMissingNode() || value.isNull()) {
      throw new BadRequestException(name, "Missing required parameter: '" + name + "'.");
    }
    return value;
  }

  /** The text that the model would have to write. */
  private static String content(JsonNode format, String schemaField, JsonNode messages) {
    return switch (format.path("type").asString("text")) {
      case "json_schema" -> {
        JsonNode holder = format.path(schemaField);
        yield sample(holder.has("schema") ? holder.path("schema") : holder);
      }
      case "json_object" -> "{\"simulated\":true}";
      default -> simulated(lastText(messages));
    };
  }

  private static String arguments(JsonNode schema) {
    return schema.isObject() ? sample(schema) : "{}";
  }

  private static String sample(JsonNode schema) {
    try {
      return new SchemaSample(schema).sample().toString();
    } catch (SchemaSample.UnsupportedSchemaException e) {
      throw new BadRequestException("response_format", e.getMessage() + ".");
    }
  }

  private static String simulated(String prompt) {
    String[] words = prompt.strip().split("\\s+", WORDS + 1);
    String begin = String.join(" ", java.util.Arrays.copyOf(words, Math.min(words.length, WORDS)));
    return "Simulated answer to: " + begin;
  }

  private static String lastText(JsonNode messages) {
    return messages.isArray() && !messages.isEmpty()
        ? text(messages.get(messages.size() - 1))
        : text(messages);
  }

  /** All text in a prompt, of whichever form. */
  private static String text(JsonNode node) {
    if (node.isString()) {
      return node.asString();
    }
    var text = new StringBuilder();
    for (JsonNode part : node.isObject() ? NODES.arrayNode().add(node) : node) {
      JsonNode inner = part.has("content") ? part.get("content") : part.path("text");
      text.append(part.isString() ? part.asString() : inner.isMissingNode() ? "" : text(inner));
      text.append(' ');
    }
    return text.toString();
  }

  private static int limit(JsonNode request, String newer, String older) {
    return request.path(newer).asInt(request.path(older).asInt(Integer.MAX_VALUE / 4));
  }

  private static ObjectNode usage(int input, int output) {
    ObjectNode usage = NODES.objectNode();
    usage.put("prompt_tokens", input).put("completion_tokens", output);
    usage.put("total_tokens", input + output);
    usage.putObject("prompt_tokens_details").put("cached_tokens", 0).put("audio_tokens", 0);
    usage
        .putObject("completion_tokens_details")
        .put("reasoning_tokens", 0)
        .put("audio_tokens", 0)
        .put("accepted_prediction_tokens", 0)
        .put("rejected_prediction_tokens", 0);
    return usage;
  }
}
