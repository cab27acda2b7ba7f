package io.github.dsqljava.local.dialect;

/**
 * The plan that the client asks for, and the change to its text for PostgreSQL: the plan comes in
 * JSON with all details, so that it can be turned into the service's form.
 *
 * @param format the format that the client asks for
 * @param verbose whether the client asks for all details
 * @param analyze whether the statement is run
 * @param at the offset in the statement at which text was inserted for PostgreSQL
 * @param inserted the number of characters by which the insertion makes the statement longer
 */
public record Explanation(Format format, boolean verbose, boolean analyze, int at, int inserted) {

  /** The forms of a plan. */
  public enum Format {
    TEXT,
    XML,
    JSON,
    YAML
  }
}
