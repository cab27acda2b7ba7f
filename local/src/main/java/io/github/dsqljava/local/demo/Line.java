package io.github.dsqljava.local.demo;

/**
 * A line that a step shows.
 *
 * @param column 0 for the left session, 1 for the right one
 * @param kind its kind, which decides its colour
 * @param text without a line break
 */
record Line(int column, Kind kind, String text) {
  enum Kind {
    STATEMENT,
    ANSWER,
    ERROR,
    COMMENT
  }
}
