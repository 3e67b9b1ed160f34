package dev.nightjar.http.hostile;

import java.util.List;

/** What hostile requests are made of. */
final class HostileWords {
  static final List<String> METHODS =
      List.of("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "TRACE", "FOO", "get");
  static final List<String> TRICKS =
      List.of(
          "",
          "/",
          "//",
          "/..",
          "/%2e%2e/%2e%2e",
          "/%00",
          "/%2f",
          "/%",
          "/%zz",
          "/;a=b",
          "/.",
          "/\u00e9",
          "/%ff%fe",
          "/%E2%82%AC",
          "?",
          "#",
          "/*",
          "/..%5c",
          "/ ",
          "/\t",
          "/\"<>{}");
  static final List<String> FIELDS =
      List.of(
          "input_file_id",
          "endpoint",
          "completion_window",
          "metadata",
          "output_expires_after",
          "unknown",
          "filename",
          "purpose",
          "bytes",
          "mime_type",
          "part_ids",
          "");
  static final List<String> SCALARS =
      List.of(
          "null",
          "true",
          "0",
          "-1",
          "1e999",
          "1E-999",
          "-0.0",
          "123456789012345678901234567890",
          "\"\"",
          "\"24h\"",
          "\"/v1/responses\"",
          "\"\\ud800\"",
          "\"\\u0000\"",
          "\"\u00c3(\"",
          "\"\u00ed\u00a0\u0080\"",
          "NaN",
          "Infinity",
          "'x'",
          "01",
          "[]",
          "{}",
          "\"",
          "\u00ff",
          "{\"anchor\":\"created_at\",\"seconds\":3600}",
          "[[[[[[]]]]]]",
          "tru",
          "/**/1");
  static final List<String> QUERY_VALUES =
      List.of(
          "-1",
          "0",
          "1",
          "1000000000",
          "99999999999999999999",
          "NaN",
          "",
          "x",
          "%00",
          "%zz",
          "asc",
          "desc",
          "batch",
          "file-none",
          "batch_none",
          "1.5",
          "%20",
          "+",
          "\u00e9",
          "a&limit=2",
          "%F0%9F%90%A6",
          "'",
          "%27%20OR%201=1");
  static final List<String> QUERY_NAMES =
      List.of(
          "limit",
          "after",
          "order",
          "purpose",
          "status",
          "model",
          "metadata.k",
          "created_after",
          "created_before",
          "metadata.",
          "x",
          "");
  static final List<String> BOUNDARIES =
      List.of(
          "boundary=b",
          "boundary=\"b\"",
          "",
          "boundary=",
          "boundary=c",
          "boundary=\"",
          "boundary=b; boundary=c",
          "Boundary=b; charset=x",
          "boundary*=utf-8''b");

  private HostileWords() {}
}
