package dev.nightjar.http.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.api.ApiError;
import dev.nightjar.http.exchange.MultipartScanner.Part;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultipartScannerTest {
  private static final String BOUNDARY = "-b";

  private record Read(Part part, String body) {}

  @Test
  void partsAreTheSameHoweverTheBodyIsCut() throws IOException {
    var random = new Random(20_261_120);
    String file = trickyText(random, 3_000);
    byte[] body = body(file);

    for (int readMax = 1; readMax <= 64; readMax++) {
      List<Read> parts = read(new Chopped(body, readMax, random));

      assertThat(parts).extracting(read -> read.part().name()).containsExactly("purpose", "file");
      assertThat(parts.get(0).body()).isEqualTo("batch");
      assertThat(parts.get(1).body()).isEqualTo(file);
    }
  }

  @Test
  void aPartLongerThanTheBufferPassesWhole() throws IOException {
    var random = new Random(7);
    String file = trickyText(random, 1_500_000);

    List<Read> parts = read(new Chopped(body(file), 100_000, random));

    assertThat(parts.get(1).body()).isEqualTo(file);
  }

  @Test
  void whatStandsBeforeAndAfterThePartsIsIgnored() throws IOException {
    String body =
        "a preamble\r\n---b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n---b--\r\nepilogue";

    List<Read> parts = read(body);

    assertThat(parts).extracting(Read::part).containsExactly(new Part("a", null));
  }

  @Test
  void blanksAfterABoundaryAndOtherHeadersAreTaken() throws IOException {
    String body =
        "---b \t\r\nX-Other: 1\r\ncontent-disposition:form-data; NAME=\"a\"; filename=\"f\"\r\n\r\n\r\n---b--";

    List<Read> parts = read(body);

    assertThat(parts).extracting(Read::part).containsExactly(new Part("a", "f"));
    assertThat(parts.getFirst().body()).isEmpty();
  }

  @Test
  void aPartThatIsNotReadIsSkipped() throws IOException {
    var scanner = new MultipartScanner(new ByteArrayInputStream(body("123456789")), BOUNDARY);
    var _ = scanner.next();

    Part second = scanner.next();

    assertThat(second).isEqualTo(new Part("file", "a.jsonl"));
    assertThat(scanner.next()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no boundary at all",
        "---b",
        "---b\r\nContent-Disposition: form-data; name=a",
        "---b\r\nContent-Disposition: form-data; name=a\r\n\r\n1",
        "---b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n---b",
        "---b\r\n\r\n1\r\n---b--",
        "---b\r\nContent-Disposition: form-data\r\n\r\n1\r\n---b--",
        "---bogus\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n---b--",
      })
  void whatIsNoWholeMultipartBodyIsTheClientsMistake(String body) {
    assertThatThrownBy(() -> read(body))
        .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.status()).isEqualTo(400))
        .hasMessageStartingWith("We could not read the multipart body: ");
  }

  @Test
  void partsHeadersAndValuesHaveLimits() {
    String part = "---b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n";

    assertThatThrownBy(() -> read(part.repeat(33) + "---b--")).hasMessageContaining("32 parts");
    assertThatThrownBy(() -> read("---b\r\nX: " + "x".repeat(20_000)))
        .hasMessageContaining("16384 bytes");
    assertThatThrownBy(
            () -> {
              var scanner = new MultipartScanner(stream(part + "---b--"), BOUNDARY);
              var _ = scanner.next();
              scanner.text(0);
            })
        .hasMessageContaining("longer than 0 bytes");
    assertThatThrownBy(() -> new MultipartScanner(stream(""), "b".repeat(201)))
        .hasMessageContaining("boundary");
  }

  private static byte[] body(String file) throws IOException {
    var body = new ByteArrayOutputStream();
    body.write(
        """
        ---b
        Content-Disposition: form-data; name="purpose"

        batch
        ---b
        Content-Disposition: form-data; name="file"; filename="a.jsonl"
        Content-Type: application/octet-stream

        """
            .replace("\n", "\r\n")
            .getBytes(StandardCharsets.UTF_8));
    body.write(file.getBytes(StandardCharsets.UTF_8));
    body.write("\r\n---b--\r\n".getBytes(StandardCharsets.UTF_8));
    return body.toByteArray();
  }

  /** Bytes full of beginnings of the delimiter, but without a whole one. */
  private static String trickyText(Random random, int count) {
    String[] pieces = {"\r\n--", "\r\n---", "\r", "\n", "-", "-b", "\r\n-", "x", "\r\r\n--"};
    var text = new StringBuilder();
    while (text.length() < count) {
      text.append(pieces[random.nextInt(pieces.length)]);
    }
    return text.toString().replace("\r\n---b", "\r\n--_b");
  }

  private static InputStream stream(String body) {
    return new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8));
  }

  private static List<Read> read(String body) throws IOException {
    return read(stream(body));
  }

  private static List<Read> read(InputStream in) throws IOException {
    var scanner = new MultipartScanner(in, BOUNDARY);
    var parts = new ArrayList<Read>();
    for (Part part = scanner.next(); part != null; part = scanner.next()) {
      var body = new ByteArrayOutputStream();
      scanner.copyTo(body);
      parts.add(new Read(part, body.toString(StandardCharsets.UTF_8)));
    }
    return parts;
  }

  private static final class Chopped extends FilterInputStream {
    private final int readMax;
    private final Random random;

    Chopped(byte[] bytes, int readMax, Random random) {
      super(new ByteArrayInputStream(bytes));
      this.readMax = readMax;
      this.random = random;
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
      return super.read(buffer, offset, Math.min(count, 1 + random.nextInt(readMax)));
    }
  }
}
