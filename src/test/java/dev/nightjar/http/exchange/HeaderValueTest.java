package dev.nightjar.http.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderValueTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "form-data; name=x; filename=a.jsonl        | a.jsonl",
        "form-data; filename=\"a b;c.jsonl\"; name=x| a b;c.jsonl",
        "form-data;filename = \"a\"                 | a",
        "form-data; FileName=\"a\"                  | a",
        "form-data; filename=\"a\\\"b\\\\c\\d\"     | a\"b\\c\\d",
        "form-data; filename=\"a%22b\"              | a%22b",
        "form-data; filename=\"日本.jsonl\"         | 日本.jsonl",
        "form-data; filename=a; filename*=UTF-8''%E6%97%A5+1 | 日+1",
        "form-data; filename=a; filename*=nonsense  | a",
        "form-data; filename=a; filename*=no''%20   | a",
        "form-data; filename=a; filename*=UTF-8''%2 | a",
        "form-data; filename=\"open                 | open",
        "form-data; filename=                       | ``",
        "form-data; name=x                          |",
      })
  void parameterIsReadAsClientsWriteIt(String header, String filename) {
    assertThat(HeaderValue.parse(header).parameter("filename")).isEqualTo(filename);
  }

  @ParameterizedTest
  @CsvSource({
    "multipart/form-data; boundary=abc,              abc",
    "Multipart/Form-Data;BOUNDARY=\"a b\",           a b",
    "multipart/form-data; charset=utf-8; boundary=-, -",
  })
  void boundaryIsReadWithAndWithoutQuotes(String header, String boundary) {
    HeaderValue value = HeaderValue.parse(header);

    assertThat(value.main()).isEqualTo("multipart/form-data");
    assertThat(value.parameter("boundary")).isEqualTo(boundary);
  }
}
