package io.github.dsqljava.local.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogTextTest {
  @Test
  void printable_controlCharacters_areReplaced() {
    assertThat(LogText.printable("x\nINFO: forged\u001b[31m\u0085ä😀"))
        .isEqualTo("x?INFO: forged?[31m?ä😀");
  }

  @Test
  void printable_longText_isCut() {
    assertThat(LogText.printable("x".repeat(9000))).hasSize(503).endsWith("...");
    assertThat(LogText.printable("x".repeat(500))).hasSize(500);
  }
}
