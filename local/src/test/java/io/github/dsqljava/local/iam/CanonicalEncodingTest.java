package io.github.dsqljava.local.iam;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalEncodingTest {

  @ParameterizedTest
  @CsvSource({
    "azAZ09-._~, azAZ09-._~",
    "a%2Fb%2Bc%3D, a/b+c=",
    "%25, %",
    "%C3%A4%E2%82%AC, ä€",
    "'', ''",
    "%0A%00, '\n\0'"
  })
  void decode_canonicalText_givesItsMeaning(String encoded, String decoded) {
    assertThat(CanonicalEncoding.decode(encoded)).contains(decoded);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%2f", // lower case
        "%41", // A needs no encoding
        "%7E", // nor does ~
        "/",
        "+",
        " ",
        "*",
        "ä",
        "\0", // these do
        "%",
        "%2",
        "a%",
        "%zz",
        "%2G",
        "%+1", // incomplete
        "%C3",
        "%FF",
        "%C0%80",
        "%ED%A0%80" // no UTF-8
      })
  void decode_anyOtherEncoding_isEmpty(String encoded) {
    assertThat(CanonicalEncoding.decode(encoded)).isEmpty();
  }
}
