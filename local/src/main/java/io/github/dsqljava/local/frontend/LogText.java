package io.github.dsqljava.local.frontend;

/** Texts that come from outside, made fit for a log. */
final class LogText {
  private static final int MAX_LENGTH = 500;

  private LogText() {}

  /** Without control characters, which could write lines of their own, and of bounded length. */
  static String printable(String text) {
    StringBuilder printable = new StringBuilder();
    text.codePoints()
        .limit(MAX_LENGTH)
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .forEach(printable::appendCodePoint);
    return printable.length() < text.length() ? printable + "..." : printable.toString();
  }
}
