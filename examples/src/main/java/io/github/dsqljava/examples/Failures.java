package io.github.dsqljava.examples;

import io.github.dsqljava.DsqlException;
import java.io.PrintStream;
import java.util.concurrent.CompletionException;

/** Reports a failed connection: prints the reason in one line, and ends the program with code 1. */
final class Failures {
  private Failures() {}

  static void report(Runnable example) {
    if (!succeeds(example, System.err)) {
      System.exit(1);
    }
  }

  /** A DsqlException's message says what to do; other failures keep their stack trace. */
  static boolean succeeds(Runnable example, PrintStream err) {
    try {
      example.run();
      return true;
    } catch (DsqlException e) {
      err.println(e.getMessage());
      return false;
    } catch (CompletionException e) {
      if (e.getCause() instanceof DsqlException cause) {
        err.println(cause.getMessage());
        return false;
      }
      throw e;
    }
  }
}
