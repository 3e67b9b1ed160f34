package dev.nightjar.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.RequestLine;
import dev.nightjar.engine.message.LineSpan;
import dev.nightjar.file.Bytes;
import dev.nightjar.store.ChunkInput;
import dev.nightjar.upstream.Upstream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("F2")
class LineBodyTest {
  private static final long OFFSET = 3;

  /** A file whose line is at {@code OFFSET}. */
  private record Input(Bytes file) implements ChunkInput {
    @Override
    public InputStream stream() {
      return new ByteArrayInputStream(read(0, file.length()));
    }

    @Override
    public byte[] read(long position, int count) {
      var bytes = new ByteArrayOutputStream();
      try {
        file.slice((int) position, count).writeTo(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return bytes.toByteArray();
    }

    @Override
    public void readFully(long position, byte[] buffer, int length) {
      System.arraycopy(read(position, length), 0, buffer, 0, length);
    }

    @Override
    public void close() {}
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"model\":\"m\",\"x\":1} | a:latest | {\"model\":\"a:latest\",\"x\":1}",
        "{ \"x\": {\"model\":1}, \"model\" : \"\\u006d\" } | é | { \"x\": {\"model\":1}, \"model\" : \"é\" }",
        "{\"x\":\"ü\",\"model\":\"m\"} | a\"b | {\"x\":\"ü\",\"model\":\"a\\\"b\"}"
      })
  void bodyIsAsInTheInputButForTheNameOfTheModel(String body, String name, String sent)
      throws Exception {
    Bytes line = Bytes.utf8("{\"custom_id\":\"ä\",\"body\":" + body + "}");
    RequestLine read = RequestLine.parse(line);
    var span =
        new LineSpan(
            OFFSET,
            line.length(),
            read.idStart(),
            read.idLength(),
            read.bodyStart(),
            read.bodyLength(),
            read.modelStart(),
            read.modelLength());
    var file = new ByteArrayOutputStream();
    file.writeBytes(new byte[(int) OFFSET]);
    line.writeTo(file);
    var input = new Input(Bytes.of(file.toByteArray()));

    check(LineBody.of(line, span, name), sent);
    check(LineBody.of(input, span, name), sent);
    check(LineBody.of(line, span, null), body);
    check(LineBody.of(input, span, null), body);
  }

  private static void check(Upstream.Body body, String expected) throws Exception {
    var out = new ByteArrayOutputStream();
    body.writeTo(out);
    assertThat(Bytes.of(out.toByteArray()).utf8()).isEqualTo(expected);
    assertThat(body.length()).isEqualTo(out.size());
  }
}
