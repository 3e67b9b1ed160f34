package dev.nightjar.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_32BE;
import static java.nio.charset.StandardCharsets.UTF_32LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nightjar.file.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Files that people take for inputs of batches, each with one thing wrong, made of good ones. */
public final class BrokenInputs {
  private static final String CHAT = "/v1/chat/completions";
  private static final String BODY =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"grün\"}]}";
  private static final String LINES = lines(5);

  private final List<BrokenInput> all = new ArrayList<>();

  /**
   * A file.
   *
   * @param sentence the beginning of what is said of it
   */
  public record BrokenInput(String what, Bytes file, String sentence) {
    @Override
    public String toString() {
      return what;
    }
  }

  private BrokenInputs() {}

  public static List<BrokenInput> all() {
    var inputs = new BrokenInputs();
    inputs.encodings();
    inputs.framings();
    inputs.shapes();
    inputs.syntax();
    inputs.members();
    return inputs.all;
  }

  private void add(String what, byte[] file, String sentence) {
    all.add(new BrokenInput(what, Bytes.of(file), sentence));
  }

  private void add(String what, String file, String sentence) {
    add(what, file.getBytes(UTF_8), sentence);
  }

  /** {@code line} is the third of a file whose others are good. */
  private void line(String what, String line, String sentence) {
    add(what, lines(2) + line + "\n" + good(3) + "\n", sentence);
  }

  /** {@code value} is what its third line has in its body. */
  private void value(String what, String value, String sentence) {
    line(
        what,
        request("x", BODY.replace("\"messages\"", "\"x\":" + value + ",\"messages\"")),
        sentence);
  }

  private void encodings() {
    String wide = "The file is in %s: save it as UTF-8, as `iconv -f %1$s -t UTF-8` does.";
    String notUtf8 = "the byte 0x%s is not UTF-8; save the file as UTF-8";
    add("a byte order mark", "\uFEFF" + LINES, "it begins with a byte order mark");
    add("UTF-16, marked", ("\uFEFF" + LINES).getBytes(UTF_16LE), wide.formatted("UTF-16"));
    add("UTF-16, marked, big", ("\uFEFF" + LINES).getBytes(UTF_16BE), wide.formatted("UTF-16"));
    add("UTF-16", LINES.getBytes(UTF_16LE), wide.formatted("UTF-16LE"));
    add("UTF-16, big", LINES.getBytes(UTF_16BE), wide.formatted("UTF-16BE"));
    add("UTF-32", LINES.getBytes(UTF_32LE), wide.formatted("UTF-32LE"));
    add("UTF-32, marked", ("\uFEFF" + LINES).getBytes(UTF_32BE), wide.formatted("UTF-32"));
    add("Latin-1", LINES.getBytes(ISO_8859_1), notUtf8.formatted("FC"));
    add("EBCDIC", hex("c07f83a4a2a39694"), "it must be a JSON object, beginning with '{'");
    line("overlong UTF-8", "", notUtf8.formatted("C0"), "c0af");
    line("a surrogate as UTF-8", "", notUtf8.formatted("ED"), "eda080");
    line("half a character", "", notUtf8.formatted("E2"), "e282");
    line("a byte of Windows-1252", "", notUtf8.formatted("93"), "93");
  }

  /** {@code bytes} are in a string of its third line. */
  private void line(String what, String before, String sentence, String bytes) {
    String[] parts = (lines(2) + request(before + "#", BODY) + "\n" + good(3)).split("#", -1);
    var file = new ByteArrayOutputStream();
    file.writeBytes(parts[0].getBytes(UTF_8));
    file.writeBytes(hex(bytes));
    file.writeBytes(parts[1].getBytes(UTF_8));
    add(what, file.toByteArray(), sentence);
  }

  private void framings() {
    String compressed = "The file is compressed with %s: decompress it first.";
    String returns = "The file's lines end with a carriage return alone";
    String nul = "there is a NUL byte; the file was not written to its end, or is not in UTF-8";
    String dos = "there is the byte 0x1A (Ctrl-Z), as DOS puts it at the end of files; remove it";
    String more = "there is more after its end, beginning with '%s'";
    add("gzip", gzip(LINES), compressed.formatted("gzip"));
    add("zip", zip(LINES), compressed.formatted("zip"));
    add("zstd", hex("28b52ffd04588900007b22637573"), compressed.formatted("zstd"));
    add("bzip2", hex("425a68393141592653595a"), compressed.formatted("bzip2"));
    add("xz", hex("fd377a585a000004e6d6b446"), compressed.formatted("xz"));
    add("carriage returns alone", LINES.replace('\n', '\r'), returns);
    add("carriage returns and one line feed", LINES.strip().replace('\n', '\r') + "\n", returns);
    add("NUL bytes behind the lines", LINES + "\0".repeat(4_096), nul);
    add("a NUL byte first", "\0" + LINES, nul);
    line("a NUL byte in a string", request("a\0b", BODY), nul);
    add("Ctrl-Z on a line of its own", LINES + "\u001a", dos);
    add("Ctrl-Z at the end", LINES.strip() + "\u001a", dos);
    line("two requests on a line", good(7) + good(8), more.formatted("{"));
    line("two requests with a space", good(7) + " " + good(8), more.formatted("{"));
    line("a comma after the request", good(7) + ",", more.formatted(","));
    add("commas after all of them", LINES.replace("\n", ",\n"), more.formatted(","));
    line("a semicolon after it", good(7) + ";", more.formatted(";"));
    line(
        "a line end in a string",
        request("a\nb", BODY).replaceFirst("(?s)\n.*", ""),
        "it ends in the middle of a string; a request must be on one line");
    add("cut in the middle", LINES.substring(0, LINES.length() - 30), "it ends in the middle of");
    line(
        "server-sent events",
        "data: " + good(7),
        "it must be a JSON object, beginning with '{', and begins with 'data: {");
    line(
        "a JSON text sequence", "\u001e" + good(7), "it must be a JSON object, beginning with '{'");
    line(
        "a form feed",
        "\f",
        "it must be a JSON object, beginning with '{', and begins with U+000C");
  }

  private void shapes() {
    String array = "The file is a JSON array: put each of its elements on a line of its own";
    String over = "The file's objects go over several lines: put each on a line of its own";
    String other = "it must be a JSON object, beginning with '{', and begins with '%s";
    String joined = LINES.strip().replace("\n", ",\n");
    add("an array", "[" + joined.replace("\n", "") + "]", array);
    add("an array over several lines", "[\n" + joined + "\n]\n", array);
    add("indented objects", good(1).replace(",\"", ",\n  \"").replace("{\"c", "{\n  \"c"), over);
    add("objects broken once", good(1).replace("\"body\"", "\n\"body\""), over);
    add("no byte", "", "The file is empty: it has no requests.");
    add("blank lines", "\n \r\n\t\n", "The file is empty: it has no requests.");
    add("a byte order mark alone", "\uFEFF", "The file is empty: it has no requests.");
    add("CSV", "id,text\n1,a\n2,b\n", other.formatted("id,text"));
    add("TSV", "id\ttext\n1\ta\n", other.formatted("id"));
    add("XML", "<?xml version=\"1.0\"?>\n<requests/>\n", other.formatted("<?xml version="));
    add("HTML", "<!doctype html>\n<p>404\n", other.formatted("<!doctype html>"));
    add("YAML", "custom_id: a\nbody: {}\n", other.formatted("custom_id: a"));
    add("prose", "Please answer these questions.\n", other.formatted("Please answer these…"));
    add("Markdown", "```json\n" + LINES + "```\n", other.formatted("```json"));
    add(
        "a pointer of Git LFS",
        "version https://git-lfs.github.com/spec/v1\nsize 9\n",
        other.formatted("version https://git"));
    add("a number", "7\n", other.formatted("7"));
    add("null", "null\nnull\n", other.formatted("null"));
    add("JSON in strings", "\"{\\\"custom_id\\\":\\\"a\\\"}\"\n", other.formatted("\"{"));
    line("a comment", "# the next one", other.formatted("# the next one"));
    line(
        "an array among them",
        "[" + good(7) + "]",
        "it is an array; put each of its elements on a line of its own");
    add(
        "bodies alone",
        (BODY + "\n").repeat(40),
        "Missing required parameter: 'body'. The line is a body alone; a request has it inside");
    line("a body among them", BODY, "Missing required parameter: 'body'. The line is a body alone");
  }

  private void syntax() {
    add(
        "dicts of Python",
        LINES.replace('"', '\''),
        "a name must be in double quotes, not in single ones");
    line(
        "names without quotes",
        good(7).replace("\"custom_id\"", "custom_id"),
        "the name custom_id must be in double quotes");
    line(
        "quotes of a word processor",
        good(7).replace("\"custom_id\"", "“custom_id”"),
        "'“' is no quote of JSON: write \"");
    value("single quotes", "'y'", "a string must be in double quotes, not in single ones");
    value("None", "None", "None is Python's: JSON has true, false and null");
    value("True", "True", "True is Python's: JSON has true, false and null");
    value("undefined", "undefined", "undefined is no value of JSON");
    value("NaN", "NaN", "NaN is no number of JSON: write null, or leave it out");
    value("-Infinity", "-Infinity", "-Infinity is no number of JSON");
    value("a hexadecimal number", "0x10", "expected ',' or '}', but found 'x'");
    value("a leading zero", "007", "a number may not begin with 0");
    value("a plus sign", "+1", "a number may not begin with '+'");
    value("no digit behind the point", "1.", "a digit is missing after '.'");
    value("a comma too many", "[1,]", "there is a comma too many before ']'");
    value("no value", "", "a value is missing");
    value("a comment inside", "1 /* one */", "expected ',' or '}', but found '/'");
    value("a tab in a string", "\"a\tb\"", "a tab in a string must be escaped: write \\t");
    value("a path of Windows", "\"C:\\Users\"", "a backslash before 'U' is no escape: write \\\\");
    value("a short escape", "\"\\u12\"", "\\u must be followed by four hexadecimal digits");
    value(
        "10,000 deep",
        "[".repeat(10_000) + "]".repeat(10_000),
        "objects and arrays are nested more than 1,000 deep");
    value("two million digits", "9".repeat(2_000_000), "a number has more than 1,048,576 digits");
    value(
        "a name of 70,000",
        "{\"" + "n".repeat(70_000) + "\":1}",
        "a name has more than 65,536 characters");
    line(
        "no colon",
        good(7).replace("\"custom_id\":", "\"custom_id\" "),
        "a ':' is missing after the name");
    line("no comma", good(7).replace(",\"url\"", "\"url\""), "expected ',' or '}', but found '\"'");
    line(
        "a bracket too few",
        good(7).substring(0, good(7).length() - 1),
        "it ends in the middle of an object; a request must be on one line");
    line("a bracket too many", good(7) + "}", "there is more after its end, beginning with '}'");
  }

  private void members() {
    String missing = "Missing required parameter: '%s'.";
    String url =
        "The URL provided for this request does not match the batch endpoint. The line has '%s'";
    line("no custom_id", good(7).replace("custom_id", "id"), missing.formatted("custom_id"));
    line("an empty custom_id", request("", BODY), missing.formatted("custom_id"));
    line(
        "a number as custom_id",
        good(7).replace("\"r-7\"", "7"),
        "Invalid type for 'custom_id': expected a string, but got a number instead.");
    line(
        "the same custom_id",
        good(1),
        "The custom_id 'r-1' for this request is a duplicate of another request.");
    line(
        "two custom_ids",
        good(7).replace("\"method\"", "\"custom_id\":\"b\",\"method\""),
        "Duplicate parameter: 'custom_id'.");
    line("no method", good(7).replace("method", "Method"), missing.formatted("method"));
    line("GET", good(7).replace("POST", "GET"), "Invalid method 'GET': only 'POST' is supported.");
    line("no url", good(7).replace("\"url\"", "\"path\""), missing.formatted("url"));
    line(
        "a url without its slash",
        good(7).replace(CHAT, CHAT.substring(1)),
        url.formatted(CHAT.substring(1)));
    line(
        "a url with a host",
        good(7).replace(CHAT, "https://api.openai.com" + CHAT),
        url.formatted("https://api.openai.com" + CHAT));
    line("no body", good(7).replace("\"body\"", "\"params\""), missing.formatted("body"));
    line(
        "a body in a string",
        request("x", "\"{}\""),
        "Invalid type for 'body': expected an object, but got a string instead.");
    line("no model", request("x", "{\"messages\":[]}"), "Model parameter is required.");
    line(
        "a number as model",
        request("x", "{\"model\":7,\"messages\":[]}"),
        "Invalid type for 'body.model': expected a string, but got a number instead.");
    line("no messages", request("x", "{\"model\":\"m\"}"), "Messages parameter is required.");
    line(
        "streaming",
        request("x", BODY.replace("\"messages\"", "\"stream\":true,\"messages\"")),
        "Chat Completions: Streaming is not supported in the Batch API.");
  }

  private static String lines(int count) {
    return IntStream.range(0, count).mapToObj(i -> good(i) + "\n").collect(Collectors.joining());
  }

  private static String good(int number) {
    return request("r-" + number, BODY);
  }

  private static String request(String customId, String body) {
    return "{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"%s\",\"body\":%s}"
        .formatted(customId, CHAT, body);
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private static byte[] gzip(String text) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(text.getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static byte[] zip(String text) {
    var out = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("in.jsonl"));
      zip.write(text.getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
