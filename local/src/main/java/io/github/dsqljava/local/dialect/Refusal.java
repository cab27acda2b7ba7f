package io.github.dsqljava.local.dialect;

/**
 * An error with which Aurora DSQL answers a statement.
 *
 * @param sqlState five characters
 * @param message the text, without severity
 * @param source the source of both
 */
public record Refusal(String sqlState, String message, Source source) {
  static final String FEATURE_NOT_SUPPORTED = "0A000";

  /** A refusal with the SQLSTATE of nearly all of them. */
  static Refusal notSupported(String message, Source source) {
    return new Refusal(FEATURE_NOT_SUPPORTED, message, source);
  }
}
