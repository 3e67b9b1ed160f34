package dev.nightjar.http.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
  @ParameterizedTest
  @CsvSource({
    "bytes=0-0,   bytes 0-0/10",
    "bytes=2-5,   bytes 2-5/10",
    "bytes=9-,    bytes 9-9/10",
    "bytes=2-999, bytes 2-9/10",
    "bytes=-3,    bytes 7-9/10",
    "bytes=-99,   bytes 0-9/10",
    "Bytes= 0-1,  bytes 0-1/10",
  })
  void rangeIsCutToTheFile(String header, String contentRange) {
    ByteRange range = ByteRange.of(header, 10);

    assertThat(range).isNotNull();
    assertThat(range.contentRange(10)).isEqualTo(contentRange);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=10-", "bytes=10-12", "bytes=-0"})
  void rangeOutsideTheFileIsUnsatisfiable(String header) {
    assertThat(ByteRange.of(header, 10)).isEqualTo(ByteRange.UNSATISFIABLE);
    assertThat(ByteRange.UNSATISFIABLE.contentRange(10)).isEqualTo("bytes */10");
  }

  @Test
  void noRangeOfAnEmptyFileIsSatisfiable() {
    assertThat(ByteRange.of("bytes=0-", 0)).isEqualTo(ByteRange.UNSATISFIABLE);
    assertThat(ByteRange.of("bytes=-1", 0)).isEqualTo(ByteRange.UNSATISFIABLE);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b"})
  void whatIsNoSingleRangeMeansTheWholeFile(@Nullable String header) {
    assertThat(ByteRange.of(header, 10)).isNull();
  }
}
