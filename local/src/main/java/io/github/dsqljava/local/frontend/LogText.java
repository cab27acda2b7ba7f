package io.github.dsqljava.local.frontend;

/** Makes texts from outside safe for a log. */
final class LogText {
  private static final int MAX_LENGTH = 500;

  private LogText() {}

  /** Removes control characters, which could forge lines, and bounds the length. */
  static String printable(String text) {
    StringBuilder printable = new StringBuilder();
    text.codePoints()
        .limit(MAX_LENGTH)
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .forEach(printable::appendCodePoint);
    return printable.length() < text.length() ? printable + "..." : printable.toString();
  }
}
