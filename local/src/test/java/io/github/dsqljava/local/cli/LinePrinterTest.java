package io.github.dsqljava.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LinePrinterTest {
  private final CountDownLatch held = new CountDownLatch(1);
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @Test
  void close_printsWhatWaits_inOrder() {
    LinePrinter printer = new LinePrinter(new PrintStream(printed, true, StandardCharsets.UTF_8));
    for (int i = 0; i < 100; i++) {
      printer.print("line " + i);
    }
    printer.close();
    assertThat(lines()).hasSize(100).startsWith("line 0", "line 1").endsWith("line 99");
  }

  /** A terminal that is held up by Ctrl-S. */
  @Test
  void print_toATerminalThatTakesNothing_doesNotBlock_andTheLossIsTold() {
    LinePrinter printer =
        new LinePrinter(new PrintStream(new Held(), true, StandardCharsets.UTF_8));
    for (int i = 0; i < 10_100; i++) {
      printer.print("line " + i);
    }
    held.countDown();
    printer.close();
    assertThat(lines()).contains("line 0", "line 9999").doesNotContain("line 10050");
    assertThat(lines())
        .anyMatch(line -> line.matches("\\.\\.\\. \\d+ lines were not taken in time .*"));
  }

  /** Whoever stops the program need not read what it says. */
  @Test
  void close_withATerminalThatTakesNothing_ends() {
    LinePrinter printer =
        new LinePrinter(new PrintStream(new Held(), true, StandardCharsets.UTF_8));
    for (int i = 0; i < 20_000; i++) {
      printer.print("line " + i);
    }
    printer.close();
    assertThat(printed.size()).isZero();
    held.countDown();
  }

  private String[] lines() {
    return printed.toString(StandardCharsets.UTF_8).split("\n");
  }

  private final class Held extends OutputStream {
    @Override
    public void write(int b) {
      try {
        held.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      printed.write(b);
    }
  }
}
