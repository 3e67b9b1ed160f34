package dev.nightjar.http.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("H1")
class AttachmentTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "batch_1_output.jsonl | filename=\"batch_1_output.jsonl\"",
        "a b;c,d='e'.jsonl    | filename=\"a b;c,d='e'.jsonl\"",
        "../../etc/passwd     | filename=\".._.._etc_passwd\"",
        "C:\\x\\in.jsonl      | filename=\"C:_x_in.jsonl\"",
        "..                   | filename=\"download\"",
        "a\"b.jsonl           | filename=\"a_b.jsonl\"; filename*=UTF-8''a%22b.jsonl",
        "50%41.jsonl          | filename=\"50_41.jsonl\"; filename*=UTF-8''50%2541.jsonl",
        "grün 日本.jsonl      | filename=\"gr_n __.jsonl\"; filename*=UTF-8''gr%C3%BCn%20%E6%97%A5%E6%9C%AC.jsonl",
        "💥                   | filename=\"_\"; filename*=UTF-8''%F0%9F%92%A5",
      })
  void nameIsInAsciiAndAsItIs(String filename, String parameters) {
    assertThat(Attachment.named(filename)).isEqualTo("attachment; " + parameters);
  }

  @Test
  void nothingInANameEndsItsHeader() {
    String odd = "a\r\nSet-Cookie: x\u0000\ud800\u0085.jsonl";

    assertThat(Attachment.named(odd))
        .isEqualTo("attachment; filename=\"a__Set-Cookie: x___.jsonl\"");
  }

  @Test
  void longNameIsShortenedAndKeepsItsExtension() {
    String named = Attachment.named("日".repeat(512) + ".jsonl");

    assertThat(named).contains("_.jsonl\"").endsWith("%E6%97%A5.jsonl");
    assertThat(named.getBytes(StandardCharsets.US_ASCII)).hasSizeLessThan(1_000);
    assertThat(Attachment.named("x".repeat(512))).hasSizeLessThan(300);
  }
}
