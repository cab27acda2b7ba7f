package io.github.dsqljava.local.demo;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Plays the demo on a terminal. */
public final class DemoShow {
  private DemoShow() {}

  /**
   * Blocks until all is played.
   *
   * @param pace pause after each step
   * @param picture file for the demo as an animated SVG; empty for none
   * @throws IOException if the cluster does not answer, or the picture cannot be written
   */
  public static void run(Demo.Access access, PrintStream out, Duration pace, Optional<Path> picture)
      throws IOException {
    Picture svg = new Picture();
    Columns.head().forEach(out::println);
    Demo.play(
        access,
        step -> {
          svg.add(step);
          Columns.of(step).forEach(out::println);
          out.flush();
          pass(pace);
        });
    if (Thread.interrupted()) {
      throw new InterruptedIOException("the demo was interrupted");
    }
    if (picture.isPresent()) {
      Files.writeString(picture.get(), svg.svg());
    }
  }

  private static void pass(Duration pace) {
    try {
      Thread.sleep(pace.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the rest passes at once
    }
  }
}
